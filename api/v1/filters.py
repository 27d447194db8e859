"""Turn query parameters into filters, each with the condition on rows and the index that finds the rows."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import aliased

from api.listing.plans import Filter, KeyTable
from api.models import (
    UNDATED_ASC,
    UNDATED_DESC,
    Article,
    ArticleFacet,
    Entity,
    EntityName,
    RelatedLink,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
    facet_id,
)
from api.resources.lookup import article_id_of, entity_ids_of
from api.search.engines import Terms, search
from api.search.query_language import Query
from api.v1.sort_orders import ARTICLE_TIME_SORTS

Parameters = Mapping[str, Any]
# The earliest possible time of a dated article, just after UNDATED_DESC, which replaces a missing date.
EARLIEST_DATE = UNDATED_DESC + timedelta(microseconds=1)
FACET_PARAMETERS = ("entity_type", "publication", "language")
# A prefix and this character end the range of the texts with the prefix, since no character is higher.
HIGHEST_CHARACTER = "\U0010ffff"


def article_filters(parameters: Parameters, entity: UUID | None = None) -> list[Filter]:
    """Return the filters for the query parameters of a list of articles, except for `q`.

    If `entity` (the id of an entity) is given, only articles that mention it match.
    """
    entities = [*([entity] if entity else []), *entity_ids_of(parameters["entity"])]
    others = [facet_id(name, parameters[name]) for name in FACET_PARAMETERS if name in parameters]
    facets = [
        _by_index_table(ArticleFacet, "facet", each, ARTICLE_TIME_SORTS)
        for each in dict.fromkeys([*entities, *others])
    ]
    return facets + [
        _by_time(name, parameters)
        for name in ("published", "updated")
        if f"{name}_after" in parameters or f"{name}_before" in parameters
    ]


def takeaway_filters(parameters: Parameters, article: UUID | None = None) -> list[Filter]:
    """Return the filters for the query parameters of a list of takeaways (key points of articles).

    If `article` (the id of an article) is given, only its takeaways match.
    """
    filters = [
        _by_index_table(TakeawayEntity, "entity_id", each, ("published_at",))
        for each in dict.fromkeys(entity_ids_of(parameters["entity"]))
    ]
    return (
        _by_article(Takeaway, parameters, article)
        + filters
        + search_filters(TakeawayTerms, parameters.get("q"))
    )


def related_link_filters(parameters: Parameters, article: UUID | None = None) -> list[Filter]:
    """Return the filters for the query parameters of a list of related links.

    If `article` (the id of an article) is given, only the links from this article match.
    """
    equal = {name: parameters[name] for name in ("basis", "resolved") if name in parameters}
    if equal.get("resolved") is False:
        # Only links that the document lists can be unresolved. A scan would read all computed links in vain.
        unresolved = _by_value(RelatedLink, "resolved", value=False)
        filters = [_no_rows(RelatedLink) if equal.get("basis") == "computed" else unresolved]
    else:
        filters = [_by_value(RelatedLink, name, value) for name, value in equal.items()]
    return _by_article(RelatedLink, parameters, article) + filters


def entity_filters(parameters: Parameters) -> list[Filter]:
    """Return the filters for the parameters `type` and `q` (the prefix of a name) of a list of entities."""
    types = [_by_value(Entity, "type", parameters["type"])] if "type" in parameters else []
    return types + ([_by_name_prefix(parameters["q"])] if "q" in parameters else [])


def search_filters(terms: Terms, query: Query | None) -> list[Filter]:
    """Return a list with the filter for the rows that the full-text search for `query` finds.

    The list is empty if `query` is None. `terms` is the model of the indexed search terms.
    """
    if query is None:
        return []
    hits = search(terms, query)
    return [Filter(hits.ids(), lambda table: hits.has(table.id), counted=hits.numbers())]


def _by_article(model: Any, parameters: Parameters, article: UUID | None) -> list[Filter]:
    requested = [article_id_of(parameters["article"])] if "article" in parameters else []
    return [_by_value(model, "article_id", each) for each in [*([article] if article else []), *requested]]


def _by_index_table(index_table: Any, column: str, value: UUID, sorts: Sequence[str]) -> Filter:
    """Return a filter for rows with a certain value in an index table, such as the articles of an entity.

    Args:
        index_table: The model of a table that repeats the ids and the sort keys of the filtered rows.
        column: The name of a column of `index_table`.
        value: The value in this column, such as the id of an entity.
        sorts: The values of `sort`, without `-`, for which the table has an index, so that its rows can be
            read in this order.
    """
    own, other = aliased(index_table), aliased(index_table)
    own_condition: ColumnElement[bool] = getattr(own, column) == value

    def condition(table: KeyTable) -> ColumnElement[bool]:
        if table is own:
            return own_condition
        return exists().where(other.id == table.id, getattr(other, column) == value)

    ids = select(own.id).where(own_condition)
    return Filter(ids, condition, lambda sort: own if sort.lstrip("-") in sorts else None)


def _by_value(model: Any, column: str, value: Any) -> Filter:
    """Return a filter for the rows of `model` that have `value` in `column`.

    Use it only if the model has an index of the column for every order, or if few rows share a value, as for
    `article_id`, so that sorting them is cheap.
    """

    def condition(table: KeyTable) -> ColumnElement[bool]:
        matches: ColumnElement[bool] = getattr(table, column) == value
        return matches

    return Filter(select(model.id).where(condition(model)), condition, lambda _: model)


def _no_rows(model: Any) -> Filter:
    """Return a filter that matches no row, for a combination of parameters that no row can have."""
    return Filter(select(model.id).where(false()), lambda _: false())


def _by_time(name: str, parameters: Parameters) -> Filter:
    """Return the filter for the articles whose time `{name}_at` is in the range that `parameters` require.

    The range begins at `{name}_after` and ends before `{name}_before`. It is open on the side whose parameter
    is missing. `name` is `published` or `updated`. Articles without a time of publication never match
    `published`.
    """
    sort, key = parameters["sort"], f"{name}_at"
    is_sorted = sort.lstrip("-") == key
    published_column = "published_asc" if sort == "published_at" else "published_desc"
    column = published_column if name == "published" else key
    after = max(parameters.get(f"{name}_after", EARLIEST_DATE), EARLIEST_DATE)
    before = parameters.get(f"{name}_before", UNDATED_ASC)

    def in_range(table: KeyTable) -> ColumnElement[bool]:
        time = getattr(table, column)
        return and_(time >= after, time < before)

    def not_out_of_range(table: KeyTable) -> ColumnElement[bool]:
        # The same condition as `in_range`, in a form that cannot use an index. Otherwise, SQLite would sort
        # all rows of a wide range instead of scanning the index in the requested order.
        time = getattr(table, column)
        return not_(or_(time < after, time >= before))

    ids = select(Article.id).where(in_range(Article))
    return Filter(ids, in_range if is_sorted else not_out_of_range, lambda _: Article if is_sorted else None)


def _by_name_prefix(prefix: str) -> Filter:
    """Return the filter for the entities with a name or alias that begins with `prefix`.

    The caller must supply `prefix` without case and diacritics, as the parameter type Prefix returns it.
    """
    begins = (EntityName.folded >= prefix) & (EntityName.folded < prefix + HIGHEST_CHARACTER)

    def condition(table: KeyTable) -> ColumnElement[bool]:
        return exists().where(EntityName.entity_id == table.id, begins)

    return Filter(select(EntityName.entity_id).where(begins).distinct(), condition)
