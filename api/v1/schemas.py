"""The JSON shapes of version 1, keys in the order in which they are served."""

from typing import Any

from marshmallow import fields, validate

from api.fields import Here, Link, Stored, Time
from api.models import ENTITY_TYPES
from api.shapes import Shape, page_of

PARTS = ("body", "analysis", "takeaways", "entities", "related", "source")
# What an article in a list has only where it is asked for.
EXTRAS = (*PARTS, "highlights")
BASES = ("listed", "computed")


def string(description: str, **kwargs: Any) -> fields.String:
    """Make a field of text with its description."""
    return fields.String(metadata={"description": description}, **kwargs)


def number(description: str, least: int = 0, **kwargs: Any) -> fields.Integer:
    """Make a field of a whole number, at least `least`, with its description."""
    return fields.Integer(metadata={"description": description, "minimum": least}, **kwargs)


def entity_type() -> fields.String:
    """Make the field of an entity's type."""
    return string("What the entity is.", validate=validate.OneOf(ENTITY_TYPES))


class Byline(Shape):
    """Who signs the article."""

    author = string("The person or desk that signs.", allow_none=True)
    role = string("The signer's office.", allow_none=True)
    publication = string("The publication, the last line of the signature.")


class Image(Shape):
    """The article's picture: its caption on the page, and its address where the sidecar gives one."""

    caption = string("The caption, verbatim.", attribute="image_caption", allow_none=True)
    url = fields.String(
        attribute="image_url", allow_none=True, metadata={"format": "uri", "description": "Where it lies."}
    )


class Paragraph(Shape):
    """One paragraph of the body."""

    paragraph = number("Its place, from 1.", 1)
    text = string("Its text.")


class Analysis(Shape):
    """The editor's view, apart from the body."""

    desk = string("The heading of the section, such as Editor's Desk.", allow_none=True)
    heading = string("The heading of the analysis.", allow_none=True)
    paragraphs = fields.List(fields.String(), metadata={"description": "Its paragraphs, in order."})


class Evidence(Shape):
    """A body paragraph that supports a takeaway."""

    paragraph = number("The paragraph's number.", 1)
    score = fields.Float(
        metadata={
            "description": "How much of what the takeaway says it says too, 0 to 1: entities, numbers "
            "and rare words, each weighing the less the more paragraphs have it."
        }
    )


class ArticleTakeaway(Shape):
    """A takeaway inside its article."""

    id = fields.UUID()
    position = number("Its place in the list, from 1.", 1)
    text = string("The takeaway.")
    evidence = Stored(
        Evidence,
        many=True,
        metadata={
            "description": "Body paragraphs that support it, best first, three at most; none where none does."
        },
    )


class EntityReference(Shape):
    """Enough of an entity to show it and to fetch it."""

    id = fields.UUID()
    slug = string("Its name in URLs.")
    name = string("Its canonical name.")
    type = entity_type()


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


class ArticleReference(Shape):
    """Enough of an article to show it and to fetch it."""

    id = fields.UUID()
    slug = string("Its name in URLs.")
    title = string("Its title.")


class ReasonEntity(Shape):
    """The entity that two articles share."""

    id = fields.UUID()
    slug = string("Its name in URLs.")
    name = string("Its canonical name.")


class Reason(Shape):
    """Why two articles are related; the weights of a link add up to its score."""

    optional = frozenset({"entity", "term"})

    kind = fields.String(validate=validate.OneOf(["shared_entity", "shared_term", "near_duplicate"]))
    entity = fields.Nested(ReasonEntity)
    term = string("The word that both texts share.")
    weight = fields.Float(
        metadata={
            "description": "Its part of the score: what this one shared thing adds to the similarity. Of "
            "at most eight that are listed all are enlarged alike, so that they add up to the score."
        }
    )


class RelatedLinkLinks(Shape):
    """Where the link, its article and its target are."""

    self = Link("/v1/related-links/{0.id}")
    article = Link("/v1/articles/{0.article.slug}")
    target = Link("/v1/articles/{0.target.slug}", unless=lambda link: link.target is None)


class RelatedLink(Shape):
    """An edge from one article to another."""

    id = fields.UUID()
    position = number("Its place among the article's links, from 1.", 1)
    basis = fields.String(
        validate=validate.OneOf(BASES),
        metadata={"description": "`listed` on the page, or `computed` from content."},
    )
    title = fields.Function(
        lambda link: link.title or link.target.title,
        metadata={"type": "string", "description": "What the page printed, or the target's title."},
    )
    score = fields.Float(
        allow_none=True,
        metadata={
            "description": "How near the two are, 0 to 1: the cosine of their words and entities weighed by "
            "rarity; from 0.14 on they are related, from 0.8 on near duplicates. Null where they are neither."
        },
    )
    reasons = Stored(Reason, many=True, metadata={"description": "Why, the weightiest first."})
    article = fields.Nested(ArticleReference)
    target = fields.Nested(ArticleReference, allow_none=True)
    links = Here(RelatedLinkLinks)


class Source(Shape):
    """The document that the article was parsed from."""

    name = string("The file's name.", attribute="source_name")
    sha256 = string("SHA-256 of its bytes, in hex.", attribute="source_sha256")
    bytes = number("Its size in bytes.", attribute="source_bytes")


class ArticleLinks(Shape):
    """Where the article and its parts are."""

    self = Link("/v1/articles/{0.slug}")
    takeaways = Link("/v1/articles/{0.slug}/takeaways")
    entities = Link("/v1/articles/{0.slug}/entities")
    related = Link("/v1/articles/{0.slug}/related")
    source = Link("/v1/articles/{0.slug}/source")
    revisions = Link("/v1/articles/{0.slug}/revisions")


class Article(Shape):
    """One article with all its parts."""

    id = fields.UUID(metadata={"description": "UUID of version 5, derived from the document's key."})
    slug = string("Its name in URLs, made from its first title.")
    title = string("The headline.")
    summary = string("What the article says, in a few sentences.", allow_none=True)
    language = string("BCP 47 tag of the text's language.")
    byline = Here(Byline, when=lambda article: article.publication is not None)
    image = Here(Image, when=lambda article: (article.image_caption or article.image_url) is not None)
    published_at = Time(allow_none=True, metadata={"description": "When the page says it was published."})
    created_at = Time(metadata={"description": "When this article was first seeded."})
    updated_at = Time(metadata={"description": "When a seeding last changed it."})
    revision = number("Its version, from 1: one more for each seeding that changed it.", 1)
    word_count = number("Words of body and analysis.")
    reading_minutes = number("`word_count` at 200 words a minute, rounded up.")
    body = fields.List(fields.Nested(Paragraph), attribute="paragraphs")
    analysis = Stored(Analysis, allow_none=True)
    takeaways = fields.List(fields.Nested(ArticleTakeaway))
    entities = fields.List(fields.Nested(ArticleEntity))
    related = fields.List(fields.Nested(RelatedLink))
    source = Here(Source)
    links = Here(ArticleLinks)


class Highlight(Shape):
    """A piece of an article's text in which a search found something, without markup."""

    part = fields.String(
        validate=validate.OneOf(["title", "summary", "takeaways", "analysis", "body"]),
        metadata={"description": "The part that it is of."},
    )
    text = string("The piece, cut between words.")
    ranges = fields.List(
        fields.List(fields.Integer()),
        metadata={
            "description": "What was found: `[start, end]` of each, in Unicode code points of `text`.",
        },
    )


class ArticleListItem(Article):
    """An article in a list; its parts and highlights only where `include` names them."""

    optional = extras = frozenset(EXTRAS)

    highlights = fields.List(
        fields.Nested(Highlight), metadata={"description": "Where `q` was found, the weightiest part first."}
    )

    class Meta:
        fields = (*[name for name in Article().fields if name != "links"], "highlights", "links")


class TakeawayLinks(Shape):
    """Where the takeaway and its article are."""

    self = Link("/v1/takeaways/{0.id}")
    article = Link("/v1/articles/{0.article.slug}")


class Takeaway(ArticleTakeaway):
    """One numbered key point, with the entities that it names."""

    entities = fields.List(fields.Nested(EntityReference))
    article = fields.Nested(ArticleReference)
    links = Here(TakeawayLinks)


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


ArticlePage = page_of(ArticleListItem, "ArticlePage")
TakeawayPage = page_of(Takeaway, "TakeawayPage")
EntityPage = page_of(Entity, "EntityPage")
CoMentionedEntityPage = page_of(CoMentionedEntity, "CoMentionedEntityPage")
MentionedEntityPage = page_of(MentionedEntity, "MentionedEntityPage")
RelatedLinkPage = page_of(RelatedLink, "RelatedLinkPage")
