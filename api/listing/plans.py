"""Choose how to read a filtered collection, so that the cost of a page does not grow with the corpus.

A page is read in one of two ways:

- *Scan* an index in the order of the page, from the cursor on, and skip the rows that other filters reject.
  The index belongs to a filter if the filter has an index in this order, otherwise to the collection.
- *Sort* the rows that one filter matches, if these are at most MAX_SORTED_ROWS.

A single filter with an index in the right order is always scanned. Otherwise the matches of each filter are
counted, up to MAX_SORTED_ROWS, and the most selective filter decides: its matches are sorted if it has few
enough of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from api.db import AnySelect, db
from api.listing.keyset import Keyset, SortedKeyset
from api.listing.orders import Order

MAX_SORTED_ROWS = 2000

KeyTable = Any
"""A model, or an alias of a table that contains the ids and sort keys of its rows under the same names."""


def _no_key_table(_: str) -> None:
    return None


@dataclass(frozen=True)
class Filter:
    """One condition on the rows of a collection.

    Attributes:
        ids: Selects the ids of the matching rows by an index.
        condition: Returns the condition that a row of a KeyTable matches.
        sorted_table: Returns the KeyTable whose index has the matching rows in the order of a sort, or None.
        counted: Selects as many rows as `ids`, if those are cheaper to count.
    """

    ids: AnySelect
    condition: Callable[[KeyTable], ColumnElement[bool]]
    sorted_table: Callable[[str], KeyTable | None] = _no_key_table
    counted: AnySelect | None = None


@dataclass(frozen=True)
class Listing:
    """A collection.

    Attributes:
        model: The model of its rows.
        rows: Selects what a page loads of the model.
        orders: Returns the orders of the collection by the sort keys of a KeyTable.
    """

    model: type[Any]
    rows: AnySelect
    orders: Callable[[KeyTable], Mapping[str, Order]]

    def keyset(self, filters: Sequence[Filter], sort: str) -> Keyset:
        """Return the cheaper way to read the rows that match all `filters` in the order `sort`."""
        tables = [filter_.sorted_table(sort) for filter_ in filters]
        if len(filters) != 1 or tables[0] is None:
            selective = most_selective(filters)
            if selective:
                return self._sort(selective, filters, sort)
        return self._scan(next((table for table in tables if table), self.model), filters, sort)

    def _scan(self, table: KeyTable, filters: Sequence[Filter], sort: str) -> Keyset:
        rows = self.rows if table is self.model else self.rows.join(table, table.id == self.model.id)
        conditions = [filter_.condition(table) for filter_ in filters]
        return Keyset(rows.where(*conditions), self.orders(table)[sort])

    def _sort(self, selective: Filter, filters: Sequence[Filter], sort: str) -> Keyset:
        # The limit never takes effect. It tells the query planners how few rows to expect.
        matches = selective.ids.limit(MAX_SORTED_ROWS).subquery("matches")
        ids = select(self.model.id.label("row_id")).join(matches, matches.c[0] == self.model.id)
        conditions = [filter_.condition(self.model) for filter_ in filters if filter_ is not selective]
        order = self.orders(self.model)[sort]
        return SortedKeyset(ids.where(*conditions), order, self.rows, self.model.id)


def most_selective(filters: Sequence[Filter]) -> Filter | None:
    """Return the filter with the fewest matches, or None if all have more than MAX_SORTED_ROWS."""
    if not filters:
        return None
    counted = [filter_.ids if filter_.counted is None else filter_.counted for filter_ in filters]
    bounded = [each.limit(MAX_SORTED_ROWS + 1).subquery() for each in counted]
    counts = db.session.execute(
        select(*[select(func.count()).select_from(each).scalar_subquery() for each in bounded])
    ).one()
    fewest = min(counts)
    return filters[counts.index(fewest)] if fewest <= MAX_SORTED_ROWS else None
