"""Keyset pagination: a page begins after the sort key of the last row of the previous page.

The sort key of a row is the value of one column, such as the title, followed by the row number.

One index on the two columns serves both directions. For a descending order, the index is read backward.

In both directions, rows with the same value come newest first, and rows without a value come last. A page in
ascending order therefore needs up to three short reads of the index (see `IndexedRows`).

All statements have bound parameters, and are made once for each shape of query (see `api.listing.plans`).
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, groupby
from typing import Any, Protocol

from sqlalchemy import ColumnElement, FromClause, and_, bindparam, case, func, select, tuple_, union

from api.database.base import AnySelect
from api.database.request_connection import request_connection
from api.listing.orders import Key, Order

Rows = Sequence[Sequence[Any]]
BoundValues = Mapping[str, Any]

Clauses = Callable[[Order], Sequence[ColumnElement[Any]]]
Condition = Callable[[Order], ColumnElement[bool]]

COUNT = bindparam("row_count", type_=func.count().type)
KEY = "after_key"


class RowSource(Protocol):
    """The interface of a source of pages: the rows of a collection in a fixed order.

    For example, `PlannedRows` implements this interface with SQL.
    """

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, to decode the sort key in a cursor."""

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[Rows, bool]:
        """Return at most `limit` rows after the sort key `after`, and True if there are more rows.

        If `after` is None, begin with the first row. The last values of each row are its sort key.
        """

    def total(self) -> int:
        """Return the number of all rows of the collection."""


@dataclass(frozen=True, eq=False)
class Plan(ABC):
    """A way to read the rows of a collection: statements with bound parameters, made once and used often.

    Attributes:
        rows: A statement that selects the matching items, or only their row numbers, without an order.
        order: The order of the rows.
    """

    rows: AnySelect
    order: Order

    @cached_property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key."""
        return [key.type.python_type for key in self.order.columns]

    @cached_property
    def count(self) -> AnySelect:
        """The statement that counts all rows which `rows` selects."""
        return count_of(self.rows)

    @cached_property
    def keyed_rows(self) -> AnySelect:
        """The statement that selects at most `row_count` rows (a bound parameter) with their sort keys."""
        return self.rows.add_columns(*self.order.columns).limit(COUNT)

    @abstractmethod
    def read(self, values: BoundValues, after: Sequence[Any] | None, count: int) -> list[Any]:
        """Return the first `count` rows after the sort key `after`.

        Args:
            values: The values of the bound parameters of the filters.
            after: The sort key of the last row of the previous page, or None for the first page.
            count: The number of rows on a page, plus 1. The last row only shows that there is a next page.
        """


class IndexedRows(Plan):
    """A plan that reads the rows of a page in the order of an index, without sorting them."""

    def read(self, values: BoundValues, after: Sequence[Any] | None, count: int) -> list[Any]:
        """Return the first `count` rows after the sort key `after`.

        Args:
            values: The values of the bound parameters of the filters.
            after: The sort key of the last row of the previous page, or None for the first page.
            count: The number of rows on a page, plus 1. The last row only shows that there is a next page.
        """
        if self.order.descending or self.order.key is None:
            return self._fetch(self._following if after else self._first, values, count, after)
        rows = self._fetch(self._rest_of_group, values, count, after) if after else []
        if not after or after[0] != self.order.lowest:
            rows += self._ascend(values, after, count - len(rows)) if len(rows) < count else []
        return rows

    def _ascend(self, values: BoundValues, after: Sequence[Any] | None, count: int) -> list[Any]:
        """Return `count` rows in ascending order of the key, the column to sort by. There may be fewer.

        Rows with the same key come newest first. Rows without a key come last.

        Args:
            values: The values of the bound parameters of the filters.
            after: The sort key of the last row of the previous page, or None.
        """
        # The index lists rows with the same key oldest first. Reverse each group of rows with the same key.
        # The last group can be incomplete, so read it again, newest first.
        lowest = self.order.lowest
        from_start = after is None and lowest is None
        beyond = self._all_keys if from_start else self._higher_keys
        found = self._fetch(beyond, values, count, [after[0] if after else lowest])
        key_place = -len(self.order.columns)
        groups = [list(group) for _, group in groupby(found, key=lambda row: row[key_place])]
        if len(found) < count:
            rows = list(chain.from_iterable(map(reversed, groups)))
            missing = count - len(rows)
            return rows if lowest is None else rows + self._fetch(self._group, values, missing, [lowest])
        *complete, last = groups
        rows = list(chain.from_iterable(map(reversed, complete)))
        # A single row only shows that there are more rows.
        missing = count - len(rows)
        return rows + (
            last if missing == 1 else self._fetch(self._group, values, missing, [last[0][key_place]])
        )

    def _fetch(
        self, statement: AnySelect, values: BoundValues, count: int, after: Sequence[Any] | None = None
    ) -> list[Any]:
        bound = after_values(after) if after else {}
        return list(request_connection().execute(statement, {**values, **bound, "row_count": count}))

    def statement(self, clauses: Clauses, condition: Condition | None = None) -> AnySelect:
        """Return a statement that selects the first rows, with their sort keys.

        The bound parameter `row_count` is the maximum number of rows.

        Args:
            clauses: Takes a sort order, and returns the columns to sort by with their directions.
            condition: Takes a sort order, and returns the SQL condition of the rows to select. None for all
                rows.
        """
        conditions = [condition(self.order)] if condition else []
        return self.keyed_rows.where(*conditions).order_by(*clauses(self.order))

    @cached_property
    def _first(self) -> AnySelect:
        return self.statement(_descending)

    @cached_property
    def _following(self) -> AnySelect:
        return self.statement(_descending, lambda order: is_before(order.columns))

    @cached_property
    def _group(self) -> AnySelect:
        return self.statement(_newest_first, _is_in_group)

    @cached_property
    def _rest_of_group(self) -> AnySelect:
        return self.statement(
            _newest_first, lambda order: and_(_is_in_group(order), is_before(order.ties, first=1))
        )

    @cached_property
    def _all_keys(self) -> AnySelect:
        return self.statement(_ascending)

    @cached_property
    def _higher_keys(self) -> AnySelect:
        return self.statement(_ascending, lambda order: order.key_column > bound_value(0, order.key_column))


@dataclass(frozen=True, eq=False)
class MergedRows(IndexedRows):
    """A plan that reads the first rows of each of several tables, and merges them.

    A row can be in several tables.

    Attributes:
        items: The statement that selects the items of the collection.
        number: The column of `items` with the row number (internal key).
        branches: A pair for each table. The statement selects the matching row numbers, and the order uses
            the columns of the table.
    """

    items: AnySelect
    number: Key
    branches: Sequence[tuple[AnySelect, Order]]

    def statement(self, clauses: Clauses, condition: Condition | None = None) -> AnySelect:
        """Return a statement that selects the first rows, with their sort keys.

        The bound parameter `row_count` is the maximum number of rows. Both arguments are called for each
        table.

        Args:
            clauses: Takes a sort order, and returns the columns to sort by with their directions.
            condition: Takes a sort order, and returns the SQL condition of the rows to select. None for all
                rows.
        """
        parts = []
        for numbers, order in self.branches:
            conditions = [condition(order)] if condition else []
            keyed = numbers.add_columns(*labelled_keys(order)).where(*conditions)
            parts.append(select(keyed.order_by(*clauses(order)).limit(COUNT).subquery("part_keys")))
        merged = union(*parts).subquery("merged_keys")
        order = order_of_keys(merged, self.order)
        keys = select(merged).order_by(*clauses(order)).limit(COUNT)
        return items_of_keys(keys, self.items, self.number, self.order, clauses)


@dataclass(frozen=True)
class PlannedRows:
    """A source of pages (RowSource) that runs the SQL statements of a plan for one request.

    Attributes:
        plan: The statements, which have bound parameters.
        values: The values of the bound parameters, by name.
        counted: The plan for the total number of rows. None means `plan`.
    """

    plan: Plan
    values: BoundValues
    counted: Plan | None = None

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, to decode the sort key in a cursor."""
        return self.plan.key_types

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[Rows, bool]:
        """Return at most `limit` rows after the sort key `after`, and True if there are more rows.

        If `after` is None, begin with the first row. The last values of each row are its sort key.
        """
        rows = self.plan.read(self.values, after, limit + 1)
        return rows[:limit], len(rows) > limit

    def total(self) -> int:
        """Return the number of all rows of the collection."""
        count = (self.counted or self.plan).count
        return request_connection().scalar(count, dict(self.values)) or 0


def count_of(statement: AnySelect) -> AnySelect:
    """Return a statement that counts the rows of `statement`."""
    return select(func.count()).select_from(statement.order_by(None).subquery())


def items_of_keys(
    page: AnySelect, items: AnySelect, number: Key, order: Order, clauses: Clauses
) -> AnySelect:
    """Return the statement that selects the items of a page, with their sort keys.

    Args:
        page: Selects the row numbers (internal keys) and sort keys of the page.
        items: Selects all items of the collection.
        number: The column of `items` with the row number.
        order: The order of the page.
        clauses: Takes an order, and returns the columns and directions to sort by.
    """
    keys = page.subquery("page_keys")
    row_number, *columns = keys.c
    rows = items.join(keys, row_number == number).add_columns(*columns)
    return rows.order_by(*clauses(order_of_keys(keys, order)))


def order_of_keys(keys: FromClause, order: Order) -> Order:
    """Return the sort order `order`, expressed in columns of the subquery `keys`.

    The first column of `keys` is the row number, and the other columns are the sort key.
    """
    columns = list(keys.c)[1:]
    key = None if order.key is None else columns[0]
    ties = tuple(columns[len(columns) - len(order.ties) :])
    return Order(key, ties, order.descending, order.lowest)


def labelled_keys(order: Order) -> list[ColumnElement[Any]]:
    """Return the sort columns of `order` with the labels `key_0`, `key_1` and so on.

    The labels do not depend on the table, so rows of several tables can be merged.
    """
    return [column.label(f"key_{place}") for place, column in enumerate(order.columns)]


def _descending(order: Order) -> list[ColumnElement[Any]]:
    return [key.desc() for key in order.columns]


def _ascending(order: Order) -> list[ColumnElement[Any]]:
    return [key.asc() for key in order.columns]


def _newest_first(order: Order) -> list[ColumnElement[Any]]:
    return [tie.desc() for tie in order.ties]


def _is_in_group(order: Order) -> ColumnElement[bool]:
    """Return the condition for rows whose value of `order.key` equals the first value of a bound sort key."""
    return order.key_column == bound_value(0, order.key_column)


def bound_value(place: int, key: Key) -> ColumnElement[Any]:
    """Return the bound parameter to compare the column `key` with.

    Args:
        place: The place of the value in the sort key of the previous page's last row, from 0.
        key: The column, which determines the type of the parameter.
    """
    return bindparam(f"{KEY}_{place}", type_=key.type)


def after_values(after: Sequence[Any]) -> dict[str, Any]:
    """Return the values of the sort key `after`, by the names of their bound parameters.

    A page begins after this sort key.
    """
    return {f"{KEY}_{place}": value for place, value in enumerate(after)}


def is_before(columns: Iterable[Key], first: int = 0) -> ColumnElement[bool]:
    """Return the SQL condition for rows with lower values in `columns` than the previous page's last row.

    Args:
        columns: Successive columns of the sort key, which are compared as a tuple.
        first: The place of the first of these columns in the sort key, from 0.
    """
    # The database can use an index for a comparison of row values.
    keys = list(columns)
    bound = [bound_value(place, key) for place, key in enumerate(keys, first)]
    return keys[0] < bound[0] if len(keys) == 1 else tuple_(*keys) < tuple_(*bound)


def last_of_nulls(order: Order) -> ColumnElement[int]:
    """Return an SQL expression that is 1 for rows whose key is null, and 0 for other rows.

    The database stores `order.lowest` instead of a null key.
    """
    # Rows are sorted by this expression first, so that rows whose key is null come last.
    return case((order.key_column == order.lowest, 1), else_=0)
