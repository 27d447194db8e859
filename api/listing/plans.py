"""Choose how to read a filtered collection, so that the cost of a page does not grow with the corpus.

A page of the collection is read in one of two ways:

- *Scan* an index that has the order of the page, starting at the cursor, and skip the rows that do not match
  all filters. If a filter has an index in this order, scan that index. Otherwise, scan the index of the whole
  collection.
- *Sort* the rows that one filter matches, if there are at most MAX_SORTED_ROWS.

If there is a single filter and it has an index in the order of the page, this index is scanned. Otherwise,
the matches of each filter are counted, up to MAX_SORTED_ROWS. The matches of the most selective filter, which
matches the fewest rows, are sorted if there are few enough. If there are too many, an index is scanned.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from api.database.base import AnySelect, db
from api.listing.keyset import Keyset, SortedKeyset
from api.listing.orders import Order

MAX_SORTED_ROWS = 2000

KeyTable = Any
"""A model, or an alias of a table with the ids and sort keys of the model in columns of the same names."""


def _no_key_table(_: str) -> None:
    return None


@dataclass(frozen=True)
class Filter:
    """A condition on the rows of a collection, such as those of a query parameter.

    It has several forms, because a collection is read in one of two ways: an index is scanned in the order of
    the page, or the matches of a filter are sorted.

    Attributes:
        ids: A statement that selects the ids of the matching rows, using an index.
        condition: A function that returns the condition as SQL. Its argument is the table to which the
            condition applies: the model of the rows, or a table with their ids and sort keys.
        sorted_table: A function that takes a value of `sort`, and returns a table with an index of the
            matching rows in this order, or None if there is none.
        counted: A statement that selects as many rows as `ids` but is cheaper to count, or None.
    """

    ids: AnySelect
    condition: Callable[[KeyTable], ColumnElement[bool]]
    sorted_table: Callable[[str], KeyTable | None] = _no_key_table
    counted: AnySelect | None = None


@dataclass(frozen=True)
class Listing:
    """A collection of rows that can be filtered and sorted.

    Attributes:
        model: The model of the rows.
        rows: A statement that selects the items of the collection.
        orders: A function that takes a KeyTable (the model of the rows, or a table with their ids and sort
            keys) and returns the orders of its rows, by the value of `sort`.
    """

    model: type[Any]
    rows: AnySelect
    orders: Callable[[KeyTable], Mapping[str, Order]]

    def keyset(self, filters: Sequence[Filter], sort: str) -> Keyset:
        """Return the rows that match all `filters`, in the order `sort`, such as `-title`.

        They are read in the cheaper of two ways: by an index that has this order, or by sorting the rows that
        one filter matches.
        """
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
        # `most_selective` has counted at most this many matches. The limit tells the query planner to expect
        # few rows.
        matches = selective.ids.limit(MAX_SORTED_ROWS).subquery("matches")
        ids = select(self.model.id.label("row_id")).join(matches, matches.c[0] == self.model.id)
        conditions = [filter_.condition(self.model) for filter_ in filters if filter_ is not selective]
        order = self.orders(self.model)[sort]
        return SortedKeyset(ids.where(*conditions), order, self.rows, self.model.id)


def most_selective(filters: Sequence[Filter]) -> Filter | None:
    """Return the filter that matches the fewest rows, if they are few enough to be sorted.

    Return None if there is no filter, or if every filter matches more than MAX_SORTED_ROWS rows.
    """
    if not filters:
        return None
    counted = [filter_.ids if filter_.counted is None else filter_.counted for filter_ in filters]
    bounded = [each.limit(MAX_SORTED_ROWS + 1).subquery() for each in counted]
    counts = db.session.execute(
        select(*[select(func.count()).select_from(each).scalar_subquery() for each in bounded])
    ).one()
    fewest = min(counts)
    return filters[counts.index(fewest)] if fewest <= MAX_SORTED_ROWS else None
