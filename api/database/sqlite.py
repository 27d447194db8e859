"""The connections to SQLite: how the file is opened, whether it is still the same file, and the settings."""

import os
import sqlite3
import threading
import time
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
# How often, and at which interval, the write-ahead log is compared with the file.
LOG_CHECKS, LOG_CHECK_SECONDS = 5, 0.02


class ReplacedFileError(sqlite3.OperationalError):
    """An error for a SQLite file that was replaced or deleted while processes used it."""


class FileState(NamedTuple):
    """The state of a file when it was opened: its identity.

    A connection that reads without locks also depends on the time of the last change and the size, which are
    None for other connections.
    """

    identity: str
    changed_at: int | None = None
    size: int | None = None


def read_state(path: str, *, is_immutable: bool = False) -> FileState | None:
    """Return the state of the file at `path`, or None if there is no file.

    Args:
        path: The path of the file.
        is_immutable: True for connections that read the file without locks.
    """
    try:
        status = os.stat(path)  # noqa: PTH116 -- three times faster than Path.stat
    except OSError:
        return None
    identity = f"{status.st_dev}:{status.st_ino}"
    return FileState(identity, status.st_mtime_ns, status.st_size) if is_immutable else FileState(identity)


def file_identity(database_url: str, instance: Path) -> str:
    """Return the identity of the SQLite file of `database_url`.

    Return "" if there is no file, or if the URL leads to PostgreSQL. A relative path starts in the folder
    `instance`.
    """
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return ""
    state = read_state(str(instance / str(url.database)))
    return state.identity if state else ""


class DatabaseFile:
    """The SQLite file of an application. Connections to a different file at the same path are refused.

    If a different file is moved to the path, SQLite itself would apply the write-ahead log of the old file to
    the new file.

    Args:
        path: The absolute path of the file.
        identity: The identity of the file that can be opened. If it is empty, this is the file that is at the
            path now, or otherwise the file that is opened first.
    """

    def __init__(self, path: str, identity: str = "") -> None:
        self.path = path
        state = read_state(path)
        self._identity = identity or (state.identity if state else "")
        self._is_log_verified = False
        self._lock = threading.Lock()

    def connect(self, access: Access, options: dict[str, Any]) -> tuple[sqlite3.Connection, FileState]:
        """Open the file, and return the connection with the state of the file.

        If the write-ahead log does not exist and the process cannot create it, the connection reads the file
        without locks (`immutable=1`).

        Args:
            access: What the connection can do. Only `Access.CREATE` creates a file that does not exist.
            options: Further keyword arguments of `sqlite3.connect`.

        Raises:
            ReplacedFileError: If the file was replaced or deleted.
            sqlite3.OperationalError: If the file does not exist or cannot be opened.
        """
        before = read_state(self.path)
        if before is None and self._identity:
            raise ReplacedFileError(f"the database file {self.path} was deleted; restart the service")
        if before is None and access is not Access.CREATE and Path(self.path).parent.is_dir():
            raise sqlite3.OperationalError(f"there is no database file {self.path}")
        connection, is_immutable = self._open(access, options)
        try:
            opened = read_state(self.path, is_immutable=is_immutable)
            self._verify(connection, before, opened)
            if access is not Access.READ:
                _prepare_writes(connection)
        except BaseException:
            connection.close()
            raise
        assert opened is not None  # noqa: S101 -- `_verify` raises an error otherwise
        return connection, opened

    def is_current(self, opened: FileState) -> bool:
        """Return True if a connection to the file can be used.

        Return False if the file was replaced or deleted, or if the connection reads without locks and the
        file has changed since.

        Args:
            opened: The state that `connect` returned with the connection.
        """
        if opened.size is None:
            return read_state(self.path) == opened
        return read_state(self.path, is_immutable=True) == opened and not self._has_log()

    def _open(self, access: Access, options: dict[str, Any]) -> tuple[sqlite3.Connection, bool]:
        """Return a new connection, and whether it reads without locks."""
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

    def _verify(
        self, connection: sqlite3.Connection, before: FileState | None, opened: FileState | None
    ) -> None:
        """Raise an error if `connection` does not lead to the file that can be opened.

        Args:
            connection: The connection, which has not written yet.
            before: The state of the file before the connection was opened.
            opened: The state of the file after the connection was opened.
        """
        with self._lock:
            identity = opened.identity if opened else ""
            if (before and before.identity != identity) or identity != (self._identity or identity):
                raise ReplacedFileError(f"the database file {self.path} was replaced; restart the service")
            if not self._is_log_verified and not self._is_own_log(connection, identity):
                raise ReplacedFileError(
                    f"the write-ahead log {self.path}-wal belongs to a different file; stop all processes "
                    f"that use the database, then delete {self.path}-wal and {self.path}-shm"
                )
            self._identity, self._is_log_verified = identity, True

    def _is_own_log(self, connection: sqlite3.Connection, identity: str) -> bool:
        """Return False if the write-ahead log, or its index in memory, was made for a different file.

        Seeding records the identity of the file whose log it writes. If the log is empty, its index contains
        the size of the file, which is correct unless the index belongs to a different file.
        """
        for _ in range(LOG_CHECKS):
            if self._has_log():
                return read_log_owner(self.path) in ("", identity)
            pages, page_bytes = (
                connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
            )
            if pages * page_bytes == Path(self.path).stat().st_size:
                return True
            # A different process may have written between the two readings.
            time.sleep(LOG_CHECK_SECONDS)
        return False

    def _has_log(self) -> bool:
        log = Path(f"{os.path.realpath(self.path)}-wal")
        return log.exists() and log.stat().st_size > 0


def lock_path(path: str) -> Path:
    """Return the path of the file that seeding locks, for the SQLite file at `path`.

    It contains the identity of the SQLite file whose write-ahead log was written last.
    """
    # Use the real path, because symbolic links can give a database several names.
    return Path(f"{os.path.realpath(path)}.lock")


def read_log_owner(path: str) -> str:
    """Return the identity of the file that the write-ahead log of `path` belongs to, or "" if unknown."""
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
