"""Keyset pagination: a page begins after the sort key of the last row of the previous page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Row, func, select

from api.database.base import AnySelect, db
from api.listing.orders import Key, Order


class RowSource(Protocol):
    """The rows of a collection in a fixed order, from which its pages are made.

    This is an interface. `Keyset` implements it with SQL, for example.
    """

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, with which a sort key is read from a cursor."""

    def page(self, after: list[Any] | None, count: int) -> Sequence[Sequence[Any]]:
        """Return the first `count` rows after the sort key `after`, or of all rows if `after` is None.

        Each row is the item, followed by the values of its sort key.
        """

    def total(self) -> int:
        """Return the number of all rows of the collection."""


@dataclass(frozen=True)
class Keyset:
    """The rows that a SELECT finds, in a total order. A page begins after the sort key of a given row.

    `statement` is the SELECT, without an order, and `order` is the order.
    """

    statement: AnySelect
    order: Order

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, with which a sort key is read from a cursor."""
        return [key.type.python_type for key in self.order.columns]

    def page(self, after: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Return the first `count` rows after the sort key `after`, or of all rows if `after` is None.

        Each row is the item, followed by the values of its sort key.
        """
        return db.session.execute(self._page_of(self.statement, after, count)).all()

    def total(self) -> int:
        """Return the number of all rows that the statement selects."""
        return count_rows(self.statement)

    def _page_of(self, statement: AnySelect, after: list[Any] | None, count: int) -> AnySelect:
        rows = statement.add_columns(*self.order.columns).order_by(*self.order.clauses()).limit(count)
        return rows.where(self.order.after(after)) if after else rows


@dataclass(frozen=True)
class SortedKeyset(Keyset):
    """A keyset for an order without an index, so that the database must sort the rows.

    `statement` selects only ids, so that the database sorts ids instead of complete rows. `rows` selects the
    items of the collection; for a page, it is joined to the ids. `row_id` is the column of `rows` with the
    ids.
    """

    rows: AnySelect
    row_id: Key

    def page(self, after: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Return the first `count` rows after the sort key `after`, or of all rows if `after` is None.

        Each row is the item, followed by the values of its sort key.
        """
        page_keys = self._page_of(self.statement, after, count).subquery("page_keys")
        row_id, *keys = page_keys.c
        tail = None if self.order.tail is None else keys[-1]
        order = Order(tuple(keys[: len(self.order.keys)]), tail, self.order.descending)
        rows = self.rows.join(page_keys, row_id == self.row_id).add_columns(*keys)
        return db.session.execute(rows.order_by(*order.clauses())).all()


def count_rows(statement: AnySelect) -> int:
    """Return the number of rows that `statement` selects."""
    return db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
