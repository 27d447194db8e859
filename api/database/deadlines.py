"""Deadlines, which limit the time that a thread spends in the database.

When the deadline of a request has passed, a `Watchdog` interrupts the database connection of its thread.
Threads of commands have no deadline.
"""

import os
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry, Pool

# How often the watchdog checks the deadlines. It interrupts a connection again at each check, since SQLite
# ignores an interruption between two statements.
CHECK_SECONDS = 0.05
# The key, in the `info` of a connection (SQLAlchemy), of the time at which it was opened (`time.monotonic`).
CONNECTED_AT = "briefs_connected_at"


class DeadlineError(SQLAlchemyError):
    """An error for a thread whose time to use the database is over, or whose database is unavailable.

    The message is a sentence for the client.
    """


class DatabaseUnavailableError(DeadlineError):
    """An error for an attempt to use the database while it is known to be unavailable."""


class Deadline:
    """The time when a thread must stop using the database.

    Args:
        expires_at: The end, as a value of `time.monotonic`.
        message: The message of `DeadlineError`.
        oldest_connection: A value of `time.monotonic`. Connections opened earlier are replaced.
        outage_message: The message of `DatabaseUnavailableError`, which each use of the database raises. None
            if the database is available.
    """

    def __init__(
        self,
        expires_at: float,
        message: str,
        oldest_connection: float = float("-inf"),
        outage_message: str | None = None,
    ) -> None:
        self.expires_at, self.message = expires_at, message
        self.oldest_connection, self.outage_message = oldest_connection, outage_message
        # The watchdog must not interrupt a connection that a different thread has taken in the meantime.
        self._lock = threading.Lock()
        self._connection: DBAPIConnection | None = None
        self._interruption: _Interruption | None = None

    @property
    def has_passed(self) -> bool:
        """True if the time `expires_at` has passed. `check` then raises `DeadlineError`."""
        return time.monotonic() >= self.expires_at

    def check(self) -> None:
        """Raise `DeadlineError` if this deadline has passed or the database is unavailable."""
        if self.outage_message is not None:
            raise DatabaseUnavailableError(self.outage_message)
        if self.has_passed:
            raise DeadlineError(self.message)

    def accepts(self, info: dict[Any, Any]) -> bool:
        """Return True unless a connection was opened before the time `oldest_connection`.

        Args:
            info: The dictionary `info` that SQLAlchemy keeps for the connection. The key CONNECTED_AT has the
                time when the connection was opened.
        """
        connected_at: float = info.get(CONNECTED_AT, float("inf"))
        return connected_at >= self.oldest_connection

    def use(self, connection: DBAPIConnection) -> None:
        """Record that the thread of this deadline uses `connection`, which `interrupt` then interrupts."""
        if connection is not self._connection:
            with self._lock:
                self._forget()
                self._connection, self._interruption = connection, _Interruption(connection)

    def release(self, connection: DBAPIConnection | None = None) -> None:
        """Record that the thread of this deadline no longer uses `connection`.

        The deadline can then no longer interrupt this connection. If `connection` is None, record that the
        thread uses no connection at all.
        """
        if connection is None or connection is self._connection:
            with self._lock:
                self._forget()

    def interrupt(self) -> None:
        """Interrupt the connection that `use` recorded, if there is one. The watchdog calls this method."""
        with self._lock:
            if self._interruption is not None:
                self._interruption.run()

    def _forget(self) -> None:
        if self._interruption is not None:
            self._interruption.close()
        self._connection = self._interruption = None


class _Interruption:
    """A way to end the current statement of a database connection from a different thread.

    SQLite has a function for this. On PostgreSQL, the TCP connection is shut down.
    """

    # A shutdown works even if the server no longer responds. A running server ends the statement after
    # `statement_timeout`.

    def __init__(self, connection: Any) -> None:
        self._socket: socket.socket | None = None
        self._run: Callable[[], object] = bool
        if isinstance(connection, sqlite3.Connection):
            self._run = connection.interrupt
        elif not connection.closed:
            # A duplicate stays valid if libpq closes the descriptor in the meantime.
            self._socket = duplicate = socket.socket(fileno=os.dup(connection.fileno()))
            self._run = lambda: duplicate.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        with suppress(OSError, sqlite3.Error):
            self._run()

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()


class _Current(threading.local):
    deadline: Deadline | None = None


_current = _Current()


def current_deadline() -> Deadline | None:
    """Return the deadline of the current thread, or None."""
    return _current.deadline


class Watchdog:
    """Interrupts the database connections of threads whose deadline has passed."""

    def __init__(self) -> None:
        self._deadlines: set[Deadline] = set()
        self._is_needed = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @contextmanager
    def limit(
        self,
        seconds: float,
        message: str,
        *,
        oldest_connection: float = float("-inf"),
        outage_message: str | None = None,
    ) -> Iterator[Deadline]:
        """In the `with` block, limit the time that the current thread can use the database.

        When the time is over, a running statement fails with an error of the database. A later statement
        raises `DeadlineError`. The target of `with` is the Deadline.

        Args:
            seconds: The time from the beginning of the block.
            message: The message of `DeadlineError`.
            oldest_connection: A value of `time.monotonic`. Connections opened earlier are replaced.
            outage_message: The message of `DatabaseUnavailableError`, which each use of the database raises.
                None if the database is available.
        """
        deadline = Deadline(time.monotonic() + seconds, message, oldest_connection, outage_message)
        outer, _current.deadline = _current.deadline, deadline
        # Adding to a set and copying it need no lock.
        self._deadlines.add(deadline)
        if not self._is_needed.is_set():
            self._wake()
        try:
            yield deadline
        finally:
            self._deadlines.discard(deadline)
            _current.deadline = outer
            deadline.release()

    def _wake(self) -> None:
        with self._lock:
            # In a forked process, the thread of the parent process is not alive.
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()
        self._is_needed.set()

    def _run(self) -> None:
        while True:
            self._is_needed.wait()
            while self._deadlines:
                time.sleep(CHECK_SECONDS)
                for deadline in list(self._deadlines):
                    if deadline.has_passed:
                        deadline.interrupt()
            self._is_needed.clear()
            # A thread can have added a deadline before the event was cleared.
            if self._deadlines:
                self._is_needed.set()


@event.listens_for(Pool, "connect")
def _note_time(_: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
    entry.info[CONNECTED_AT] = time.monotonic()


@event.listens_for(Engine, "do_connect")
def _check_before_connecting(*_: object) -> None:
    if _current.deadline is not None:
        _current.deadline.check()


@event.listens_for(Pool, "checkout")
def _check_connection(connection: DBAPIConnection, entry: ConnectionPoolEntry, _: object) -> None:
    deadline = _current.deadline
    if deadline is None:
        return
    deadline.check()
    if not deadline.accepts(entry.info):
        # SQLAlchemy then opens a new connection.
        raise DisconnectionError
    deadline.use(connection)


@event.listens_for(Pool, "checkin")
def _release(connection: DBAPIConnection | None, _: ConnectionPoolEntry) -> None:
    if _current.deadline is not None and connection is not None:
        _current.deadline.release(connection)


@event.listens_for(Engine, "before_cursor_execute")
def _check_before_statement(connection: Connection, *_: object) -> None:
    deadline = _current.deadline
    if deadline is not None:
        deadline.check()
        used = connection.connection.dbapi_connection
        if used is not None:
            deadline.use(used)
