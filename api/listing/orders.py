"""Total orders of rows, and the condition that selects the rows after a given row."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, not_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

Key = ColumnElement[Any] | InstrumentedAttribute[Any]


@dataclass(frozen=True)
class Order:
    """A total order of rows: by `keys`, all in the same direction, and then by `tail`, always ascending.

    No two rows have the same values in all these columns.
    """

    keys: tuple[Key, ...]
    tail: Key | None = None
    descending: bool = False

    @property
    def columns(self) -> tuple[Key, ...]:
        """The columns by which rows are sorted. The values of a row in these columns are its sort key."""
        return self.keys if self.tail is None else (*self.keys, self.tail)

    def clauses(self) -> list[ColumnElement[Any]]:
        """Return the expressions for ORDER BY that sort rows in this order."""
        keys: list[ColumnElement[Any]] = [key.desc() if self.descending else key.asc() for key in self.keys]
        return keys if self.tail is None else [*keys, self.tail.asc()]

    def after(self, sort_key: list[Any]) -> ColumnElement[bool]:
        """Return the SQL condition that selects the rows after the row with `sort_key`.

        The form of the condition lets the database use an index.
        """
        keys = tuple_(*self.keys)
        values = tuple_(*[literal(v, k.type) for k, v in zip(self.keys, sort_key, strict=False)])
        if self.tail is None:
            return keys < values if self.descending else keys > values
        reached = keys <= values if self.descending else keys >= values
        passed = and_(keys == values, self.tail <= literal(sort_key[-1], self.tail.type))
        return and_(reached, not_(passed))


def order_pair(
    ascending: tuple[Key, ...], descending: tuple[Key, ...] | None = None, tail: Key | None = None
) -> tuple[Order, Order]:
    """Return an ascending and a descending order.

    Args:
        ascending: The columns of the ascending order.
        descending: The columns of the descending order, if they differ.
        tail: A column that comes last and is ascending in both orders.
    """
    return Order(ascending, tail), Order(descending or ascending, tail, descending=True)


def named_orders(**pairs: tuple[Order, Order]) -> dict[str, Order]:
    """Return a dictionary of orders by the value of the query parameter `sort`.

    A keyword argument `title`, a pair of an ascending and a descending order, becomes the entries `title`
    (ascending) and `-title` (descending).
    """
    named: dict[str, Order] = {}
    for name, (ascending, descending) in pairs.items():
        named |= {name: ascending, f"-{name}": descending}
    return named
