"""Write transactions: one a document, and one writer at a time on either engine."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from api.db import BUSY_MILLISECONDS
from seeds.messages import printable

Announce = Callable[[str], None]
Transaction = Callable[[], AbstractContextManager[Connection]]

WAITING_MESSAGE = "waiting: another process is writing to the database"
# SQLite waits for BUSY_MILLISECONDS each time; a writer that keeps the lock for longer is stuck.
MAX_WAITS = 60_000 // BUSY_MILLISECONDS
# The keys of the advisory locks on PostgreSQL, for a transaction and for a run; any that nothing else takes.
TRANSACTION_LOCK, RUN_LOCK = 0x62726965, 0x62726966
# A snapshot taken before the lock would not show what the writer before committed.
EXECUTION_OPTIONS: dict[str, dict[str, Any]] = {
    "sqlite": {"writes": True},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}


class LockError(Exception):
    """The lock of a run cannot be asked for; the message is one line that says why."""


@contextmanager
def transactions(engine: Engine, announce: Announce, *, dry_run: bool = False) -> Iterator[Transaction]:
    """Give a function that opens a write transaction, for use in `with`.

    Each is committed at its end, or rolled back where an exception leaves it. In a dry run they are
    savepoints of a single transaction that is rolled back at the end: the same work, and no trace of it.
    One run waits for another to end; `announce` is told when it, or any other writer, must be waited for.
    """
    with engine.connect() as plain, _run_lock(engine, announce):
        connection = plain.execution_options(**EXECUTION_OPTIONS[engine.dialect.name])
        if not dry_run:
            yield lambda: _transaction(connection, announce)
            return
        _begin(connection, announce)
        try:
            yield lambda: savepoint(connection)
        finally:
            connection.rollback()


@contextmanager
def _run_lock(engine: Engine, announce: Announce) -> Iterator[None]:
    """Let one run in at a time; the system takes the lock back from a process that dies."""
    if engine.dialect.name == "postgresql":
        with engine.connect() as holder:
            try:
                _advise(holder, announce, "pg_try_advisory_lock", "pg_advisory_lock", RUN_LOCK)
                holder.commit()
                yield
                # A server that is gone, or this session with it, has taken the lock back.
                with suppress(OperationalError):
                    holder.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": RUN_LOCK})
                    holder.commit()
            finally:
                # Closed and not given back to the pool: that releases the lock too, a moment later, and asks
                # nothing of a server that may be gone.
                holder.invalidate()
        return
    with _lock_file(engine) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce(WAITING_MESSAGE)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _lock_file(engine: Engine) -> IO[str]:
    # By the one real name of the database, whatever it is called here.
    path = Path(f"{os.path.realpath(str(engine.url.database))}.lock")
    try:
        return path.open("w")
    except OSError as error:
        reason = f"{printable(str(path))}: cannot be opened: {error.strerror}"
        raise LockError(f"{reason}; who loads must be able to write this file, and to its folder") from None


def _advise(connection: Connection, announce: Announce, attempt: str, wait: str, key: int) -> None:
    if not connection.scalar(text(f"SELECT {attempt}(:key)"), {"key": key}):
        announce(WAITING_MESSAGE)
        connection.execute(text(f"SELECT {wait}(:key)"), {"key": key})


@contextmanager
def _transaction(connection: Connection, announce: Announce) -> Iterator[Connection]:
    _begin(connection, announce)
    try:
        with _raising_interrupts(connection):
            yield connection
            connection.commit()
    except BaseException:
        connection.rollback()
        raise


@contextmanager
def savepoint(connection: Connection) -> Iterator[Connection]:
    """Do something within a transaction that is undone by itself where an exception leaves it."""
    nested = connection.begin_nested()
    try:
        with _raising_interrupts(connection):
            yield connection
            nested.commit()
    except BaseException:
        # On a full disk SQLite has rolled back the whole transaction by itself, the savepoint with it.
        with suppress(OperationalError):
            nested.rollback()
        raise


@contextmanager
def _raising_interrupts(connection: Connection) -> Iterator[None]:
    """Raise the `KeyboardInterrupt` that psycopg hides behind an `AssertionError`.

    An interrupt that arrives when psycopg enters a pipeline fails an assertion of psycopg. What the server
    sends next is then unknown, so the connection is closed, as SQLAlchemy does after other interrupts.
    """
    try:
        yield
    except AssertionError as error:
        hidden = error.__context__
        if not isinstance(hidden, KeyboardInterrupt):
            raise
        connection.invalidate()
        raise hidden from None


def _begin(connection: Connection, announce: Announce) -> None:
    if connection.dialect.name == "postgresql":
        _advise(connection, announce, "pg_try_advisory_xact_lock", "pg_advisory_xact_lock", TRANSACTION_LOCK)
        return
    for waited in range(MAX_WAITS):
        try:
            connection.begin()
            return
        except OperationalError as error:
            if "locked" not in str(error.orig) or waited == MAX_WAITS - 1:
                raise
            if waited == 0:
                announce(WAITING_MESSAGE)
