"""Keyset paging: a page begins after the last row of the page before, wherever that row now stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Row, func, select

from api.db import AnySelect, db
from api.listing.orders import Key, Order


class Source(Protocol):
    """What a collection is read from; a place is the values of the `types` in the last row of a page."""

    @property
    def types(self) -> list[type]:
        """The Python types of a place."""

    def page(self, place: list[Any] | None, count: int) -> Sequence[Sequence[Any]]:
        """Give the first `count` rows after `place`, or of all: each the item and then its place."""

    def total(self) -> int:
        """Count all the rows."""


@dataclass(frozen=True)
class Keyset:
    """The rows of a statement in a total order, found again by the values of its keys."""

    statement: AnySelect
    order: Order

    @property
    def types(self) -> list[type]:
        """The Python types of the keys."""
        return [key.type.python_type for key in self.order.columns]

    def page(self, place: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Give the first `count` rows after `place`."""
        return db.session.execute(self._first(self.statement, place, count)).all()

    def total(self) -> int:
        """Count all the rows."""
        return count_rows(self.statement)

    def _first(self, statement: AnySelect, place: list[Any] | None, count: int) -> AnySelect:
        rows = statement.add_columns(*self.order.columns).order_by(*self.order.clauses()).limit(count)
        return rows.where(self.order.after(place)) if place else rows


@dataclass(frozen=True)
class SortedKeyset(Keyset):
    """A Keyset whose statement selects ids that no index has in order: these are sorted, then loaded.

    `rows` loads the items, whose id is `identity`.
    """

    rows: AnySelect
    identity: Key

    def page(self, place: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Give the first `count` rows after `place`."""
        # To sort the rows themselves would mean to load all of them.
        first = self._first(self.statement, place, count).subquery("first")
        identity, *keys = first.c
        tail = None if self.order.tail is None else keys[-1]
        order = Order(tuple(keys[: len(self.order.keys)]), tail, self.order.descending)
        rows = self.rows.join(first, identity == self.identity).add_columns(*keys)
        return db.session.execute(rows.order_by(*order.clauses())).all()


def count_rows(statement: AnySelect) -> int:
    """Count what `statement` selects."""
    return db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
