"""Turn query parameters into filters. A filter has a condition on rows, and the indexes to find the rows.

The SQL of a filter is called its form. A form contains bound parameters instead of values, so that it can be
cached.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, not_, or_, select, true

from api.database.base import db, table_of
from api.database.request_connection import request_connection
from api.listing.orders import KeyTable, Orders
from api.listing.plans import MAX_PLANS, Filter, FilterForm
from api.listing.value_filters import ValueIndex, has_any, has_none
from api.models import (
    TAKEAWAY_INDEX,
    UNDATED,
    ArticleFacet,
    EntityName,
    FacetCount,
    SearchIndex,
    TakeawayEntity,
    facet_number,
    takeaway_range,
)
from api.resources.lookup import NO_NUMBER
from api.resources.reference_numbers import article_number_of
from api.resources.references import References
from api.search.engines import MATCH, hit_numbers, is_hit, match_text
from api.search.query_language import Query
from api.v1.sort_orders import (
    ARTICLE_TIME_SORTS,
    ARTICLES,
    ENTITIES,
    ENTITY_KEYS,
    LINKS,
    TAKEAWAYS,
    related_link_orders_in_article,
    takeaway_orders_in_article,
)

Parameters = Mapping[str, Any]
# The earliest possible time of a dated article, just after UNDATED, which replaces a missing date.
EARLIEST_DATE = UNDATED + timedelta(microseconds=1)
# A prefix and this character end the range of the texts with the prefix, since no character is higher.
HIGHEST_CHARACTER = "\U0010ffff"
ENTITY_NAMES = table_of(EntityName)
# The articles that a filter such as `language_not` leaves are few if they are at most this share of all
# articles.
FEW_SHARE = 0.1
MAX_FACETS = 32
_counts = table_of(FacetCount).c
FACET_COUNTS = (
    select(_counts.name, _counts.number, _counts.article_count)
    .where(_counts.name.in_(bindparam("names", expanding=True)))
    .limit(MAX_FACETS + 1)
)
FACETS = ValueIndex(table_of(ArticleFacet), "article", "facet", ARTICLE_TIME_SORTS)
TAKEAWAY_ENTITIES = ValueIndex(table_of(TakeawayEntity), "takeaway", "entity", ("published_at",))
STORIES = ValueIndex(ARTICLES.table, "number", "story", ("published_at",), rows=ARTICLES)
TYPES = ValueIndex(ENTITIES.table, "number", "type", ENTITY_KEYS, no_value="", rows=ENTITIES)

remember = lru_cache(maxsize=MAX_PLANS)


def article_filters(
    parameters: Parameters, references: References, entity: int | None = None, story: int | None = None
) -> list[Filter]:
    """Return the filters for the query parameters of a list of articles, except for `q`.

    `references` has the entities and stories that the parameters name. If `entity` or `story` (an internal
    number) is given, only its articles match.
    """
    required = [*([] if entity is None else [entity]), *references.of("entity")]
    required += _facet_numbers("entity_type", parameters)
    filters = [*_with_all(FACETS, required), *_with_any_entity(FACETS, references)]
    for name in ("publication", "language"):
        if name in parameters:
            filters.append(has_any(FACETS, name, _facet_numbers(name, parameters)))
    if references.of("story"):
        filters.append(has_any(STORIES, "story", references.of("story")))
    if story is not None:
        filters.append(has_any(STORIES, "own_story", [story]))
    excluded = references.known("entity_not")
    for name in ("publication", "language"):
        numbers = _facet_numbers(f"{name}_not", parameters)
        others = _few_others(name, numbers) if numbers else None
        if others is None:
            excluded += numbers
        else:
            filters.append(has_any(FACETS, f"other_{name}", others or [NO_NUMBER]))
    filters += _without(FACETS, excluded)
    return filters + [
        _by_time(name, parameters)
        for name in ("published", "updated")
        if f"{name}_after" in parameters or f"{name}_before" in parameters
    ]


def takeaway_filters(
    parameters: Parameters, references: References, article: int | None = None
) -> list[Filter]:
    """Return the filters for the query parameters of a list of takeaways (key points of articles).

    `references` has the entities that the parameters name. If `article` (the internal number of an article)
    is given, only its takeaways match.
    """
    return [
        *(_of_article(place, each) for place, each in enumerate(_articles(parameters, article))),
        *_with_all(TAKEAWAY_ENTITIES, references.of("entity")),
        *_with_any_entity(TAKEAWAY_ENTITIES, references),
        *_without(TAKEAWAY_ENTITIES, references.known("entity_not")),
        *search_filters(TAKEAWAY_INDEX, parameters.get("q")),
    ]


def related_link_filters(parameters: Parameters, article: int | None = None) -> list[Filter]:
    """Return the filters for the query parameters of a list of related links.

    If `article` (the internal number of an article) is given, only the links from this article match.
    """
    filters = [
        Filter(_by_link_article(place), {f"article_{place}": each})
        for place, each in enumerate(_articles(parameters, article))
    ]
    basis, resolved = parameters.get("basis"), parameters.get("resolved")
    if basis is not None or resolved is not None:
        filters.append(Filter(_by_link_kind(basis, resolved)))
    return filters


def entity_filters(parameters: Parameters) -> list[Filter]:
    """Return the filters for the parameters `type` and `q` (the prefix of a name) of a list of entities."""
    filters = []
    if "type" in parameters:
        filters.append(has_any(TYPES, "type", parameters["type"]))
    if "q" in parameters:
        first = parameters["q"]
        filters.append(
            Filter(_by_name_prefix(), {"first_name": first, "last_name": first + HIGHEST_CHARACTER})
        )
    return filters


def search_filters(index: SearchIndex, query: Query | None) -> list[Filter]:
    """Return a list with the filter for the rows that the full-text search for `query` finds.

    The list is empty if `query` is None. `index` is the full-text index of the rows.
    """
    if query is None:
        return []
    dialect = db.engine.dialect.name
    return [Filter(_by_search(index.table, dialect), {MATCH: match_text(query, dialect)})]


def _with_all(index: ValueIndex, values: Iterable[int]) -> list[Filter]:
    """Return one filter for each of `values`. Together, the filters match the rows that have all `values`.

    `index` is the table that lists the values of rows, such as the entities of articles.
    """
    return [has_any(index, f"required_{place}", [each]) for place, each in enumerate(dict.fromkeys(values))]


def _with_any_entity(index: ValueIndex, references: References) -> list[Filter]:
    """Return a list with the filter for rows with at least one entity of the query parameter `entity_any`.

    The list is empty without this parameter. If all its entities are unknown, the filter matches no row.
    `index` lists the entities of rows.
    """
    if not references.of("entity_any"):
        return []
    known = [*dict.fromkeys(references.known("entity_any"))]
    return [has_any(index, "entity_any", known or [NO_NUMBER])]


def _without(index: ValueIndex, values: Iterable[int]) -> list[Filter]:
    """Return a list with the filter for rows that have none of `values`.

    The list is empty if `values` is empty. `index` is the table that lists the values of rows, such as the
    entities of articles.
    """
    excluded = [*dict.fromkeys(values)]
    return [has_none(index, "excluded", excluded)] if excluded else []


def _facet_numbers(name: str, parameters: Parameters) -> list[int]:
    """Return the numbers of the facet values that a query parameter lists, without duplicates.

    `name` is the name of the parameter, such as `language_not`. If the query does not have it, the list is
    empty.
    """
    facet = name.removesuffix("_not")
    return [*dict.fromkeys(facet_number(facet, each) for each in parameters.get(name, ()))]


def _few_others(name: str, excluded: Collection[int]) -> list[int] | None:
    """Return the numbers of the values that are not excluded, or None if too many articles have these values.

    The result is also None if an article has no value, or if the values and all languages together are more
    than MAX_FACETS.

    Args:
        name: `publication` or `language`.
        excluded: The numbers of the excluded values.
    """
    rows = request_connection().execute(FACET_COUNTS, {"names": [name, "language"]}).all()
    counts = {row.number: row.article_count for row in rows if row.name == name}
    # Each article has exactly one language.
    total = sum(row.article_count for row in rows if row.name == "language")
    # If few articles have the other values, an index can find these articles quickly.
    others = [number for number in counts if number not in excluded]
    remaining = sum(counts[number] for number in others)
    is_complete = len(rows) <= MAX_FACETS and sum(counts.values()) == total > 0
    return others if is_complete and remaining <= total * FEW_SHARE else None


def _articles(parameters: Parameters, article: int | None) -> list[int]:
    """Return the internal numbers of the articles in the path and in the query.

    Args:
        parameters: The validated query parameters. `article` can name an article.
        article: The number of the article in the path, or None.
    """
    requested = [article_number_of(parameters["article"])] if "article" in parameters else []
    return list(dict.fromkeys([*([] if article is None else [article]), *requested]))


def _of_article(place: int, article: int) -> Filter:
    """Return the filter for the takeaways of the article with the number `article`.

    A list can have several of these filters. `place` is a number that distinguishes their bound parameters.
    """
    first, last = takeaway_range(article)
    values = {f"first_takeaway_{place}": first, f"last_takeaway_{place}": last}
    return Filter(_by_takeaway_article(place), values)


@remember
def _by_takeaway_article(place: int) -> FilterForm:
    first, last = (
        bindparam(f"{end}_takeaway_{place}", type_=TAKEAWAYS.number.type) for end in ("first", "last")
    )
    return _within(TAKEAWAYS, lambda table: table.number.between(first, last), takeaway_orders_in_article())


@remember
def _by_link_article(place: int) -> FilterForm:
    article = bindparam(f"article_{place}", type_=LINKS.number.type)
    return _within(LINKS, lambda table: table.columns["article"] == article, related_link_orders_in_article())


def _within(table: KeyTable, condition: Any, orders: Orders) -> FilterForm:
    """Return the SQL of a filter that selects the takeaways or related links of one article.

    Args:
        table: The table of takeaways or related links.
        condition: Returns the SQL condition on the rows of a table.
        orders: The possible orders of the rows.
    """
    return FilterForm(select(table.number).where(condition(table)), condition, orders=orders)


@remember
def _by_link_kind(basis: str | None, resolved: bool | None) -> FilterForm:
    """Return the SQL of a filter for related links by their basis and by whether they have a target.

    Args:
        basis: `listed` or `computed`, or None for both.
        resolved: True for links with a target, False for links without one, None for both.
    """
    table = LINKS.columns
    if (basis, resolved) == ("computed", False):
        # Only links that the document lists can be unresolved.
        return FilterForm(select(LINKS.number).where(false()), lambda _: false())
    conditions: list[Any] = []
    if resolved is False:
        conditions = [table["target"].is_(None)]
    else:
        conditions += [table["title_hash"].is_not(None)] if basis == "listed" else []
        conditions += [table["title_hash"].is_(None)] if basis == "computed" else []
        conditions += [table["target"].is_not(None)] if resolved else []
    matches = and_(true(), *conditions)
    return FilterForm(select(LINKS.number).where(matches), lambda _: matches, lambda _: [LINKS])


@remember
def _by_name_prefix() -> FilterForm:
    """Return the SQL of a filter for entities with a name or alias that begins with a prefix.

    The bound parameters `first_name` (the prefix) and `last_name` limit the range of names. Both are in lower
    case and without diacritics.
    """
    folded = ENTITY_NAMES.c.folded
    first, last = bindparam("first_name", type_=folded.type), bindparam("last_name", type_=folded.type)
    begins = and_(folded >= first, folded < last)

    def condition(table: KeyTable) -> ColumnElement[bool]:
        return exists().where(ENTITY_NAMES.c.entity == table.number, begins).correlate(table.table)

    return FilterForm(select(ENTITY_NAMES.c.entity).where(begins).distinct(), condition)


@remember
def _by_search(index: str, dialect: str) -> FilterForm:
    numbers = hit_numbers(index, dialect)
    return FilterForm(numbers, lambda table: is_hit(index, dialect, table.number))


def _by_time(name: str, parameters: Parameters) -> Filter:
    """Return the filter for articles by the time `{name}_at`.

    `name` is `published` or `updated`. The time is at least `{name}_after` and less than `{name}_before`, if
    `parameters` has them. Articles without a publication time never match `published`.
    """
    after = max(parameters.get(f"{name}_after", EARLIEST_DATE), EARLIEST_DATE)
    before = parameters.get(f"{name}_before")
    form = _by_time_range(
        name, is_sorted=parameters["sort"].lstrip("-") == f"{name}_at", has_end=before is not None
    )
    values = {f"{name}_after": after} | ({f"{name}_before": before} if before is not None else {})
    return Filter(form, values)


@remember
def _by_time_range(name: str, *, is_sorted: bool, has_end: bool) -> FilterForm:
    """Return the SQL of a filter for articles by the time of publication or of the last change.

    Args:
        name: `published` or `updated`.
        is_sorted: True if the list of articles is sorted by the same time.
        has_end: True if the range has an end, the bound parameter `{name}_before`.
    """
    column = "published_key" if name == "published" else "updated_at"
    type_ = ARTICLES.columns[column].type
    after, before = bindparam(f"{name}_after", type_=type_), bindparam(f"{name}_before", type_=type_)

    def in_range(table: KeyTable) -> ColumnElement[bool]:
        time = table.columns[column]
        return and_(time >= after, time < before) if has_end else time >= after

    def not_out_of_range(table: KeyTable) -> ColumnElement[bool]:
        # The same condition as `in_range`, in a form that cannot use an index. Otherwise, SQLite would sort
        # all rows of a wide range instead of scanning the index in the requested order.
        time = table.columns[column]
        return not_(or_(time < after, time >= before)) if has_end else not_(or_(time < after, false()))

    numbers = select(ARTICLES.number).where(in_range(ARTICLES))

    def sorted_tables(sort: str) -> Sequence[KeyTable]:
        # Facets ask for the order of publication, in whatever order the list is.
        return [ARTICLES] if is_sorted and sort.lstrip("-") == f"{name}_at" else []

    return FilterForm(numbers, in_range if is_sorted else not_out_of_range, sorted_tables)
