"""Open connections to a SQLite file, configure them, and notice if the file is replaced or deleted."""

import os
import sqlite3
import threading
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

from sqlalchemy import Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from api.database.access import Access

# How long a SQLite connection waits for the lock of another connection before it fails.
BUSY_TIMEOUT_MILLISECONDS = 5_000
# The size of the page cache of a SQLite connection. It holds the upper levels of the indexes over 100,000
# articles.
PAGE_CACHE_KIBIBYTES = 8_000
# SQLite copies the write-ahead log into the database when the log has this many pages (128 MB; the default is
# 1,000 pages). Consecutive documents change many of the same pages, so copying the log less often writes each
# page fewer times.
WAL_CHECKPOINT_PAGES = 32_000
# The primary error codes of a first read that needs to create the files of the write-ahead log, in a folder
# in which this process cannot create files.
CANNOT_CREATE_LOG = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
PRIMARY_CODE_BITS = 0xFF
# The environment variable in which gunicorn passes the identity of the SQLite file to its workers, so that
# all workers read the same file.
FILE_VARIABLE = "SQLITE_FILE_IDENTITY"


class ReplacedFileError(sqlite3.OperationalError):
    """An error for a SQLite file that was replaced or deleted while processes used it."""


class FileState(NamedTuple):
    """The state of a SQLite file when a connection opened it.

    Attributes:
        identity: The device and the inode of the file.
        changed_at: The time of the last change in nanoseconds, or None if changes do not matter.
        size: The size in bytes, or None if changes do not matter.
    """

    identity: str
    changed_at: int | None = None
    size: int | None = None


def read_state(path: str, *, is_immutable: bool = False) -> FileState | None:
    """Return the state of the SQLite file at `path`, or None if there is no file.

    Args:
        is_immutable: If True, the state also has the time of the last change and the size.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 -- three times faster than Path.stat
    except OSError:
        return None
    identity = f"{status.st_dev}:{status.st_ino}"
    return FileState(identity, status.st_mtime_ns, status.st_size) if is_immutable else FileState(identity)


def file_identity(database_url: str, instance: Path) -> str:
    """Return the device and the inode of the SQLite file of `database_url`, as text.

    Return an empty text if the file does not exist, or for PostgreSQL. Relative paths start in the folder
    `instance`.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return ""
    state = read_state(str(instance / str(url.database)))
    return state.identity if state else ""


class DatabaseFile:
    """The SQLite file of an application. Connections to a different file at the same path are refused.

    Args:
        path: The absolute path.
        identity: The result of `file_identity` for the only file to open. If empty, this is the file that
            exists now, or else the first file that is opened.
        is_read_only: True if no connection can write, whatever access `connect` is called with.
        is_immutable: True if no process changes the file. Connections then read without locks.
    """

    # If a different file is moved to the path, SQLite itself would apply the write-ahead log of the old file
    # to the new file.

    def __init__(
        self, path: str, identity: str = "", *, is_read_only: bool = False, is_immutable: bool = False
    ) -> None:
        self.path = path
        self._is_read_only, self._is_immutable = is_read_only or is_immutable, is_immutable
        state = read_state(path)
        self._identity = identity or (state.identity if state else "")
        self._lock = threading.Lock()

    def connect(self, access: Access, options: dict[str, Any]) -> tuple[sqlite3.Connection, FileState]:
        """Open the file, and return the connection with the state of the file.

        If the write-ahead log is missing and cannot be created, a connection that only reads uses no locks
        (`immutable=1`).

        Args:
            access: What the connection can do. Only `Access.CREATE` creates a missing file.
            options: Further keyword arguments of `sqlite3.connect`.

        Raises:
            ReplacedFileError: The file was replaced or deleted.
            sqlite3.OperationalError: The file is missing or cannot be opened.
        """
        # With `Access.CREATE`, a missing file is an error only if the lock file shows that a command has
        # written an earlier file at this path.
        access = Access.READ if self._is_read_only else access
        before = read_state(self.path)
        if before:
            self._verify_log(access, before.identity)
        else:
            self._verify_absence(access)
        connection, is_immutable = self._open(access, options)
        try:
            opened = self._verify_identity(before, read_state(self.path, is_immutable=is_immutable))
            if access is not Access.READ:
                _prepare_writes(connection)
        except BaseException:
            connection.close()
            raise
        return connection, opened

    def is_current(self, opened: FileState) -> bool:
        """Return False if the file was replaced or deleted since `connect` returned the state `opened`.

        If `opened` has a size, also return False if the file has changed.
        """
        if opened.size is None:
            return read_state(self.path) == opened
        return read_state(self.path, is_immutable=True) == opened and not self._has_log()

    def _verify_absence(self, access: Access) -> None:
        """Check that the missing file may be created.

        Raises:
            ReplacedFileError: The file existed earlier and was deleted.
            sqlite3.OperationalError: `access` is not `Access.CREATE`, or the lock file shows that a command
                has written an earlier file at this path.
        """
        if self._identity:
            raise ReplacedFileError(f"the database file {self.path} was deleted; restart the service")
        # If the folder does not exist either, the error of SQLite follows.
        if access is not Access.CREATE and Path(self.path).parent.is_dir():
            raise sqlite3.OperationalError(f"there is no database file {self.path}")
        if access is Access.CREATE and read_log_owner(self.path):
            raise sqlite3.OperationalError(
                f"{self.path} was deleted; restore a backup, or delete {lock_path(self.path)} to begin with "
                "an empty database"
            )

    def _open(self, access: Access, options: dict[str, Any]) -> tuple[sqlite3.Connection, bool]:
        """Return a new connection, and True if the caller must close it when the file changes.

        Such a connection reads without locks, since the process cannot create the write-ahead log.

        Args:
            access: What the connection can do, such as read.
            options: Arguments for `sqlite3.connect`.
        """
        if self._is_immutable:
            return self._open_by_mode("immutable=1", options), False
        try:
            return self._open_by_mode(f"mode={access}", options), False
        except sqlite3.OperationalError as error:
            code = error.sqlite_errorcode & PRIMARY_CODE_BITS
            if access is not Access.READ or code not in CANNOT_CREATE_LOG or self._has_log():
                raise
            return self._open_by_mode("immutable=1", options), True

    def _open_by_mode(self, mode: str, options: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(
            f"file:{quote(self.path)}?{mode}", **options | {"uri": True}
        )
        try:
            # The first read opens the write-ahead log.
            connection.execute("PRAGMA schema_version").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _verify_identity(self, before: FileState | None, opened: FileState | None) -> FileState:
        """Check that a new connection has opened the file of the application, and return `opened`.

        Args:
            before: The state of the file before the connection was opened, or None.
            opened: The state afterwards, or None if there is no file.

        Raises:
            ReplacedFileError: `opened` is None, or the file is not the same as before.
        """
        with self._lock:
            allowed = {before.identity if before else "", self._identity} - {""}
            if opened is None or allowed - {opened.identity}:
                raise ReplacedFileError(f"the database file {self.path} was replaced; restart the service")
            self._identity = opened.identity
            return opened

    def _verify_log(self, access: Access, identity: str) -> None:
        """Check that the write-ahead log beside the file does not belong to an earlier file.

        Call this method before the file is opened.

        Args:
            access: What the new connection can do. For writing, the index of the log (`-shm`) is checked too.

        Raises:
            ReplacedFileError: A log, or the index of a log, belongs to an earlier file.
        """
        # Closing a connection that can write would copy the log into the file. An empty log is harmless, but
        # its index is not: it contains the size of the earlier file, so a connection that can write would
        # damage the new file.
        index = Path(f"{os.path.realpath(self.path)}-shm")
        if read_log_owner(self.path) in ("", identity):
            return
        if self._has_log() or (access is not Access.READ and index.exists()):
            raise ReplacedFileError(
                f"{self.path} was replaced, but its write-ahead log was not; stop all processes that use the "
                f"database, then delete {self.path}-wal, {self.path}-shm and {lock_path(self.path)}"
            )

    def _has_log(self) -> bool:
        log = Path(f"{os.path.realpath(self.path)}-wal")
        return log.exists() and log.stat().st_size > 0


def lock_path(path: str) -> Path:
    """Return the path of the file that commands lock while they write the SQLite file at `path`.

    The lock file contains the device and the inode of the SQLite file that commands last wrote.
    """
    # Use the real path, because symbolic links can give a database several names.
    return Path(f"{os.path.realpath(path)}.lock")


def read_log_owner(path: str) -> str:
    """Return the device and the inode of the SQLite file that a command last wrote at `path`, as text.

    They are read from the lock file. If there is no lock file, return an empty text.
    """
    try:
        return lock_path(path).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _prepare_writes(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # Sync the write-ahead log before it is copied into the database, not at each commit. A power failure can
    # lose the last documents, which can be seeded again, but it cannot damage the database.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}")
    connection.execute("PRAGMA journal_size_limit = 0")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        # By default, sqlite3 begins a transaction only before a write. `_begin` begins every transaction
        # instead.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIBIBYTES}")
