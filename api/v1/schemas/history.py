"""The JSON shapes of what was: changes of articles, and their revisions."""

from marshmallow import fields, validate

from api.models import CHANGES, CREATED, UPDATED
from api.resources.fields import Here, Link, Stored, Time
from api.resources.serialization import PageLinks, PageMeta, Shape, page_shape
from api.v1.article_content import FIELDS
from api.v1.schemas.articles import Analysis, Byline, Image, Paragraph, Source
from api.v1.schemas.common import ArticleReference, number, string


def _changed_fields() -> fields.List[str]:
    return fields.List(
        fields.String(validate=validate.OneOf(FIELDS)),
        metadata={
            "description": "The fields of the article that an update changed; empty of other changes. "
            "`related` are the titles and dates that the page lists, `takeaways` their texts."
        },
    )


def _stored_list(shape: type[Shape], description: str) -> Stored:
    return Stored(shape, many=True, metadata={"description": description})


def _revision_kind() -> fields.String:
    description = "`updated`, or `created` where the article was new, or came back after it had been removed."
    return string(description, validate=validate.OneOf([CREATED, UPDATED]))


class Change(Shape):
    """One change of one article, which is called here what it was called then."""

    sequence = number("Its number: one more for each change, without gaps.", 1)
    kind = string(
        "What became of the article. One that was removed and comes back is `created` once more, under its "
        "old id and with its next revision.",
        validate=validate.OneOf(CHANGES),
    )
    article = fields.Nested(ArticleReference)
    revision = number("The revision that the article got by it, or had when it was removed.", 1)
    changed_at = Time(metadata={"description": "When it was made."})
    fields = _changed_fields()  # type: ignore[assignment]  # So the key is called.


class ChangePageLinks(PageLinks):
    """The pages around this one, the next of which may have yet to come."""

    next = fields.String(
        metadata={
            "format": "uri-reference",
            "description": "Where the feed goes on; never null, as the last page leads to what comes later.",
        }
    )


class ChangePageMeta(PageMeta):
    """Facts about the page and, at the same moment, the whole database."""

    corpus_revision = number(
        "One more for each change of anything here, of what is derived from the documents too. While it is "
        "the same, nothing has changed."
    )


class RevisionItemLinks(Shape):
    """Where the revision is, and the article as it is now."""

    self = Link("/v1/articles/{0[article]}/revisions/{0[revision]}")
    article = Link("/v1/articles/{0[article]}")


class RevisionListItem(Shape):
    """A revision in the list of an article's revisions."""

    revision = number("Its number, from 1.", 1)
    kind = _revision_kind()
    changed_at = Time(metadata={"description": "When a seeding made it."})
    fields = _changed_fields()  # type: ignore[assignment]
    links = Here(RevisionItemLinks)


class RevisionTakeaway(Shape):
    """A takeaway as a revision had it."""

    position = number("Its place in the list, from 1.", 1)
    text = string("The takeaway.")


class RevisionRelated(Shape):
    """A title that a revision's page listed under its related articles."""

    position = number("Its place in the list, from 1.", 1)
    title = string("The title as printed.")
    date = string("The date printed under it, as it stands there.", allow_none=True)


class RevisionLinks(RevisionItemLinks):
    """Where the revision, the article and its other revisions are, and the document that it came from."""

    revisions = Link("/v1/articles/{0[article]}/revisions")
    source = Link("/v1/articles/{0[article]}/revisions/{0[revision]}/source")


class Revision(Shape):
    """One revision of an article: all that its document and sidecar said, and nothing derived from that."""

    id = fields.UUID(metadata={"description": "The article's id, the same in all its revisions."})
    slug = string("Its name in URLs at that time.")
    title = string("The headline.")
    summary = string("What the article says, in a few sentences.", allow_none=True)
    language = string("BCP 47 tag of the text's language.")
    byline = Stored(Byline, allow_none=True)
    image = Stored(Image, allow_none=True)
    published_at = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "When the page says it was published."},
    )
    revision = number("Its number, from 1.", 1)
    kind = _revision_kind()
    changed_at = Time(metadata={"description": "When a seeding made it."})
    fields = _changed_fields()  # type: ignore[assignment]
    word_count = number("Words of body and analysis.")
    reading_minutes = number("`word_count` at 200 words a minute, rounded up.")
    body = _stored_list(Paragraph, "Its paragraphs, in order.")
    analysis = Stored(Analysis, allow_none=True)
    takeaways = _stored_list(RevisionTakeaway, "In the order of the page.")
    related = _stored_list(RevisionRelated, "The titles that the page listed, in order.")
    source = Stored(Source)
    links = Here(RevisionLinks)


ChangePage = page_shape(Change, "ChangePage", ChangePageLinks, ChangePageMeta)
RevisionPage = page_shape(RevisionListItem, "RevisionPage")
