"""Run single SELECT statements on connections that stay open, for code that bypasses Flask."""

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Executable, Row

from api.database.deadlines import Watchdog, current_deadline
from api.database.engines import is_current
from api.database.failures import Failure
from api.database.revision_watch import MAX_ANSWER_SECONDS, RevisionWatch


class StatementReader:
    """Runs single SELECT statements outside of transactions, on connections of its own.

    The reader keeps at most one connection open for each thread.

    Args:
        engine: An engine in AUTOCOMMIT mode (`api.database.engines.autocommit_engine`).
    """

    # Taking a connection from the pool and beginning and ending a transaction takes twice as long as a short
    # statement.

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()

    def fetch_one(self, statement: Executable, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """Run `statement` and return its first row, or None if there is no row.

        Raises:
            SQLAlchemyError: If the statement fails.
        """
        connection = self._take()
        try:
            row = connection.execute(statement, parameters).first()
        except BaseException:
            # Do not reuse the connection, which may be broken.
            connection.close()
            raise
        if deadline := current_deadline():
            deadline.release()
        self._idle.append(connection)
        return row

    def close(self) -> None:
        """Close the connections that no thread is using."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def _take(self) -> Connection:
        # Do not test for an idle connection first: another thread could take it after the test.
        with suppress(IndexError):
            while True:
                connection = self._idle.pop()
                if is_current(connection):
                    return connection
                connection.close()
        return self._engine.connect()


class BoundedReader(StatementReader):
    """A statement reader for threads that set no time limit of their own.

    A statement that takes more than MAX_ANSWER_SECONDS fails. While the database is unavailable, statements
    fail at once.
    """

    def __init__(self, engine: Engine, watch: RevisionWatch, watchdog: Watchdog) -> None:
        super().__init__(engine)
        self._watch, self._watchdog = watch, watchdog

    def fetch_one(self, statement: Executable, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """Run `statement` and return its first row, or None if there is no row.

        Raises:
            SQLAlchemyError: If the statement fails or takes too long, or the database is unavailable.
        """
        outage_message = None if self._watch.is_available() else Failure.UNAVAILABLE
        with self._watchdog.limit(
            MAX_ANSWER_SECONDS[self._engine.dialect.name],
            Failure.TOO_SLOW,
            oldest_connection=self._watch.recovered_at,
            outage_message=outage_message,
        ):
            return super().fetch_one(statement, parameters)
