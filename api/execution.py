"""Constant statements, run past the library's own way, which takes longer than SQLite does for most of them.

Each is compiled once for a kind of engine, with what turns our values into the driver's and back, which the
library would find out at every execution. The transaction stays the connection's, and errors are the
library's; but what a `Reader` reads has neither.
"""

import re
import weakref
from collections import deque, namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from sqlalchemy import Delete, Dialect, Engine, Insert, Select, Update
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.exc import SQLAlchemyError

from api.db import AnySelect

Parameters = Mapping[str, Any]
Change = Insert | Update | Delete
Processor = Callable[[Any], Any] | None
# The list that a statement may have one of, perhaps in several places, as the compiler leaves it.
LIST = re.compile(r"__\[POSTCOMPILE_(\w+)\]")


class Prepared:
    """A statement as the driver of one kind of engine takes it, and its rows as we do."""

    def __init__(self, statement: AnySelect | Change, names: Sequence[str], dialect: Dialect) -> None:
        columns = list(statement.selected_columns) if isinstance(statement, Select) else []
        compiled = statement.compile(dialect=dialect, column_keys=None if columns else names)
        self._dialect = dialect
        self._sql, self._is_positional = str(compiled), compiled.positional
        # What the statement itself brings, a limit say.
        self._constants = {name: value for name, value in compiled.params.items() if name not in names}
        types = {name: bound.type.dialect_impl(dialect) for bound, name in compiled.bind_names.items()}
        processors = {name: kind.bind_processor(dialect) for name, kind in types.items()}
        self._ordered = [(name, processors[name]) for name in compiled.positiontup or types]
        listed = LIST.search(self._sql)
        self._list = listed[1] if listed else None
        # Which columns there are is known only now, and a checker of types wants to know it before.
        self._row: Any = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
        self._kinds = [column.type.dialect_impl(dialect) for column in columns]
        self._results: list[Processor] | None = None

    def bind(self, parameters: Parameters) -> tuple[str, Any]:
        """Give the SQL and the driver's values of `parameters`."""
        if self._list is None:
            return self._sql, self.values(parameters)
        places = [f"{self._list}_{at}" for at in range(len(parameters[self._list]))]
        names = {name: places if name == self._list else [name] for name, _ in self._ordered}
        ordered = [(place, process) for name, process in self._ordered for place in names[name]]
        marks = ["?" if self._is_positional else f"%({place})s" for place in places]
        spread = {**parameters, **dict(zip(places, parameters[self._list], strict=True))}
        # A list of nothing is no SQL; one of null has nothing either.
        return LIST.sub(", ".join(marks or ["NULL"]), self._sql), self.values(spread, ordered)

    def values(self, parameters: Parameters, ordered: Sequence[tuple[str, Processor]] | None = None) -> Any:
        """Give the driver's values of `parameters`."""
        given = {**self._constants, **parameters} if self._constants else parameters
        pairs = self._ordered if ordered is None else ordered
        if self._is_positional:
            return [process(given[name]) if process else given[name] for name, process in pairs]
        return {name: process(given[name]) if process else given[name] for name, process in pairs}

    def rows(self, cursor: DBAPICursor) -> list[Any]:
        """Give all rows of `cursor`, their columns by name."""
        if self._results is None:
            # Which way back a value takes depends on what the driver says that it is.
            coded = zip(self._kinds, cursor.description or (), strict=True)
            self._results = [kind.result_processor(self._dialect, code[1]) for kind, code in coded]
        rows = cursor.fetchall()
        if any(self._results):
            rows = [
                [process(each) if process else each for process, each in zip(self._results, row, strict=True)]
                for row in rows
            ]
        return [*map(self._row._make, rows)]


class Reader:
    """Reads by single statements, each in no transaction but its own; what goes wrong is nothing read.

    It keeps the connections that it needed at once, at most one a thread. The pool's, which are tidied up
    whenever they come back, would cost more than most of these statements.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[DBAPIConnection] = deque()
        # Not at the end of the process: other threads may be reading then.
        weakref.finalize(self, _close, self._idle).atexit = False

    def prepare(self, statement: AnySelect, names: Sequence[str]) -> Prepared:
        """Make a constant query, which takes `names`, ready to be read with."""
        return Prepared(statement, names, self._engine.dialect)

    def read(self, prepared: Prepared, parameters: Parameters) -> list[Any] | None:
        """Give the rows; None where nothing can be read now."""
        connection: DBAPIConnection | None = None
        try:
            connection = self._take()
            cursor = connection.cursor()
            cursor.execute(*prepared.bind(parameters))
            rows = prepared.rows(cursor)
        except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error):
            # What is wrong with the connection nobody knows; the next statement has another one.
            if connection is not None:
                connection.close()
            return None
        self._idle.append(connection)
        return rows

    def _take(self) -> DBAPIConnection:
        # Asked for and not looked for: another thread may take the last one in between.
        with suppress(IndexError):
            return self._idle.pop()
        lent = self._engine.raw_connection()
        connection = cast("DBAPIConnection", lent.dbapi_connection)
        # The pool counts what it has lent.
        lent.detach()
        self._engine.dialect.set_isolation_level(connection, "AUTOCOMMIT")
        return connection


def _close(connections: Iterable[DBAPIConnection]) -> None:
    for each in connections:
        each.close()
