"""The version of the database, asked for at most once in an interval."""

import threading
import time
from collections.abc import Hashable
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

# SQLite counts all commits, also those that do not raise the corpus revision. Its number has a meaning for
# one connection only. On PostgreSQL the transaction that wrote the revision is part of the version, since a
# restored backup can reach the same revision again.
VERSION_STATEMENTS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT revision, xmin::text FROM corpus",
}


class Observation(NamedTuple):
    """A version, which is None if the database did not answer, and when the database was asked for it."""

    asked_at: float
    version: Hashable | None


class RevisionWatch:
    """Watches whether the database changes.

    One thread at a time asks the database. Meanwhile the others use the last version, unless it is more than
    two intervals old.

    Args:
        engine: an engine in AUTOCOMMIT mode (`api.db.autocommit_engine`).
        interval: for how many seconds a version is used.
    """

    def __init__(self, engine: Engine, interval: float) -> None:
        self._engine, self._interval = engine, interval
        self._statement = VERSION_STATEMENTS[engine.dialect.name]
        self._lock = threading.Lock()
        self._last = Observation(float("-inf"), None)
        self._connection: Connection | None = None
        self._connection_number = 0

    def version(self, *, now: bool = False) -> Hashable | None:
        """Return a value that differs after each committed change, or None if the database does not answer.

        Args:
            now: ask for the version of now, whatever the interval.
        """
        last, arrived_at = self._last, time.monotonic()
        oldest = arrived_at if now else arrived_at - self._interval
        if last.asked_at > oldest:
            return last.version
        # There is nothing to wait for while the database does not answer.
        must_wait = last.version is not None and last.asked_at <= oldest - (0 if now else self._interval)
        if not self._lock.acquire(blocking=must_wait):
            return last.version
        try:
            # Another thread can have asked since.
            if self._last.asked_at <= oldest:
                self._last = Observation(time.monotonic(), self._ask())
            return self._last.version
        finally:
            self._lock.release()

    def close(self) -> None:
        """Close the connection; the next question opens a new one."""
        with self._lock:
            self._disconnect()

    def _ask(self) -> Hashable | None:
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
