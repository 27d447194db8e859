"""Schema classes of an article and of articles in lists. JSON keys have the order of the fields."""

from marshmallow import fields, validate

from api.resources.fields import Link
from api.resources.serialization import Shape, page_shape
from api.v1.schemas.common import StoryReference, number, string
from api.v1.schemas.entities import ArticleEntity
from api.v1.schemas.facets import ArticlePageMeta
from api.v1.schemas.related_links import RelatedLink
from api.v1.schemas.takeaways import ArticleTakeaway

PARTS = ("body", "analysis", "takeaways", "entities", "related", "source")

# The keys of an article in a list that are included only on request.
EXTRAS = (*PARTS, "highlights")


class Byline(Shape):
    """The byline: who wrote the article, and for which publication."""

    author = string("The person or desk that signs the article.", allow_none=True)
    role = string("The role of the author, such as a job title.", allow_none=True)
    publication = string("The name of the publication.", allow_none=True)


class Image(Shape):
    """The picture that illustrates the article: its caption and its URL."""

    caption = string("The caption, verbatim.", allow_none=True)
    url = fields.String(
        allow_none=True,
        metadata={"format": "uri", "description": "The URL of the picture."},
    )


class Paragraph(Shape):
    """A numbered paragraph of the body of an article."""

    paragraph = number("The number of the paragraph, starting at 1.", 1)
    text = string("The text of the paragraph.")


class Analysis(Shape):
    """The editor's analysis: a section of the article page that is not part of the article's body text."""

    desk = string("The heading of the section, such as Editor's Desk.", allow_none=True)
    heading = string("The heading of the analysis.", allow_none=True)
    paragraphs = fields.List(
        fields.String(), metadata={"description": "The paragraphs of the analysis, in order."}
    )


class Source(Shape):
    """The file that the article was parsed from: its name, digest and size."""

    name = string("The name of the file.")
    sha256 = string("The SHA-256 digest of the document, in hexadecimal.")
    bytes = number("The size of the document in bytes.")


class ArticleLinks(Shape):
    """The URLs of the article, its takeaways, entities, related links, source document and revisions."""

    self = Link()
    takeaways = Link()
    entities = Link()
    related = Link()
    source = Link()
    revisions = Link()


class Article(Shape):
    """One article with all its parts: body, analysis, takeaways, entities, related links and source."""

    id = fields.UUID(
        metadata={
            "description": "The id of the article: a UUID of version 5, derived from the key of the document."
        }
    )
    slug = string("The readable identifier used in URLs. It stays the same if the title changes.")
    title = string("The headline.")
    summary = string("A summary of the article in a few sentences.", allow_none=True)
    language = string("The language of the text, as a BCP 47 tag.")
    byline = fields.Nested(Byline, allow_none=True)
    image = fields.Nested(Image, allow_none=True)
    published_at = fields.AwareDateTime(
        allow_none=True, metadata={"description": "The time of publication. `null` if it is unknown."}
    )
    created_at = fields.AwareDateTime(metadata={"description": "The time when the article was first loaded."})
    updated_at = fields.AwareDateTime(metadata={"description": "The time when the article last changed."})
    revision = number("The version number, starting at 1. It increases with each change of the article.", 1)
    word_count = number("The number of words in the body and the analysis.")
    reading_minutes = number("The reading time at 200 words per minute, rounded up.")
    story = fields.Nested(
        StoryReference, metadata={"description": "The story: the articles that report the same event."}
    )
    body = fields.List(fields.Nested(Paragraph))
    analysis = fields.Nested(Analysis, allow_none=True)
    takeaways = fields.List(fields.Nested(ArticleTakeaway))
    entities = fields.List(fields.Nested(ArticleEntity))
    related = fields.List(fields.Nested(RelatedLink))
    source = fields.Nested(Source)
    links = fields.Nested(ArticleLinks)


class Highlight(Shape):
    """A passage of an article that matches the full-text search, with the positions of the matches."""

    part = fields.String(
        validate=validate.OneOf(["title", "summary", "takeaways", "analysis", "body"]),
        metadata={"description": "The part of the article that contains the passage."},
    )
    text = string("The passage, cut between words.")
    ranges = fields.List(
        fields.List(fields.Integer()),
        metadata={
            "description": "The matches in `text`, each as `[start, end]` in Unicode code points.",
        },
    )


class ArticleListItem(Article):
    """An article in a list.

    Some keys are present only if the query requests them: `body`, `analysis`, `takeaways`, `entities`,
    `related`, `source`, and `highlights` (the passages that match the search).
    """

    optional = extras = frozenset(EXTRAS)

    highlights = fields.List(
        fields.Nested(Highlight),
        metadata={
            "description": "The passages that match `q`, at most five, in the order title, summary, "
            "takeaways, analysis, body."
        },
    )

    class Meta:
        fields = (*[name for name in Article().fields if name != "links"], "highlights", "links")


ArticlePage = page_shape(ArticleListItem, "ArticlePage", meta=ArticlePageMeta)
