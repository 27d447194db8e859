"""Schema classes of the change feed and of the revisions (versions) of an article."""

from marshmallow import fields, validate
from marshmallow.fields import AwareDateTime, Nested

from api.models import CHANGE_KINDS, CREATED, UPDATED
from api.resources.fields import Link
from api.resources.serialization import PageLinks, PageMeta, Shape, page_shape
from api.v1.article_content import CONTENT_FIELDS
from api.v1.schemas.articles import Analysis, Byline, Image, Paragraph, Source
from api.v1.schemas.common import ArticleReference, number, string


def _changed_fields() -> fields.List[str]:
    return fields.List(
        fields.String(validate=validate.OneOf(CONTENT_FIELDS)),
        metadata={
            "description": "The fields that changed. Empty unless `kind` is `updated`. `related` refers to "
            "the related titles and dates that the page lists, `takeaways` to the texts of the takeaways."
        },
    )


def _stored_list(shape: type[Shape], description: str) -> Nested:
    return Nested(shape, many=True, metadata={"description": description})


def _revision_kind() -> fields.String:
    description = (
        "`created` if the article was new or was loaded again after its removal, otherwise `updated`."
    )
    return string(description, validate=validate.OneOf([CREATED, UPDATED]))


class Change(Shape):
    """A change of an article. `article` has the slug and title that it had when the change was committed."""

    sequence = number("The number of the change. Numbers increase by 1 without gaps.", 1)
    kind = string(
        "What happened to the article. An article that was removed and is loaded again is `created` with the "
        "same id and the next revision.",
        validate=validate.OneOf(CHANGE_KINDS),
    )
    article = Nested(ArticleReference)
    revision = number("The revision after the change, or the last revision of a removed article.", 1)
    changed_at = AwareDateTime(metadata={"description": "The time of the change."})
    fields = _changed_fields()  # type: ignore[assignment]  # The name hides an attribute of Schema.


class ChangePageLinks(PageLinks):
    """The URLs of this page of the change feed, the first page and the next page, which always exists."""

    next = fields.String(
        metadata={
            "format": "uri-reference",
            "description": "The next page. Never `null`: the last page links to later changes.",
        }
    )


class ChangePageMeta(PageMeta):
    """The `meta` of a page of the change feed: the limit, the next cursor and the revision of the database.

    With `total=true`, it also has the number of all changes.
    """

    next_cursor = string(
        "The value of `cursor` for the next page, the same as in `links.next`. Never `null`."
    )
    corpus_revision = number(
        "The revision of the whole database, read together with the page. It increases with each change of "
        "any data, including derived data. If it is the same as before, nothing has changed."
    )


class RevisionItemLinks(Shape):
    """The URLs of a revision and of the current version of its article."""

    self = Link()
    article = Link()


class RevisionListItem(Shape):
    """A revision in a list: its number, time and changed fields, without the content of the article."""

    revision = number("The number of the revision, starting at 1.", 1)
    kind = _revision_kind()
    changed_at = AwareDateTime(metadata={"description": "The time when the revision was made."})
    fields = _changed_fields()  # type: ignore[assignment]
    links = Nested(RevisionItemLinks)


class RevisionTakeaway(Shape):
    """A takeaway (key point) in a revision of an article, without the derived evidence and entities."""

    position = number("The position in the list, starting at 1.", 1)
    text = string("The text of the takeaway.")


class RevisionRelated(Shape):
    """A related article in a revision: its title and date, as printed on the article page."""

    position = number("The position in the list, starting at 1.", 1)
    title = string("The title as printed on the page.")
    date = string("The date as printed under the title.", allow_none=True)


class RevisionLinks(RevisionItemLinks):
    """The URLs of a revision and its document, of the current article, and of the list of its revisions."""

    revisions = Link()
    source = Link()


class Revision(Shape):
    """A revision of an article: its content, without derived values such as entities."""

    id = fields.UUID(metadata={"description": "The id of the article, the same in all revisions."})
    slug = string("The slug of the article in this revision.")
    title = string("The headline.")
    summary = string("A summary of the article in a few sentences.", allow_none=True)
    language = string("The language of the text, as a BCP 47 tag.")
    byline = Nested(Byline, allow_none=True)
    image = Nested(Image, allow_none=True)
    published_at = fields.String(
        allow_none=True,
        metadata={"format": "date-time", "description": "The time of publication. `null` if it is unknown."},
    )
    revision = number("The number of the revision, starting at 1.", 1)
    kind = _revision_kind()
    changed_at = AwareDateTime(metadata={"description": "The time when the revision was made."})
    fields = _changed_fields()  # type: ignore[assignment]
    word_count = number("The number of words in the body and the analysis.")
    reading_minutes = number("The reading time at 200 words per minute, rounded up.")
    body = _stored_list(Paragraph, "The paragraphs of the body, in order.")
    analysis = Nested(Analysis, allow_none=True)
    takeaways = _stored_list(RevisionTakeaway, "The takeaways, in the order of the page.")
    related = _stored_list(RevisionRelated, "The related titles that the page lists, in order.")
    source = Nested(Source)
    links = Nested(RevisionLinks)


ChangePage = page_shape(Change, "ChangePage", ChangePageLinks, ChangePageMeta)
RevisionPage = page_shape(RevisionListItem, "RevisionPage")
