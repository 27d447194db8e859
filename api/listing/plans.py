"""Choose how to read a filtered collection, so that the cost of a page does not grow with the corpus.

A page of the collection is read in one of two ways:

- *Scan* an index that has the order of the page, starting at the cursor, and skip the rows that do not match
  all filters. If a filter has an index in this order, scan that index. Otherwise, scan the index of the whole
  collection.
- *Sort* the rows that one filter matches, if there are at most MAX_SORTED_ROWS.

If a filter is known to match few rows, such as those of one article, they are sorted. If there is no filter,
or a single filter that has an index in the order of the page, this index is scanned. Otherwise, the matches
of each filter are counted, up to MAX_SORTED_ROWS. The matches of the most selective filter, which matches the
fewest rows, are sorted if there are few enough. If there are too many, an index is scanned.

A plan and its statements depend only on the shape of a query: the filters that it has, but not their values.
They are made once for each shape and kept, so that a request neither builds nor compiles SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, func, select

from api.database.base import AnySelect
from api.database.request_connection import request_connection
from api.listing.keyset import IndexedRows, Plan, PlannedRows, SortedNumbers, SortedRows
from api.listing.orders import KeyTable, Order, Orders

MAX_SORTED_ROWS = 2000
# The number of shapes of queries whose statements are kept.
MAX_PLANS = 1000


def _no_key_table(_: str) -> None:
    return None


@dataclass(frozen=True, eq=False)
class FilterForm:
    """The SQL of a filter, with bound parameters for its values.

    It has several forms, because a collection is read in one of two ways: an index is scanned in the order of
    the page, or the matches of a filter are sorted. Filters of the same form must share this object, since
    plans are found by it.

    Attributes:
        numbers: A statement that selects the numbers of the matching rows, using an index.
        condition: A function that returns the condition as SQL. Its argument is the table to which the
            condition applies: that of the rows, or one with their numbers and sort keys.
        sorted_table: A function that takes a value of `sort`, and returns a table with an index of the
            matching rows in this order, or None if there is none.
        orders: The orders of the matching rows by the value of `sort`, if the filter always matches few rows,
            which are then neither counted nor scanned. None for other filters.
    """

    numbers: AnySelect
    condition: Callable[[KeyTable], ColumnElement[bool]]
    sorted_table: Callable[[str], KeyTable | None] = _no_key_table
    orders: Orders | None = None


@dataclass(frozen=True)
class Filter:
    """A condition on the rows of a collection, such as that of a query parameter.

    `form` is the SQL of the filter, and `values` are the values of its bound parameters, by name.
    """

    form: FilterForm
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Listing:
    """A collection of rows that can be filtered and sorted.

    Attributes:
        table: The table of the rows.
        rows: A statement that selects the items of the collection.
        orders: A function that takes a KeyTable and returns the orders of its rows, by the value of `sort`.
    """

    table: KeyTable
    rows: AnySelect
    orders: Callable[[KeyTable], Orders]

    def select(self, filters: Sequence[Filter], sort: str) -> PlannedRows:
        """Return the rows that match all `filters`, in the order `sort`, such as `-title`.

        They are read in the cheaper of two ways: by an index that has this order, or by sorting the rows that
        one filter matches.
        """
        forms = tuple(each.form for each in filters)
        selective = None if self.is_planned(forms, sort) else most_selective(filters)
        return PlannedRows(_make_plan(self, forms, sort, selective and selective.form), values_of(filters))

    @staticmethod
    def is_planned(forms: Sequence[FilterForm], sort: str) -> bool:
        """Return True if there is only one way to read the rows, so that they need not be counted."""
        is_scanned = not forms or (len(forms) == 1 and forms[0].sorted_table(sort) is not None)
        return is_scanned or any(form.orders for form in forms)

    def scan(self, forms: Sequence[FilterForm], sort: str) -> Plan:
        """Return a plan that scans an index in the order `sort` and skips the rows that do not match."""
        table = next((found for form in forms if (found := form.sorted_table(sort))), self.table)
        rows = self.rows
        if table is not self.table:
            rows = rows.join(table.table, table.number == self.table.number)
        conditions = [form.condition(table) for form in forms]
        return IndexedRows(rows.where(*conditions), self.orders(table)[sort])

    def sort(self, forms: Sequence[FilterForm], sort: str, selective: FilterForm) -> Plan:
        """Return a plan that sorts the rows that match, which it finds by `selective`, one of `forms`."""
        number = self.table.number
        # `most_selective` has counted at most this many matches. The limit tells the query planner to expect
        # few rows.
        matches = selective.numbers.limit(MAX_SORTED_ROWS).subquery("matches")
        numbers = select(number.label("row_number")).join(matches, matches.c[0] == number)
        conditions = [form.condition(self.table) for form in forms if form is not selective]
        order = self.orders(self.table)[sort]
        return SortedNumbers(numbers.where(*conditions), order, self.rows, number)

    def within(self, forms: Sequence[FilterForm], order: Order) -> Plan:
        """Return a plan that reads the rows that match, of which there are few."""
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
    """Return the filter that matches the fewest rows, if they are few enough to be sorted.

    Return None if there is no filter, or if every filter matches more than MAX_SORTED_ROWS rows.
    """
    if not filters:
        return None
    statement = _count_matches(tuple(each.form for each in filters))
    counts = list(request_connection().execute(statement, values_of(filters)).one())
    fewest = min(counts)
    return filters[counts.index(fewest)] if fewest <= MAX_SORTED_ROWS else None


@lru_cache(maxsize=MAX_PLANS)
def _count_matches(forms: tuple[FilterForm, ...]) -> AnySelect:
    bounded = [each.numbers.limit(MAX_SORTED_ROWS + 1).subquery() for each in forms]
    return select(*[select(func.count()).select_from(each).scalar_subquery() for each in bounded])


def forget_plans() -> None:
    """Make all statements again when they are needed, for tests that change `MAX_SORTED_ROWS`."""
    _make_plan.cache_clear()
    _count_matches.cache_clear()


def values_of(filters: Sequence[Filter]) -> dict[str, Any]:
    """Return the values of the bound parameters of all `filters`, by name."""
    return {name: value for each in filters for name, value in each.values.items()}
