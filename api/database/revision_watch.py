"""Notice changes and failures of the database, with at most one query per interval.

After a change, caches are emptied. After a failure, requests fail at once, without waiting for the database,
until the database answers again (a circuit breaker).
"""

import logging
import threading
import time
from collections.abc import Hashable
from typing import NamedTuple

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from api.database.deadlines import Watchdog
from api.database.engines import is_current
from api.database.failures import FAST_FAILURES, Failure, failure_of

# The statement that reads the version of the database, by engine. The number that SQLite returns changes with
# every commit of a different connection, and numbers from different connections cannot be compared. On
# PostgreSQL, the version is the revision in the table `corpus` and the transaction that wrote it (`xmin`),
# since the same revision can occur again after a backup was restored.
VERSION_STATEMENTS = {
    "sqlite": "PRAGMA data_version",
    "postgresql": "SELECT revision, xmin::text FROM corpus",
}
MIGRATION_STATEMENT = "SELECT version_num FROM alembic_version"
# A database that does not return its version within this time is treated as unavailable. A SQLite file has no
# server or network that can be silent. If the machine is overloaded, its answer can be late.
MAX_ANSWER_SECONDS = {"sqlite": 5.0, "postgresql": 0.8}
# While the database is unavailable, it is queried again after this pause.
PROBE_PAUSE_SECONDS = 0.5
# A check of availability queries the database at most this often, also if the interval of the watch is
# shorter.
MIN_AVAILABILITY_SECONDS = 1.0
# How long `close` waits for a query that is running.
CLOSE_SECONDS = 5.0
# The key of the watch in `app.extensions`.
REVISION_WATCH = "briefs-revision-watch"

log = logging.getLogger("briefs.database")


class Observation(NamedTuple):
    """The result of one query for the version of the database.

    Attributes:
        queried_at: When the query began, as a value of `time.monotonic`.
        version: A value that differs after each change of the database. None if the query failed.
        migration: The name of the last migration. None if there is none, or if it was not read.
    """

    queried_at: float
    version: Hashable | None
    failure: Failure | None = None
    migration: str | None = None

    @property
    def is_available(self) -> bool:
        """True if the query succeeded, or if it failed with one of FAST_FAILURES, such as a missing table.

        These failures show at once, so that no request waits for the database.
        """
        return self.failure is None or self.failure in FAST_FAILURES


class RevisionWatch:
    """Reads the version of the database at most once per interval.

    The version is a value that differs after each change of the database. No request waits longer than
    MAX_ANSWER_SECONDS. While the database is unavailable, requests do not wait.

    Args:
        engine: An engine in AUTOCOMMIT mode (`api.database.engines.autocommit_engine`).
        interval: The number of seconds for which a version is used.
        watchdog: Ends queries that take too long.
    """

    # A separate thread queries the database. The first request after an interval waits for the query.
    # Meanwhile, other requests use the last version, unless it is at least two intervals old or they need the
    # current one. While the database is unavailable, the thread repeats the query.

    def __init__(self, engine: Engine, interval: float, watchdog: Watchdog) -> None:
        self._engine, self._interval, self._watchdog = engine, interval, watchdog
        self._statement = VERSION_STATEMENTS[engine.dialect.name]
        self._max_seconds = MAX_ANSWER_SECONDS[engine.dialect.name]
        # Protects the attributes below, and is notified when one of them has changed.
        self._changed = threading.Condition()
        self._last = Observation(float("-inf"), None)
        # The last result of a query that also reads the migration.
        self._last_probe = self._last
        self._is_wanted = self._is_migration_wanted = self._is_stopping = False
        self._thread: threading.Thread | None = None
        self._answered_at = self._recovered_at = float("-inf")
        # Only the thread uses the connection.
        self._connection: Connection | None = None
        self._connection_number = 0

    @property
    def recovered_at(self) -> float:
        """The time when the database last became available again, as a value of `time.monotonic`.

        Connections that were opened before this time can be broken. The time is minus infinity if the
        database was always available.
        """
        return self._recovered_at

    def version(self, *, now: bool = False) -> Hashable | None:
        """Return a value that differs after each committed change of the database.

        Return None if the query failed.

        Args:
            now: Query the database now. Otherwise, the result is less than two intervals old.
        """
        last, arrived_at = self._last, time.monotonic()
        oldest = arrived_at if now else arrived_at - self._interval
        if last.queried_at > oldest or not last.is_available:
            return last.version
        # The thread already queries the database for a different request.
        if self._is_wanted and not now and last.queried_at > oldest - self._interval:
            return last.version
        return self._ask(oldest, self._max_seconds).version

    def is_available(self) -> bool:
        """Return False if the database cannot be reached or does not answer, according to the last query."""
        last = self._last
        oldest = time.monotonic() - max(self._interval, MIN_AVAILABILITY_SECONDS)
        if last.queried_at <= oldest and last.is_available:
            last = self._ask(oldest, self._max_seconds)
        return last.is_available

    def probe(self, seconds: float) -> Observation | None:
        """Query the version and the last migration of the database now, and return the result.

        Return None if the database does not answer within `seconds`.
        """
        started_at = time.monotonic()

        def is_answered() -> bool:
            if self._last_probe.queried_at > started_at:
                return True
            self._want()
            return False

        with self._changed:
            self._is_migration_wanted = True
            return self._last_probe if self._changed.wait_for(is_answered, seconds) else None

    def outage_seconds(self) -> float | None:
        """Return how long the database has been unavailable, in seconds, or None if it is available.

        The outage is counted from the last query that read the version of the database. Return infinity if no
        query ever succeeded.
        """
        return None if self._last.is_available else time.monotonic() - self._answered_at

    def close(self) -> None:
        """Close the database connection. The next query opens a new connection."""
        with self._changed:
            thread, self._is_stopping = self._thread, True
            self._changed.notify_all()
        if thread is not None:
            thread.join(CLOSE_SECONDS)
        with self._changed:
            self._thread, self._is_stopping = None, False

    def _ask(self, oldest: float, seconds: float) -> Observation:
        """Return the result of a query that began after the time `oldest`, or else the last result.

        Args:
            oldest: A value of `time.monotonic`.
            seconds: How long to wait. After MAX_ANSWER_SECONDS without a result, the database counts as
                unavailable.
        """

        def is_answered() -> bool:
            last = self._last
            if last.queried_at > oldest or not last.is_available:
                return True
            self._want()
            return False

        with self._changed:
            is_late = not self._changed.wait_for(is_answered, seconds) and seconds >= self._max_seconds
            if is_late and self._last.is_available:
                self._record(Observation(self._last.queried_at, None, Failure.SILENT), Failure.SILENT)
            return self._last

    def _want(self) -> None:
        # In a forked process, the thread of the parent process is not alive.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="revision-watch", daemon=True)
            self._thread.start()
        if not self._is_wanted:
            self._is_wanted = True
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                pause = None if self._last.is_available else PROBE_PAUSE_SECONDS
                self._changed.wait_for(lambda: self._is_wanted or self._is_stopping, pause)
                if self._is_stopping:
                    break
                self._is_wanted = True
                reads_migration, self._is_migration_wanted = self._is_migration_wanted, False
            observation, reason = self._query(reads_migration=reads_migration)
            with self._changed:
                self._record(observation, reason)
                if reads_migration:
                    self._last_probe = observation
                self._is_wanted = False
                self._changed.notify_all()
        self._disconnect()

    def _query(self, *, reads_migration: bool) -> tuple[Observation, str]:
        """Query the version of the database, and return the result and the reason of a failure.

        The reason is empty if the query succeeded.
        """
        queried_at = time.monotonic()
        deadline = None
        try:
            with self._watchdog.limit(self._max_seconds, Failure.SILENT) as deadline:
                if self._connection is not None and not is_current(self._connection):
                    self._disconnect()
                if self._connection is None:
                    self._connection = self._engine.connect()
                    self._connection_number += 1
                row = self._connection.exec_driver_sql(self._statement).one()
                migration = self._read_migration(self._connection) if reads_migration else None
        except SQLAlchemyError as error:
            self._disconnect()
            failure = failure_of(error) or Failure.UNAVAILABLE
            reason = str(getattr(error, "orig", None) or error).partition("\n")[0]
            # The watchdog ends a query by breaking the connection, so the error does not show the reason.
            is_late = deadline is not None and deadline.has_passed and failure is Failure.UNAVAILABLE
            if is_late or failure is Failure.TOO_SLOW:
                failure = reason = Failure.SILENT
            return Observation(queried_at, None, failure), reason
        return Observation(queried_at, (self._connection_number, *row), None, migration), ""

    def _read_migration(self, connection: Connection) -> str | None:
        try:
            return connection.exec_driver_sql(MIGRATION_STATEMENT).scalar()
        except DBAPIError as error:
            if failure_of(error) not in FAST_FAILURES:
                raise
            return None

    def _record(self, observation: Observation, reason: str) -> None:
        was_available, self._last = self._last.is_available, observation
        if observation.version is not None:
            self._answered_at = observation.queried_at
        if was_available and not observation.is_available:
            log.error("database unavailable", extra={"reason": reason})
        elif observation.is_available and not was_available:
            self._recovered_at = time.monotonic()
            log.warning("database available again")

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
