"""A watch that queries the database for changes, at most once in an interval."""

import threading
import time
from collections.abc import Hashable
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

# SQLite's number changes with every commit of another connection, even if the corpus revision stays the same.
# Numbers from different connections cannot be compared. On PostgreSQL, the version includes the transaction
# that wrote the revision (`xmin`), since the same revision can occur again after a backup was restored.
VERSION_STATEMENTS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT revision, xmin::text FROM corpus",
}


class Observation(NamedTuple):
    """A version of the database, or None if the query failed, and the time of the query."""

    queried_at: float
    version: Hashable | None


class RevisionWatch:
    """Watches whether the database changes.

    Only one thread at a time queries the database. Meanwhile, other threads use the last version, unless it
    is more than two intervals old.

    Args:
        engine: An engine in AUTOCOMMIT mode (`api.db.autocommit_engine`).
        interval: The number of seconds for which a version is used.
    """

    def __init__(self, engine: Engine, interval: float) -> None:
        self._engine, self._interval = engine, interval
        self._statement = VERSION_STATEMENTS[engine.dialect.name]
        self._lock = threading.Lock()
        self._last = Observation(float("-inf"), None)
        self._connection: Connection | None = None
        self._connection_number = 0

    def version(self, *, now: bool = False) -> Hashable | None:
        """Return a value that differs after each committed change, or None if the query failed.

        Args:
            now: Query the current version, even if the interval has not passed.
        """
        last, arrived_at = self._last, time.monotonic()
        oldest = arrived_at if now else arrived_at - self._interval
        if last.queried_at > oldest:
            return last.version
        # Do not wait for a query of another thread if the last query failed.
        must_wait = last.version is not None and last.queried_at <= oldest - (0 if now else self._interval)
        if not self._lock.acquire(blocking=must_wait):
            return last.version
        try:
            # Another thread can have queried the database in the meantime.
            if self._last.queried_at <= oldest:
                self._last = Observation(time.monotonic(), self._query_version())
            return self._last.version
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection. The next query opens a new connection."""
        with self._lock:
            self._disconnect()

    def _query_version(self) -> Hashable | None:
        try:
            if self._connection is None:
                self._connection = self._engine.connect()
                self._connection_number += 1
            row = self._connection.exec_driver_sql(self._statement).one()
        except SQLAlchemyError:
            self._disconnect()
            return None
        return (self._connection_number, *row)

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
