"""The parameters of each collection and resource of version 1."""

from typing import Any

from flask import request
from marshmallow import Schema, validates_schema

from api.models import ENTITY_TYPES
from api.problems import InvalidParameters, parameter_error
from api.resources.parameters import (
    Choice,
    Flag,
    Instant,
    Names,
    PageParameters,
    Prefix,
    References,
    Search,
    Text,
    sort_parameter,
)
from api.v1 import schemas
from api.v1.sort_orders import (
    ARTICLE_SORTS,
    CO_MENTIONED_SORTS,
    ENTITY_SORTS,
    RELATED_LINK_SORTS,
    REVISION_ORDERS,
    TAKEAWAY_SORTS,
)

RELEVANCE = "relevance"
QUERY = (
    'Full text. All words are required, `"a phrase"` as it stands, `-word` excludes, `OR` between two words '
    "requires either, and a minus takes no part in it; 50 words at most. English words are found by their "
    "stem, letters without regard to case and diacritics, Chinese, Japanese and Korean by their characters."
)


def _fields(shape: type[Schema]) -> Names:
    names = list(shape().fields)
    return Names(names, "Exactly these keys of each item, separated by commas, in the usual order.")


def _search() -> Search:
    return Search(QUERY, example='"green ai" OR grid -coal')


def _entities(whose: str) -> References:
    return References(f"Id or slug of an entity that the {whose} names. Repeated: all of them.", "sunrise")


def _of_article() -> Text:
    return Text("Id or slug of the article that it belongs to.")


class ArticleFields(Schema):
    """The query of one article."""

    fields = _fields(schemas.Article)  # type: ignore[assignment]  # So the parameter is called.


class TakeawayFields(Schema):
    """The query of one takeaway."""

    fields = _fields(schemas.Takeaway)  # type: ignore[assignment]


class EntityFields(Schema):
    """The query of one entity."""

    fields = _fields(schemas.Entity)  # type: ignore[assignment]


class RelatedLinkFields(Schema):
    """The query of one related link."""

    fields = _fields(schemas.RelatedLink)  # type: ignore[assignment]


class ArticleParameters(ArticleFields, PageParameters):
    """The query of a list of articles."""

    sort = sort_parameter(
        [*ARTICLE_SORTS, RELEVANCE],
        " `relevance` puts the best hits of `q` first. The default is `relevance` where there is a `q`, else "
        "`-published_at`.",
    )
    q = _search()
    entity = _entities("article")
    entity_type = Choice(ENTITY_TYPES, "Only articles that name an entity of this type.")
    publication = Text("Only articles with exactly this publication in their byline.")
    language = Text("Only articles in exactly this language, a BCP 47 tag.")
    published_after = Instant("Only articles published at this time or later.")
    published_before = Instant("Only articles published before this time.")
    updated_after = Instant("Only articles last changed at this time or later.")
    updated_before = Instant("Only articles last changed before this time.")
    include = Names(
        schemas.EXTRAS,
        "Parts to add to each article, separated by commas; not together with `fields`. `highlights` shows "
        "where the `q` was found.",
    )

    @validates_schema
    def check(self, given: dict[str, Any], **_: Any) -> None:
        """Refuse what makes no sense together; raises InvalidParameters."""
        include, has_query = given.get("include", []), "q" in given
        wrong: dict[str, tuple[str, list[str] | None]] = {}
        if given.get("sort") == RELEVANCE and not has_query:
            wrong["sort"] = ("There is `relevance` only with `q`.", list(ARTICLE_SORTS))
        if "highlights" in include and not has_query:
            wrong["include"] = ("There are `highlights` only with `q`.", list(schemas.PARTS))
        if include and "fields" in given:
            wrong["include"] = ("Not together with `fields`, which may name parts too.", None)
        if wrong:
            in_order = [name for name in request.args if name in wrong]
            raise InvalidParameters([parameter_error(name, *wrong[name]) for name in in_order])

    def default_sort(self, given: dict[str, Any]) -> str:
        """Give the order of what is `given`."""
        return RELEVANCE if "q" in given else "-published_at"


class TakeawayParameters(TakeawayFields, PageParameters):
    """The query of a list of takeaways."""

    sort = sort_parameter(TAKEAWAY_SORTS, default="-published_at")
    q = _search()
    entity = _entities("takeaway")


class AllTakeawayParameters(TakeawayParameters):
    """The query of the list of all takeaways."""

    article = _of_article()


class EntityParameters(EntityFields, PageParameters):
    """The query of a list of entities."""

    sort = sort_parameter(ENTITY_SORTS, default="-article_count")
    q = Prefix(
        "The beginning of the name or of an alias, without regard to case and diacritics.", example="sun"
    )
    type = Choice(ENTITY_TYPES, "Only entities of this type.")


class MentionedEntityParameters(EntityParameters):
    """The query of the list of an article's entities."""

    fields = _fields(schemas.MentionedEntity)  # type: ignore[assignment]


class CoMentionedEntityParameters(EntityParameters):
    """The query of the list of what is mentioned together with an entity."""

    fields = _fields(schemas.CoMentionedEntity)  # type: ignore[assignment]
    sort = sort_parameter(CO_MENTIONED_SORTS, default="-shared_article_count")


class RelatedLinkParameters(RelatedLinkFields, PageParameters):
    """The query of a list of related links."""

    sort = sort_parameter(RELATED_LINK_SORTS, default="-published_at")
    basis = Choice(schemas.BASES, "Only links on this basis.")
    resolved = Flag("`true`: only links whose target is known; `false`: only the others.")


class AllRelatedLinkParameters(RelatedLinkParameters):
    """The query of the list of all related links."""

    article = _of_article()


class RevisionParameters(PageParameters):
    """The query of the list of an article's revisions."""

    sort = sort_parameter(REVISION_ORDERS, default="-revision")


class ChangeParameters(PageParameters):
    """The query of the list of changes."""

    sort = Choice(
        ["sequence"], "Changes always come in the order in which they were made.", default="sequence"
    )
