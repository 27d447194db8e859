"""The shapes of entities and of their mentions."""

from marshmallow import fields, validate

from api.resources.fields import Here, Link
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import EntityReference, number, string


class ArticleEntity(EntityReference):
    """An entity inside an article."""

    mention_count = number("How often this article names it.")
    salience = fields.Float(
        metadata={
            "description": "How central it is to this article, 0 to 1: 0.7 share + 0.3 (1 - place). `share` "
            "is the weight of its mentions (title 4, summary 3, takeaway 2, elsewhere 1) over that of the "
            "weightiest entity here, `place` where it is first named, 0 to 1.",
            "minimum": 0,
            "maximum": 1,
        }
    )


class EntityLinks(Shape):
    """Where the entity, what mentions it and what is mentioned with it are."""

    self = Link("/v1/entities/{0.slug}")
    articles = Link("/v1/entities/{0.slug}/articles")
    co_mentioned = Link("/v1/entities/{0.slug}/co-mentioned")


class Entity(EntityReference):
    """A person, organization, place, policy, product or event that articles mention."""

    aliases = fields.List(fields.String(), metadata={"description": "Its other names."})
    description = string("What it is, in a sentence.", allow_none=True)
    same_as = fields.List(
        fields.String(metadata={"format": "uri"}), metadata={"description": "The same thing elsewhere."}
    )
    article_count = number("How many articles mention it.")
    mention_count = number("How often they do, all together.")
    origin = fields.String(
        validate=validate.OneOf(["catalogue", "extracted"]),
        metadata={"description": "`catalogue` where a person curated it, `extracted` where a rule found it."},
    )
    links = Here(EntityLinks)


class CoMentionedEntity(Entity):
    """An entity that articles mention together with another one."""

    shared_article_count = number("How many articles mention both.", 1)

    class Meta:
        fields = (
            *[name for name in Entity().fields if name not in ("origin", "links")],
            "shared_article_count",
            "origin",
            "links",
        )


class Mention(Shape):
    """One place in one part of an article where an entity is named."""

    part = fields.String(
        validate=validate.OneOf(["title", "summary", "image", "takeaways", "analysis", "body"])
    )
    index = number("Number of the takeaway or paragraph, from 1; null for the other parts.", allow_none=True)
    start = number("First character, in Unicode code points from 0, of that text as served.")
    end = number("One past the last character.")
    text = string("The characters from `start` to `end`.")


class MentionedEntity(Entity):
    """An entity under an article: `mention_count` and `mentions` are that article's."""

    mentions = fields.List(fields.Nested(Mention), metadata={"description": "In reading order."})


EntityPage = page_shape(Entity, "EntityPage")


CoMentionedEntityPage = page_shape(CoMentionedEntity, "CoMentionedEntityPage")


MentionedEntityPage = page_shape(MentionedEntity, "MentionedEntityPage")
