"""Open write transactions on SQLite or PostgreSQL, so that only one process writes at a time."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import IO, Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from api.database.access import allow_writes
from api.database.sqlite import BUSY_TIMEOUT_MILLISECONDS, lock_path, read_log_owner, read_state
from seeds.escaping import printable
from seeds.storing.write_ahead_log import LogFullError, WriteAheadLog

Announce = Callable[[str], None]
Transaction = Callable[[], AbstractContextManager[Connection]]

WAITING_MESSAGE = "waiting: another process is writing to the database"
# SQLite waits for BUSY_TIMEOUT_MILLISECONDS in each attempt. After a minute, the other writer is probably
# stuck.
MAX_WAITS = 60_000 // BUSY_TIMEOUT_MILLISECONDS
# The keys of the advisory locks on PostgreSQL. The numbers are arbitrary.
TRANSACTION_LOCK, RUN_LOCK = 0x62726965, 0x62726966
# On PostgreSQL, each statement must see all changes that the previous writer committed.
EXECUTION_OPTIONS: dict[str, dict[str, Any]] = {
    "sqlite": {"writes": True},
    "postgresql": {"isolation_level": "READ COMMITTED"},
}


class LockError(Exception):
    """A failure to take the lock that lets one seeding command run at a time. The message is one line."""


@contextmanager
def transactions(engine: Engine, announce: Announce, *, dry_run: bool = False) -> Iterator[Transaction]:
    """In the `with` block, provide a function that opens write transactions of a seeding command.

    Call the function in a further `with` statement, whose target is the connection. The transaction is
    committed at the end of the inner block, or rolled back after an exception. If another seeding command is
    running, wait until it ends.

    Args:
        engine: The database.
        announce: Called with a message if this command must wait.
        dry_run: True to roll everything back at the end.

    Raises:
        LockError: The lock file cannot be opened.
        LogFullError: After a transaction, the write-ahead log of SQLite cannot be emptied.
    """
    allow_writes(engine)
    with engine.connect() as plain, _run_lock(engine, announce):
        connection = plain.execution_options(**EXECUTION_OPTIONS[engine.dialect.name])
        with _short_log(connection, announce) as limit_log:
            if not dry_run:
                yield lambda: _limited_transaction(connection, announce, limit_log)
                return
            _begin(connection, announce)
            try:
                yield lambda: savepoint(connection)
            finally:
                connection.rollback()


@contextmanager
def _short_log(connection: Connection, announce: Announce) -> Iterator[Callable[[], None]]:
    """In the `with` block, provide a function that keeps the write-ahead log of SQLite short.

    Call the function after each transaction. `announce` receives a message if another process keeps the log
    from being emptied. On PostgreSQL, the function does nothing.
    """
    if connection.dialect.name == "postgresql":
        yield lambda: None
        return
    log = WriteAheadLog(connection, announce)
    try:
        yield log.limit
    finally:
        # A command that failed or was interrupted has reported its own error.
        with suppress(DBAPIError, LogFullError):
            log.empty()


@contextmanager
def single_transaction(engine: Engine, announce: Announce) -> Iterator[Connection]:
    """Open a write transaction for a command that needs only one transaction.

    If a seeding command is running, wait only for its current transaction. Commit at the end of the `with`
    block, or roll back after an exception.

    Args:
        engine: The database.
        announce: Called with a message if this command must wait.

    Raises:
        LockError: The lock file names a different SQLite file and cannot be opened.
    """
    allow_writes(engine)
    with engine.connect() as plain:
        connection = plain.execution_options(**EXECUTION_OPTIONS[engine.dialect.name])
        # If there is no lock file, do not create it. The user of this command can be a different one.
        if engine.dialect.name == "sqlite" and read_log_owner(str(engine.url.database)):
            with _lock_file(engine) as file:
                _record_log_owner(file, str(engine.url.database))
        with _short_log(connection, announce), _transaction(connection, announce):
            yield connection


@contextmanager
def _run_lock(engine: Engine, announce: Announce) -> Iterator[None]:
    """In the `with` block, hold the lock that lets one seeding command run at a time.

    If another command holds the lock, call `announce` once with a message, and wait.
    """
    if engine.dialect.name == "postgresql":
        with engine.connect() as session:
            try:
                _take_advisory_lock(session, announce, "pg_try_advisory_lock", "pg_advisory_lock", RUN_LOCK)
                session.commit()
                yield
                # If the server or the session has ended, the lock is already released.
                with suppress(OperationalError):
                    session.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": RUN_LOCK})
                    session.commit()
            finally:
                # This closes the connection without waiting for the server, and so releases the lock.
                session.invalidate()
        return
    with _lock_file(engine) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce(WAITING_MESSAGE)
            fcntl.flock(file, fcntl.LOCK_EX)
        _record_log_owner(file, str(engine.url.database))
        yield


def _record_log_owner(file: IO[str], path: str) -> None:
    """Write the identity (device and inode) of the SQLite file at `path` to `file`, its lock file.

    Call this before a transaction writes to the write-ahead log of the database.
    """
    state = read_state(path)
    identity = state.identity if state else ""
    # While the lock file is empty, other processes cannot see that a log belongs to a different file.
    if read_log_owner(path) != identity:
        file.truncate(0)
        file.write(identity)
        file.flush()


def _lock_file(engine: Engine) -> IO[str]:
    path = lock_path(str(engine.url.database))
    try:
        return path.open("a")
    except OSError as error:
        reason = f"{printable(str(path))}: cannot be opened: {error.strerror}"
        raise LockError(f"{reason}; this user must be able to write to the file and its folder") from None


def _take_advisory_lock(
    connection: Connection, announce: Announce, attempt: str, wait: str, key: int
) -> None:
    if not connection.scalar(text(f"SELECT {attempt}(:key)"), {"key": key}):
        announce(WAITING_MESSAGE)
        connection.execute(text(f"SELECT {wait}(:key)"), {"key": key})


@contextmanager
def _limited_transaction(
    connection: Connection, announce: Announce, limit_log: Callable[[], None]
) -> Iterator[Connection]:
    with _transaction(connection, announce):
        yield connection
    limit_log()


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
    """In the `with` block, use a savepoint, so that an exception undoes only the changes of the block.

    The exception is raised again. The target of `with` is `connection`.
    """
    nested = connection.begin_nested()
    try:
        with _raising_interrupts(connection):
            yield connection
            nested.commit()
    except BaseException:
        # If the disk is full, SQLite has already rolled back the transaction and the savepoint in it.
        with suppress(OperationalError):
            nested.rollback()
        raise


@contextmanager
def _raising_interrupts(connection: Connection) -> Iterator[None]:
    """Raise `KeyboardInterrupt` if Ctrl-C makes psycopg raise `AssertionError` in the `with` body.

    The connection is closed, because its state is unknown. All other exceptions are raised unchanged.
    """
    try:
        yield
    except AssertionError as error:
        hidden = error.__context__
        # If an interrupt arrives when psycopg enters a pipeline, an assertion of psycopg fails.
        if not isinstance(hidden, KeyboardInterrupt):
            raise
        # SQLAlchemy does this by itself after other interrupts.
        connection.invalidate()
        raise hidden from None


def _begin(connection: Connection, announce: Announce) -> None:
    if connection.dialect.name == "postgresql":
        _take_advisory_lock(
            connection, announce, "pg_try_advisory_xact_lock", "pg_advisory_xact_lock", TRANSACTION_LOCK
        )
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
