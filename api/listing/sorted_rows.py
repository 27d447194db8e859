"""Plans for queries that match few rows: the database sorts all matching rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, tuple_

from api.database.base import AnySelect
from api.database.request_connection import request_connection
from api.listing.keyset import (
    BoundValues,
    Plan,
    after_values,
    bound_value,
    is_before,
    items_of_keys,
    last_of_nulls,
)
from api.listing.orders import Key, Order


@dataclass(frozen=True, eq=False)
class SortedRows(Plan):
    """A way to read the pages of a list if few rows match: the database sorts all matching rows."""

    def read(self, values: BoundValues, after: Sequence[Any] | None, count: int) -> list[Any]:
        """Return the first `count` rows after the sort key `after`.

        Args:
            values: The values of the bound parameters of the filters.
            after: The sort key of the last row of the previous page, or None.
        """
        bound = dict(values) | {"row_count": count}
        if after:
            bound |= after_values(after)
            bound["after_rank"] = int(after[0] == self.order.lowest)
        return list(request_connection().execute(self._following if after else self._first, bound))

    @cached_property
    def _first(self) -> AnySelect:
        return self.finish(self.keyed_rows.order_by(*self._clauses(self.order)))

    @cached_property
    def _following(self) -> AnySelect:
        return self.finish(self.keyed_rows.where(self._after()).order_by(*self._clauses(self.order)))

    def finish(self, page: AnySelect) -> AnySelect:
        """Return the statement that reads the items of a page. This class returns `page` unchanged.

        `page` is the statement that selects the rows of the page, or only their numbers, with the sort keys.
        """
        return page

    def _clauses(self, order: Order) -> list[ColumnElement[Any]]:
        ties: list[ColumnElement[Any]] = [tie.desc() for tie in order.ties]
        if order.key is None:
            return ties
        if order.descending:
            return [order.key.desc(), *ties]
        return [*([] if order.lowest is None else [last_of_nulls(order)]), order.key.asc(), *ties]

    def _after(self) -> ColumnElement[bool]:
        order = self.order
        if order.descending or order.key is None:
            return is_before(order.columns)
        key = bound_value(0, order.key)
        later: ColumnElement[bool] = order.key > key
        if order.lowest is not None:
            rank = bindparam("after_rank", type_=func.count().type)
            later = tuple_(last_of_nulls(order), order.key) > tuple_(rank, key)
        if not order.ties:
            return later
        return or_(later, and_(order.key == key, is_before(order.ties, first=1)))


@dataclass(frozen=True, eq=False)
class SortedNumbers(SortedRows):
    """A plan (a way to read a list) that sorts all row numbers, and then reads the items of one page.

    Attributes:
        rows: Selects the row numbers (internal keys) of the matching rows.
        items: Selects all items of the collection.
        number: The column of `items` with the row number.
    """

    items: AnySelect
    number: Key

    def finish(self, page: AnySelect) -> AnySelect:
        """Return the statement that selects the items of a page with their sort keys.

        `page` is the statement that selects the row numbers (internal keys) and the sort keys of these items.
        """
        return items_of_keys(page, self.items, self.number, self.order, self._clauses)
