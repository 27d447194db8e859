"""Detect changes of the database, with at most one query per interval, so that caches can be emptied."""

import threading
import time
from collections.abc import Hashable
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from api.database.engines import is_current

# The statement that reads the version of the database, on each engine. The number that SQLite returns changes
# with every commit of a different connection. Numbers from different connections cannot be compared. On
# PostgreSQL, the version is the revision in the table `corpus` and the transaction that wrote it (`xmin`),
# since the same revision can occur again after a backup was restored.
VERSION_STATEMENTS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT revision, xmin::text FROM corpus",
}


class Observation(NamedTuple):
    """The version of the database, or None if its query failed, and the time of the query.

    The time is a value of `time.monotonic`.
    """

    queried_at: float
    version: Hashable | None


class RevisionWatch:
    """Reads the version of the database, a value that differs after each change, at most once per interval.

    Only one thread at a time queries the database. Meanwhile, other threads use the last version. They wait
    for the query only if the last version is at least two intervals old or they want a new one, and never if
    the last query failed.

    Args:
        engine: An engine in AUTOCOMMIT mode (`api.database.engines.autocommit_engine`).
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
        """Return a value that differs after each committed change of the database.

        Return None if the query for this value failed.

        Args:
            now: Query the database even if the last version was queried within the interval.
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
        """Close the database connection. The next query opens a new connection."""
        with self._lock:
            self._disconnect()

    def _query_version(self) -> Hashable | None:
        if self._connection is not None and not is_current(self._connection):
            self._disconnect()
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
