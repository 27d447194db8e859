"""Count facet values: read the list of facet values of each matching article, and add them up."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    LargeBinary,
    Text,
    bindparam,
    func,
    literal,
    select,
    union,
)

from api.database.base import AnySelect, db, table_of
from api.database.request_connection import request_connection
from api.listing.keyset import COUNT
from api.listing.orders import KeyTable
from api.listing.plans import (
    MAX_PLANS,
    MAX_SORTED_ROWS,
    Filter,
    FilterForm,
    Listing,
    most_selective,
    values_of,
)
from api.models import FacetList
from api.search.ranking import Ranking, matching
from api.v1.sort_orders import ARTICLES

# The highest number of articles whose facets are counted. If more match, those published last are counted.
MAX_COUNTED_ARTICLES = 10_000
# If the articles of an index are intersected with other lists, this number of articles is read first. Each
# further read is larger by the factor READ_GROWTH.
FIRST_READ_ROWS, READ_GROWTH = 40_000, 8
LAST_PUBLISHED = "-published_at"
LAST_FIRST = (ARTICLES.columns["published_key"].desc(), ARTICLES.number.desc())
MAX_ENTITY_NUMBER = 1 << 62
LISTS = table_of(FacetList)
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Counts:
    """The article counts of several facet values (such as languages) or stories.

    Attributes:
        numbers: The numbers that identify the facet values or stories, in ascending order.
        articles: The count of articles for each of `numbers`, in the same order.
    """

    numbers: Integers
    articles: Integers

    @classmethod
    def of(cls, numbers: Integers) -> "Counts":
        """Return the article counts, given the facet values or stories of each article.

        `numbers` has the numbers of all facet values (or stories) of each article. The article count of a
        number is how often it occurs.
        """
        return cls(*np.unique(numbers, return_counts=True))

    @classmethod
    def sum(cls, several: Sequence["Counts"]) -> "Counts":
        """Add up several Counts: sum the article counts of the same facet value or story."""
        if not several:
            return cls.of(np.array([], np.int64))
        numbers, places = np.unique(np.concatenate([each.numbers for each in several]), return_inverse=True)
        articles = np.zeros(len(numbers), np.int64)
        np.add.at(articles, places, np.concatenate([each.articles for each in several]))
        return cls(numbers, articles)

    def of_numbers(self, numbers: Integers) -> Integers:
        """Return the article count of each of `numbers`, or 0 for a number without a count."""
        if not len(self.numbers):
            return np.zeros(len(numbers), np.int64)
        places = np.searchsorted(self.numbers, numbers).clip(max=len(self.numbers) - 1)
        return np.where(self.numbers[places] == numbers, self.articles[places], 0)

    def between(self, lowest: int, highest: int) -> "Counts":
        """Return only the counts of the facet values that numbers from `lowest` to `highest` identify.

        Both ends are included.
        """
        start, end = np.searchsorted(self.numbers, [lowest, highest + 1])
        return Counts(self.numbers[start:end], self.articles[start:end])

    def largest(self, limit: int) -> dict[int, int]:
        """Return the `limit` largest article counts, by the number of the facet value or story.

        The largest count comes first. Among equal counts, the higher number comes first.
        """
        order = np.lexsort((-self.numbers, -self.articles))[:limit]
        return dict(zip(self.numbers[order].tolist(), self.articles[order].tolist(), strict=True))

    def first(self, limit: int) -> dict[int, int]:
        """Return the article counts of the `limit` facet values or stories with the lowest numbers.

        The keys of the result are the numbers of the facet values or stories, the lowest first. The values
        are their article counts.
        """
        return dict(zip(self.numbers[:limit].tolist(), self.articles[:limit].tolist(), strict=True))


class MatchingFacets(NamedTuple):
    """The article counts of facet values and stories, among the articles that match a query.

    Attributes:
        articles: The number of counted articles.
        is_complete: True if all matching articles are counted, False if only the newest are.
        facets: The counts of facet values.
        stories: The counts of stories, or no counts if stories were not requested.
    """

    articles: int
    is_complete: bool
    facets: Counts
    stories: Counts


def count_matching(filters: Sequence[Filter], search: Ranking | None, *, has_stories: bool) -> MatchingFacets:
    """Count how many of the matching articles have each facet value.

    Args:
        filters: The filters that articles must match.
        search: A full-text search with the same filters, or None.
        has_stories: True to count the articles of each story, too.
    """
    numbers = _find_hits(search) if search else _find_matches(filters)
    counted = numbers[:MAX_COUNTED_ARTICLES]
    facets, stories = count_lists(counted, has_stories=has_stories)
    return MatchingFacets(len(counted), len(numbers) <= MAX_COUNTED_ARTICLES, facets, stories)


def count_lists(articles: Integers, *, has_stories: bool = False) -> tuple[Counts, Counts]:
    """Count how many of `articles` have each facet value, and how many belong to each story.

    Returns:
        The counts of facet values and the counts of stories. Without `has_stories`, no stories are counted.
    """
    dialect = db.engine.dialect.name
    statement = _select_lists(dialect, has_stories=has_stories)
    # Rows with sorted numbers are read from adjacent pages of the database.
    values = {"listed": listed(np.sort(articles), dialect)}
    facets, *stories = request_connection().execute(statement, values).one()
    # SQLite joins the lists as hexadecimal texts.
    packed = bytes.fromhex(facets) if isinstance(facets, str) else facets or b""
    return Counts.of(np.frombuffer(packed, "<i8")), Counts.of(integers(stories[0] if stories else None))


def integers(listed: str | list[int] | None) -> Integers:
    """Convert `listed`, a list of integers as a database returns it, to an array.

    SQLite returns a JSON text, and PostgreSQL a list. None becomes an empty array.
    """
    return np.array(orjson.loads(listed) if isinstance(listed, str) else listed or [], np.int64)


def listed(numbers: Integers, dialect: str) -> str | list[int]:
    """Convert `numbers` to a value for the bound parameter `listed` of an SQL statement.

    The value is a JSON text on SQLite and a list on PostgreSQL. `listed_numbers` makes the SQL that reads the
    value. `dialect` is `sqlite` or `postgresql`.
    """
    return orjson.dumps(numbers.tolist()).decode() if dialect == "sqlite" else numbers.tolist()


def listed_numbers(dialect: str) -> tuple[FromClause, ColumnElement[int]]:
    """Return an SQL table with the numbers in the bound parameter `listed`, and its only column.

    The function `listed` makes the value of this parameter. `dialect` is `sqlite` or `postgresql`.
    """
    # An `IN` with 10,000 parameters would take longer.
    if dialect == "sqlite":
        table = func.json_each(bindparam("listed", type_=Text)).table_valued("value")
    else:
        array = func.unnest(bindparam("listed", type_=ARRAY(BigInteger)))
        table = array.table_valued("value").render_derived()
    return table, table.c.value


def list_of(number: ColumnElement[int], dialect: str) -> ColumnElement[Any]:
    """Return an SQL expression that collects the values of a column in one list.

    The list is a JSON text on SQLite, and an array on PostgreSQL. `integers` decodes it.

    Args:
        number: The column.
        dialect: `sqlite` or `postgresql`.
    """
    # Reading one list takes half the time of reading many rows, and makes no objects that the garbage
    # collector has to examine.
    return func.json_group_array(number) if dialect == "sqlite" else func.array_agg(number)


def _find_matches(filters: Sequence[Filter]) -> Integers:
    """Return the internal numbers of the articles that match all filters.

    At most MAX_COUNTED_ARTICLES + 1 articles are returned, the articles published last. The extra article
    tells the caller that not all matching articles can be counted.
    """
    forms = tuple(each.form for each in filters)
    selective = None if Listing.has_single_plan(forms, LAST_PUBLISHED) else most_selective(filters)
    if selective is None:
        return _find_last(filters)
    numbers = matching(ARTICLES, forms, selective.form).order_by(*LAST_FIRST)
    statement = _select_list(numbers, db.engine.dialect.name)
    return integers(request_connection().scalar(statement, values_of(filters)))


def _find_hits(search: Ranking) -> Integers:
    """Return the internal numbers of the articles that match `search` and its filters.

    At most MAX_COUNTED_ARTICLES + 1 articles are returned, the articles published last. The extra article
    tells the caller that not all matching articles can be counted.
    """
    hits, filters = search.hits()
    has_index = not filters or any(map(_is_indexed, filters))
    if len(hits) > (MAX_SORTED_ROWS if filters and has_index else MAX_COUNTED_ARTICLES):
        return _find_last(filters, hits)
    if not filters:
        return hits
    dialect = db.engine.dialect.name
    statement = _select_among(tuple(each.form for each in filters), dialect)
    values = values_of(filters) | {"listed": listed(hits, dialect)}
    return integers(request_connection().scalar(statement, values))


def _find_last(filters: Sequence[Filter], hits: Integers | None = None) -> Integers:
    """Return the internal numbers of the articles that match all `filters`.

    The result has at most MAX_COUNTED_ARTICLES + 1 articles, those published last. `hits` are the numbers of
    the articles that a search finds, or None without a search.
    """
    # The numbers are read from an index in the order of publication. If there are `hits` or several filters
    # with an index, their lists of numbers are intersected in Python. Looking up each article in the index of
    # every filter would take ten times as long.
    dialect = db.engine.dialect.name
    first = next((each for each in filters if _is_indexed(each)), None)
    others = [each for each in filters if each is not first and _is_indexed(each)]
    sets = [] if hits is None else [hits]
    for each in others:
        statement = _select_numbers(each.form, dialect)
        sets.append(integers(request_connection().scalar(statement, dict(each.values))))
    read = [each for each in filters if each not in others]
    statement = _select_last(tuple(each.form for each in read), dialect)
    count = FIRST_READ_ROWS if sets else MAX_COUNTED_ARTICLES + 1
    while True:
        numbers = integers(request_connection().scalar(statement, values_of(read) | {"row_count": count}))
        is_end = len(numbers) < count
        for also_matching in sets:
            numbers = numbers[np.isin(numbers, also_matching)]
        if is_end or len(numbers) > MAX_COUNTED_ARTICLES:
            return numbers[: MAX_COUNTED_ARTICLES + 1]
        count *= READ_GROWTH


def _is_indexed(each: Filter) -> bool:
    """Return True if an index lists the articles that match `each`, in the order of publication."""
    return each.form.numbers is not None and bool(each.form.sorted_tables(LAST_PUBLISHED))


def _select_list(numbers: AnySelect, dialect: str) -> AnySelect:
    """Return a statement that collects in one list the numbers selected by the statement `numbers`.

    Its result is one row with one value: a JSON text on SQLite, or an array on PostgreSQL. `dialect` is
    `sqlite` or `postgresql`.
    """
    return select(list_of(numbers.subquery("matching_articles").c[0], dialect))


@lru_cache(maxsize=MAX_PLANS)
def _select_numbers(form: FilterForm, dialect: str) -> AnySelect:
    """Return a SELECT that gives one row: the list of all articles that match a filter.

    The list contains the numbers (internal keys) of the articles. `form` is the SQL of the filter.
    """
    return select(list_of(form.all_numbers().c[0], dialect))


@lru_cache(maxsize=MAX_PLANS)
def _select_last(forms: Sequence[FilterForm], dialect: str) -> AnySelect:
    """Return a SELECT for one row: the list of the newest articles that match all filters, newest first.

    The list contains internal numbers. The bound parameter `row_count` limits it. `dialect` is `sqlite` or
    `postgresql`.
    """
    return _select_list(_select_in_order(forms), dialect)


def _select_in_order(forms: Sequence[FilterForm]) -> AnySelect:
    """Return a statement that selects the articles that match all filters, newest first.

    The first column is the internal number of the article. The bound parameter `row_count` limits the rows.
    """
    choices = [form.sorted_tables(LAST_PUBLISHED) for form in forms]
    tables = min((each for each in choices if each and ARTICLES not in each), key=len, default=[ARTICLES])
    if len(tables) == 1:
        return _first_rows(tables[0], forms)
    # Each table has a part of the matches, sorted by the time of publication. The first `row_count` rows of
    # all tables are merged.
    firsts = [_first_rows(each, forms).subquery() for each in tables]
    merged = union(*[select(*each.c) for each in firsts]).subquery("merged")
    order = (merged.c.published_key.desc(), merged.c.number.desc())
    return select(merged.c.number).order_by(*order).limit(COUNT)


def _first_rows(table: KeyTable, forms: Sequence[FilterForm]) -> AnySelect:
    """Return a statement that selects the articles of `table` that match all filters, newest first.

    A row has the internal number and the publication time of an article. The bound parameter `row_count`
    limits the rows.
    """
    published = table.columns["published_key"]
    rows = select(table.number.label("number"), published.label("published_key"))
    rows = rows.where(*[form.condition(table) for form in forms])
    return rows.order_by(published.desc(), table.number.desc()).limit(COUNT)


@lru_cache(maxsize=MAX_PLANS)
def _select_among(forms: Sequence[FilterForm], dialect: str) -> AnySelect:
    """Return a SELECT that keeps the given articles that match all filters, newest first.

    The result is one row with one value, the list of their internal numbers. The bound parameter `listed` has
    the numbers of the given articles, converted by the function `listed`. `dialect` is `sqlite` or
    `postgresql`.
    """
    table, number = listed_numbers(dialect)
    numbers = select(ARTICLES.number).join_from(table, ARTICLES.table, ARTICLES.number == number)
    numbers = numbers.where(*[form.condition(ARTICLES) for form in forms]).order_by(*LAST_FIRST)
    return _select_list(numbers, dialect)


@cache
def _select_lists(dialect: str, *, has_stories: bool) -> AnySelect:
    """Return a SELECT for one row: the stored facet lists of the given articles, as one sequence of bytes.

    SQLite returns the bytes in hexadecimal. With `has_stories`, a second column lists the story number of
    each article. The bound parameter `listed` has the numbers of the given articles, converted by the
    function `listed`.
    """
    table, number = listed_numbers(dialect)
    facets: ColumnElement[Any] = func.string_agg(LISTS.c.facets, literal(b"", LargeBinary))
    if dialect == "sqlite":
        facets = func.group_concat(func.hex(LISTS.c.facets), "")
    stories = [list_of(LISTS.c.story, dialect)] if has_stories else []
    return select(facets, *stories).join_from(table, LISTS, LISTS.c.article == number)
