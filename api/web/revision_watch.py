"""Whether the database has changed, asked so cheaply that every request may."""

import mmap
import os
import sqlite3
import threading
import time
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from sqlalchemy import literal_column, select

from api.db import AnySelect
from api.execution import Reader
from api.models import Corpus

# Both copies of the header: what is read while it is written is like neither the old nor the new one.
HEADER_BYTES = 96


class Watch(Protocol):
    """Looks at a database."""

    def look(self, *, now: bool = False) -> Hashable | None:
        """Give a value that is another one after each committed change, or None where nobody can tell.

        The look may be an old one, by a setting, unless it must be `now`.
        """


class SqliteWatch:
    """Reads the header of the index of SQLite's log, which is another one after each commit.

    It lies in memory that all connections share (https://www.sqlite.org/walformat.html, 2.1), and to read it
    waits for nobody. `PRAGMA data_version` says the same, but lets other threads run meanwhile, which under
    load costs a tenth of the whole request.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path).absolute()
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._index: mmap.mmap | None = None

    def look(self, *, now: bool = False) -> bytes | None:  # noqa: ARG002 -- it always is
        """Give the header, or None where there is none: no file, or one that is no database in WAL mode."""
        if self._index is None:
            self._open()
        return None if self._index is None else self._index[:HEADER_BYTES]

    def _open(self) -> None:
        with self._lock, suppress(sqlite3.Error, OSError, ValueError):
            if self._index is not None:
                return
            if self._connection is None:
                # The index is there while anybody has the database open, so this one stays open.
                uri = f"{self._path.as_uri()}?mode=ro"
                self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
            self._connection.execute("PRAGMA data_version").fetchone()
            # Once, and never closed: that would end the locks that this process has on the file (fcntl).
            index = os.open(f"{self._path}-shm", os.O_RDONLY)
            self._index = mmap.mmap(index, HEADER_BYTES, access=mmap.ACCESS_READ)


class RevisionWatch:
    """Reads the revision of the corpus on PostgreSQL, at most once in so many seconds.

    With the transaction that wrote it: after a backup was restored, a revision of before is another state.
    """

    def __init__(self, reader: Reader, seconds: float) -> None:
        self._reader, self._seconds = reader, seconds
        state: AnySelect = select(Corpus.revision, literal_column("xmin::text").label("transaction"))
        self._state = reader.prepare(state, ())
        self._lock = threading.Lock()
        self._looked_at = float("-inf")
        self._revision: Hashable | None = None

    def look(self, *, now: bool = False) -> Hashable | None:
        """Give the revision as it was at most so many seconds ago, or None where it cannot be read."""
        with self._lock:
            moment = time.monotonic()
            if now or self._revision is None or moment - self._looked_at >= self._seconds:
                self._looked_at, self._revision = moment, self._read()
            return self._revision

    def _read(self) -> Hashable | None:
        # Where it cannot be read, the application says what is wrong, if it still is.
        rows = self._reader.read(self._state, {})
        return rows[0] if rows else None
