"""Total orders of rows, and the condition that continues after a row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, not_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Key = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Order:
    """A total order: `keys` all in one direction, then `tail`, ascending in either.

    The last of `keys`, or `keys` and `tail` together, are unique.
    """

    keys: tuple[Key, ...]
    tail: Key | None = None
    descending: bool = False

    @property
    def columns(self) -> tuple[Key, ...]:
        """All the columns of the order, whose values make up a place in it."""
        return self.keys if self.tail is None else (*self.keys, self.tail)

    def clauses(self) -> list[ColumnElement[Any]]:
        """Give the ORDER BY."""
        keys: list[ColumnElement[Any]] = [key.desc() if self.descending else key.asc() for key in self.keys]
        return keys if self.tail is None else [*keys, self.tail.asc()]

    def after(self, place: list[Any]) -> ColumnElement[bool]:
        """Give the condition of the rows after `place`, in a form that an index range answers."""
        keys = tuple_(*self.keys)
        values = tuple_(*[literal(v, k.type) for k, v in zip(self.keys, place, strict=False)])
        if self.tail is None:
            return keys < values if self.descending else keys > values
        reached = keys <= values if self.descending else keys >= values
        passed = and_(keys == values, self.tail <= literal(place[-1], self.tail.type))
        return and_(reached, not_(passed))


def orders(
    ascending: tuple[Key, ...], descending: tuple[Key, ...] | None = None, tail: Key | None = None
) -> tuple[Order, Order]:
    """Give the order by `ascending` and its reverse, which has other columns where there are nulls."""
    return Order(ascending, tail), Order(descending or ascending, tail, descending=True)


def sorts(**pairs: tuple[Order, Order]) -> dict[str, Order]:
    """Name each pair of orders: `name` the first and `-name` the second."""
    named: dict[str, Order] = {}
    for name, (ascending, descending) in pairs.items():
        named |= {name: ascending, f"-{name}": descending}
    return named
