"""The connections to SQLite: how they are opened, and their settings."""

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, event
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


def open_connection(path: str, access: Access, options: dict[str, Any]) -> sqlite3.Connection:
    """Open the SQLite file at `path`.

    Args:
        path: The absolute path of the file.
        access: What the connection can do. Only `Access.CREATE` creates a file that does not exist.
        options: Further keyword arguments of `sqlite3.connect`.

    Raises:
        sqlite3.OperationalError: If the file does not exist or cannot be opened.
    """
    try:
        connection: sqlite3.Connection = sqlite3.connect(
            f"file:{quote(path)}?mode={access}", **options | {"uri": True}
        )
    except sqlite3.OperationalError:
        if access is not Access.CREATE and Path(path).parent.is_dir() and not Path(path).exists():
            raise sqlite3.OperationalError(f"there is no database file {path}") from None
        raise
    if access is not Access.READ:
        _prepare_writes(connection)
    return connection


def _prepare_writes(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    # Sync the write-ahead log before it is copied into the database, not at each commit. A power failure can
    # lose the last documents, which can be seeded again, but it cannot damage the database.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}")


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        # By default, sqlite3 begins a transaction only before a write. `_begin` begins every transaction
        # instead.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIBIBYTES}")
