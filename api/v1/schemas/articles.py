"""The shapes of articles, alone and in lists, keys in the order in which they are served."""

from marshmallow import fields, validate

from api.resources.fields import Here, Link, Stored, Time
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import number, string
from api.v1.schemas.entities import ArticleEntity
from api.v1.schemas.related_links import RelatedLink
from api.v1.schemas.takeaways import ArticleTakeaway

PARTS = ("body", "analysis", "takeaways", "entities", "related", "source")


# What an article in a list has only where it is asked for.
EXTRAS = (*PARTS, "highlights")


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


ArticlePage = page_shape(ArticleListItem, "ArticlePage")
