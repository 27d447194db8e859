"""Sort orders: rows are sorted by a key column, and rows with the same key by their internal number.

Among rows with the same key, the row that was inserted last has the highest number and comes first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause

Key = ColumnElement[Any]


@dataclass(frozen=True, eq=False)
class KeyTable:
    """A table (or an alias of a table) with the sort keys of the rows of a collection.

    Attributes:
        table: The table of the rows, or an index table that repeats their sort keys.
        columns: The columns of the table, by name.
        number: The column with the row number (internal key).
    """

    table: FromClause
    columns: Mapping[str, Key]
    number: Key


def key_table(table: FromClause, number: str = "number") -> KeyTable:
    """Return a KeyTable with the table `table` and its columns.

    `number` is the name of the column with the internal numbers of the rows.
    """
    return KeyTable(table, dict(table.c), table.c[number])


@dataclass(frozen=True, eq=False)
class Order:
    """A total order of rows: by the column `key`, and then by the columns `ties`, which always descend.

    Attributes:
        key: The column to sort by first, or None to sort by `ties` alone.
        ties: The columns that order rows with the same `key`. No two rows have the same `key` and `ties`.
        lowest: The value that is stored instead of a null `key`, or None. Rows with this value come last.
    """

    key: Key | None
    ties: tuple[Key, ...]
    descending: bool
    lowest: Any = None

    @property
    def key_column(self) -> Key:
        """The column `key`, for code that needs an order with a key.

        Raises:
            TypeError: `key` is None.
        """
        if self.key is None:
            raise TypeError("This order has no key.")
        return self.key

    @property
    def columns(self) -> tuple[Key, ...]:
        """The columns to sort by: `key`, unless it is None, and `ties`.

        The values of a row in these columns are its sort key, which no other row has.
        """
        return self.ties if self.key is None else (self.key, *self.ties)


Orders = dict[str, Order]
"""Orders by the value of the query parameter `sort`."""


def order_pair(name: str, key: Key | None, ties: tuple[Key, ...], lowest: Any = None) -> Orders:
    """Return the ascending and the descending order by a column, as `{name: …, "-name": …}`.

    Args:
        name: The value of `sort` of the ascending order.
        key: The column to sort by first, or None to sort by `ties` alone.
        ties: The columns that order rows with the same `key`. They descend in both orders.
        lowest: The value that is stored instead of a null `key`.
    """
    return {
        name: Order(key, ties, descending=False, lowest=lowest),
        f"-{name}": Order(key, ties, descending=True, lowest=lowest),
    }
