"""Insert or update many rows with one statement, or do nothing if there are no rows.

`portions` divides values that are too many for the parameters of one statement.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, Update, insert

from api.database.base import Base, table_of

# SQLite accepts 32,766 parameters in a statement, PostgreSQL 65,535.
MAX_PARAMETERS = 10_000


def insert_rows(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into the table of `model`. Do nothing if there are no rows.

    Args:
        connection: In a write transaction.
        model: The model of the table.
        rows: The values of each row by column name. All rows have the same columns.
    """
    insert_into(connection, table_of(model), rows)


def insert_into(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into `table`. Do nothing if there are no rows. All rows have the same columns."""
    if rows:
        connection.execute(_insertion(table), rows)


def update_rows(connection: Connection, statement: Update, parameters: Sequence[Mapping[str, Any]]) -> None:
    """Execute the UPDATE `statement` once for each item of `parameters`, or do nothing if there are no items.

    An item maps the names of the statement's bound parameters to values. All items have the same names.
    """
    if parameters:
        connection.execute(statement, parameters)


def portions(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield successive slices of `values`, each with at most `MAX_PARAMETERS` values.

    The databases limit the number of parameters of one statement. If `values` is empty, yield nothing.
    """
    for start in range(0, len(values), MAX_PARAMETERS):
        yield values[start : start + MAX_PARAMETERS]


# Reuse the statement, because SQLAlchemy computes a cache key for each new statement object.
@cache
def _insertion(table: Table) -> Insert:
    return insert(table)
