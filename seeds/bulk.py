"""Insert or update many rows with one statement, or do nothing if there are no rows.

SQLAlchemy executes a statement even if its list of parameters is empty, so these functions check for that.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Table, Update, insert

from api.database.base import Base, table_of


class _Insertion(NamedTuple):
    """An INSERT statement for the driver of a database.

    Attributes:
        sql: The text of the statement.
        names: The columns, in the order of the parameters.
        converters: A function that converts the value of each column for the driver, or None.
        is_positional: True if the parameters of a row are a tuple, and False if they are a dictionary.
    """

    sql: str
    names: Sequence[str]
    converters: Sequence[Callable[[Any], Any] | None]
    is_positional: bool

    def parameters(self, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Return `rows` in the form for the driver."""
        columns: list[Any] = []
        for name, convert in zip(self.names, self.converters, strict=True):
            column = [row[name] for row in rows]
            columns.append(map(convert, column) if convert else column)
        values = zip(*columns, strict=True)
        if self.is_positional:
            return list(values)
        return [dict(zip(self.names, row, strict=True)) for row in values]


def insert_rows(connection: Connection, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into the table of `model`. Do nothing if there are no rows.

    Args:
        connection: The connection, in a write transaction.
        model: The model whose table receives the rows.
        rows: The values of each row by column name. All rows have the same columns.
    """
    insert_into(connection, table_of(model), rows)


def insert_into(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into `table`. Do nothing if there are no rows. All rows have the same columns."""
    if rows:
        insertion = _insertion(table, tuple(rows[0]), connection.dialect)
        connection.exec_driver_sql(insertion.sql, insertion.parameters(rows))


def update_rows(connection: Connection, statement: Update, parameters: Sequence[Mapping[str, Any]]) -> None:
    """Execute an UPDATE statement once for each item of `parameters`, or do nothing if there are no items.

    An item maps the names of the statement's bound parameters to values. All items have the same names.
    """
    if parameters:
        connection.execute(statement, parameters)


# `Connection.execute` needs several times as long to convert the values of many small rows.
@lru_cache(maxsize=256)
def _insertion(table: Table, names: tuple[str, ...], dialect: Dialect) -> _Insertion:
    compiled = insert(table).compile(dialect=dialect, column_keys=names)
    ordered = compiled.positiontup or names
    converters = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in ordered]
    return _Insertion(str(compiled), ordered, converters, bool(compiled.positional))
