"""Single statements on connections that stay open, for what is answered in front of Flask."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row


class StatementReader:
    """Runs single statements that read, outside of any transaction.

    To take a connection from the pool, begin a transaction and end it again takes twice as long as such a
    statement. The reader therefore keeps its connections, as many as threads have read at the same time.

    Args:
        engine: an engine in AUTOCOMMIT mode (`api.db.autocommit_engine`).
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()

    def fetch_one(self, statement: Executable, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """Return the first row of `statement`, or None if it has no row.

        Raises:
            SQLAlchemyError: if the database does not answer.
        """
        connection = self._take()
        try:
            row = connection.execute(statement, parameters).first()
        except BaseException:
            # The next statement uses a new connection, whatever is wrong with this one.
            connection.close()
            raise
        self._idle.append(connection)
        return row

    def close(self) -> None:
        """Close the connections that no thread is using."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _take(self) -> Connection:
        # Another thread can take the last connection after a test for one.
        with suppress(IndexError):
            return self._idle.pop()
        return self._engine.connect()
