"""Choose how to read a filtered collection, so that the cost of a page does not grow with the corpus.

A page is read in one of two ways:

- *Scan* an index in the order of the page, and skip rows that do not match all filters.
- *Sort* the rows that one filter matches, if there are at most MAX_SORTED_ROWS.

A scan uses the index of a filter if one has the order of the page. Otherwise, it uses the index of the whole
collection. If a filter has several indexes, such as one for each value of `entity_any`, their rows are
merged.

Without a filter, or with a single filter that has such an index, the index is scanned. If a filter always
matches few rows, such as those of one article, these rows are sorted.

Otherwise, the matches of each filter are counted, up to MAX_SORTED_ROWS. The smallest set of matches is
sorted. If every filter matches too many rows, an index is scanned.

A plan depends on which filters a query has, not on their values. Plans are made once and kept, so a request
neither builds nor compiles SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, func, select

from api.database.base import AnySelect
from api.database.request_connection import request_connection
from api.listing.keyset import IndexedRows, MergedRows, Plan, PlannedRows
from api.listing.orders import KeyTable, Order, Orders
from api.listing.sorted_rows import SortedNumbers, SortedRows

MAX_SORTED_ROWS = 2000
# The number of shapes of queries whose statements are kept.
MAX_PLANS = 1000


def _no_key_tables(_: str) -> Sequence[KeyTable]:
    return ()


@dataclass(frozen=True, eq=False)
class FilterForm:
    """The SQL of a filter, with bound parameters for its values.

    To sort the matches of the filter, `numbers` is used. To scan an index, `sorted_tables` and `condition`
    are used. Filters with the same SQL must share one FilterForm object.

    Attributes:
        numbers: Selects the numbers (internal keys) of the matching rows. None if no index finds them.
        condition: Takes a table with the row numbers and sort keys, and returns the condition on its rows.
        sorted_tables: Takes a value of `sort`, such as `-title`, and returns the tables with an index in this
            order, if any. Together, these tables contain all matching rows.
        orders: The orders by the value of `sort`, if the filter always matches few rows. Otherwise None.
        repeats_numbers: True if `numbers` can select a row number more than once.
    """

    # Plans are cached by these objects. Rows of a filter with `orders` are sorted without counting or
    # scanning.

    numbers: AnySelect | None
    condition: Callable[[KeyTable], ColumnElement[bool]]
    sorted_tables: Callable[[str], Sequence[KeyTable]] = _no_key_tables
    orders: Orders | None = None
    repeats_numbers: bool = False

    def few_numbers(self) -> FromClause:
        """Return a subquery of the row numbers (internal keys) of the rows that match the filter.

        Use this method only if at most MAX_SORTED_ROWS rows match, because further rows are left out.
        """
        # The limit tells the query planner to expect few rows.
        numbers = self.indexed_numbers.limit(MAX_SORTED_ROWS)
        return (_distinct(numbers) if self.repeats_numbers else numbers).subquery("matches")

    def all_numbers(self) -> FromClause:
        """Return a subquery of the row numbers (internal keys) of all rows that match the filter."""
        numbers = self.indexed_numbers
        return (numbers.distinct() if self.repeats_numbers else numbers).subquery("matches")

    @property
    def indexed_numbers(self) -> AnySelect:
        """The statement `numbers`: it selects the row numbers of the matching rows with an index.

        Raises:
            TypeError: `numbers` is None, because no index finds these rows.
        """
        if self.numbers is None:
            raise TypeError("No index finds the rows that match this filter.")
        return self.numbers


def _distinct(numbers: AnySelect) -> AnySelect:
    rows = numbers.subquery("bounded")
    return select(rows.c[0]).distinct()


@dataclass(frozen=True)
class Filter:
    """A condition on the rows of a collection, such as the condition of a query parameter.

    `form` is the SQL of the filter, and `values` are the values of its bound parameters, by name.
    """

    form: FilterForm
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Listing:
    """A collection of rows that can be filtered and sorted.

    Attributes:
        table: The table of the rows.
        rows: The SQL statement that selects all rows, with the columns to return.
        orders: Takes a table, and returns the orders of its rows by the value of `sort`, such as `-title`.
    """

    table: KeyTable
    rows: AnySelect
    orders: Callable[[KeyTable], Orders]

    def select(
        self, filters: Sequence[Filter], sort: str, collapse: Callable[..., FilterForm] | None = None
    ) -> PlannedRows:
        """Return the rows that match all `filters`, in the order `sort`, read in the cheapest way.

        Args:
            sort: The value of the query parameter `sort`, such as `-title`.
            collapse: A function such as `first_of_story`, which returns a filter for the first row of each
                group. None keeps all rows. The total always counts all rows that match `filters`.
        """
        forms = tuple(each.form for each in filters)
        selected = None if self.has_single_plan(forms, sort) else most_selective(filters)
        if collapse is None:
            return self.planned(filters, sort, selected)
        selective = selected and selected.form
        shown = (*forms, collapse(self, forms, sort))
        counted = _make_plan(self, forms, sort, selective)
        return PlannedRows(_make_plan(self, shown, sort, selective), values_of(filters), counted=counted)

    def planned(self, filters: Sequence[Filter], sort: str, selective: Filter | None) -> PlannedRows:
        """Return the rows that match all `filters`, in the order `sort`.

        Args:
            sort: The value of the query parameter `sort`, such as `-title`.
            selective: A filter that matches few rows, which are then sorted. None to read an index in the
                order `sort`.
        """
        forms = tuple(each.form for each in filters)
        return PlannedRows(_make_plan(self, forms, sort, selective and selective.form), values_of(filters))

    @staticmethod
    def has_single_plan(forms: Sequence[FilterForm], sort: str) -> bool:
        """Return True if the way to read the matching rows does not depend on their number.

        If the result is False, the caller counts the matches of each filter to find the cheaper way.

        Args:
            forms: The SQL of all filters.
            sort: The order of the page, such as `-title`.
        """
        indexed = [form for form in forms if form.numbers is not None]
        is_scanned = not indexed or (len(indexed) == 1 and indexed[0].sorted_tables(sort))
        return bool(is_scanned) or any(form.orders for form in forms)

    def scan(self, forms: Sequence[FilterForm], sort: str) -> Plan:
        """Return a plan that scans an index and skips the rows that do not match.

        Args:
            forms: The SQL of all filters.
            sort: The order: a value of the query parameter `sort`, such as `-title`.
        """
        choices = [(form.sorted_tables(sort), form) for form in forms]
        parts = [each for each in choices if each[0] and self.table not in each[0]]
        tables, form = min(parts, key=lambda each: len(each[0]), default=([self.table], None))
        if len(tables) > 1 and form:
            return self._merge(forms, sort, tables, form)
        table, rows = tables[0], self.rows
        if table is not self.table:
            rows = rows.join(table.table, table.number == self.table.number)
        conditions = [each.condition(table) for each in forms]
        return IndexedRows(rows.where(*conditions), self.orders(table)[sort])

    def _merge(
        self, forms: Sequence[FilterForm], sort: str, tables: Sequence[KeyTable], form: FilterForm
    ) -> Plan:
        """Return a plan that reads several tables in the order `sort` and merges their rows.

        Args:
            forms: The SQL of all filters.
            sort: A value of the query parameter `sort`, such as `-title`.
            tables: The tables, each with a part of the rows that match `form`.
            form: The filter of `tables`. The plan tests the other filters.
        """
        number, matches = self.table.number, form.all_numbers()
        conditions = [each.condition(self.table) for each in forms if each is not form]
        rows = select(number).join(matches, matches.c[0] == number).where(*conditions)
        branches = [
            (
                select(each.number.label("row_number")).where(*[form.condition(each) for form in forms]),
                self.orders(each)[sort],
            )
            for each in tables
        ]
        return MergedRows(rows, self.orders(self.table)[sort], self.rows, number, branches)

    def sort(self, forms: Sequence[FilterForm], sort: str, selective: FilterForm) -> Plan:
        """Return a plan that reads all matching rows and then sorts them.

        Args:
            forms: The SQL of all filters.
            sort: A value of the query parameter `sort`, such as `-title`.
            selective: The filter with few matching rows. The plan reads these rows, and tests the other
                filters.
        """
        number = self.table.number
        matches = selective.few_numbers()
        numbers = select(number.label("row_number")).join(matches, matches.c[0] == number)
        conditions = [form.condition(self.table) for form in forms if form is not selective]
        order = self.orders(self.table)[sort]
        return SortedNumbers(numbers.where(*conditions), order, self.rows, number)

    def within(self, forms: Sequence[FilterForm], order: Order) -> Plan:
        """Return a plan (a way to read a list) for filters that always match few rows.

        Args:
            forms: The SQL of all filters.
        """
        # The plan does not choose between scanning an index and sorting, so the matches need not be counted.
        rows = self.rows.where(*[form.condition(self.table) for form in forms])
        return (IndexedRows if order.key is None else SortedRows)(rows, order)


@lru_cache(maxsize=MAX_PLANS)
def _make_plan(
    listing: Listing, forms: tuple[FilterForm, ...], sort: str, selective: FilterForm | None
) -> Plan:
    orders = next((form.orders for form in forms if form.orders), None)
    if orders:
        return listing.within(forms, orders[sort])
    return listing.sort(forms, sort, selective) if selective else listing.scan(forms, sort)


def most_selective(filters: Sequence[Filter]) -> Filter | None:
    """Return the filter that matches the fewest rows, if there are few enough to be sorted.

    Return None if every filter matches more than MAX_SORTED_ROWS rows or has no index to find them.
    """
    indexed = [each for each in filters if each.form.numbers is not None]
    if not indexed:
        return None
    statement = _count_matches(tuple(each.form for each in indexed))
    counts = list(request_connection().execute(statement, values_of(indexed)).one())
    fewest = min(counts)
    return indexed[counts.index(fewest)] if fewest <= MAX_SORTED_ROWS else None


@lru_cache(maxsize=MAX_PLANS)
def _count_matches(forms: tuple[FilterForm, ...]) -> AnySelect:
    bounded = [each.indexed_numbers.limit(MAX_SORTED_ROWS + 1).subquery() for each in forms]
    return select(*[select(func.count()).select_from(each).scalar_subquery() for each in bounded])


def forget_plans() -> None:
    """Clear the caches of plans and statements, for tests that change `MAX_SORTED_ROWS`."""
    _make_plan.cache_clear()
    _count_matches.cache_clear()


def values_of(filters: Sequence[Filter]) -> dict[str, Any]:
    """Return the values of the bound parameters of all `filters`, by name."""
    return {name: value for each in filters for name, value in each.values.items()}
