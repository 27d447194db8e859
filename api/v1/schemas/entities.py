"""Schema classes of entities (people, organizations, places and so on) and their mentions."""

from marshmallow import fields, validate

from api.resources.fields import Link
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import EntityReference, number, string


class ArticleEntity(EntityReference):
    """An entity in the JSON of an article: a reference, with its salience and number of mentions there."""

    mention_count = number("The number of mentions in this article.")
    salience = fields.Float(
        metadata={
            "description": "How central the entity is to the article, from 0 to 1: 0.7 × share + 0.3 × "
            "(1 - position). Each mention has a weight: 4 in the title, 3 in the summary, "
            "2 in a takeaway, 1 elsewhere. `share` is the total weight of the entity, divided by that of the "
            "entity with the highest total. `position` is where the text first mentions the entity, from 0 "
            "(start) to 1 (end).",
            "minimum": 0,
            "maximum": 1,
        }
    )


class EntityLinks(Shape):
    """The URLs of an entity, of its articles, and of the entities that articles mention together with it."""

    self = Link()
    articles = Link()
    co_mentioned = Link()


class Entity(EntityReference):
    """A person, organization, place, policy, product or event that articles mention."""

    aliases = fields.List(fields.String(), metadata={"description": "Other names of the entity."})
    description = string("A description of the entity in one sentence.", allow_none=True)
    same_as = fields.List(
        fields.String(metadata={"format": "uri"}),
        metadata={"description": "URLs of the same entity in other sources."},
    )
    article_count = number("The number of articles that mention the entity.")
    mention_count = number("The number of mentions.")
    origin = fields.String(
        validate=validate.OneOf(["catalogue", "extracted"]),
        metadata={
            "description": "`catalogue` if the entity comes from the curated catalogue, "
            "`extracted` if it was found in the text."
        },
    )
    links = fields.Nested(EntityLinks)


class CoMentionedEntity(Entity):
    """An entity that articles mention together with a given entity, with the number of these articles."""

    shared_article_count = number("The number of articles that mention both entities.", 1)

    class Meta:
        fields = (
            *[name for name in Entity().fields if name not in ("origin", "links")],
            "shared_article_count",
            "origin",
            "links",
        )


class Mention(Shape):
    """A position in an article where an entity is mentioned: the part, paragraph and characters."""

    part = fields.String(
        validate=validate.OneOf(["title", "summary", "image", "takeaways", "analysis", "body"])
    )
    index = number(
        "The number of the takeaway or paragraph, starting at 1. `null` in other parts.", allow_none=True
    )
    start = number("The offset of the first character in the text as served, in Unicode code points from 0.")
    end = number("The offset after the last character.")
    text = string("The text from `start` to `end`.")


class MentionedEntity(Entity):
    """An entity in the list of entities of an article: its mentions, and all fields of an Entity.

    `mention_count` and `mentions` refer to this article only.
    """

    mentions = fields.List(
        fields.Nested(Mention), metadata={"description": "The mentions in this article, in reading order."}
    )


EntityPage = page_shape(Entity, "EntityPage")
CoMentionedEntityPage = page_shape(CoMentionedEntity, "CoMentionedEntityPage")
MentionedEntityPage = page_shape(MentionedEntity, "MentionedEntityPage")
