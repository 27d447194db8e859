"""Whether the database has changed, asked so cheaply that every request may."""

import sqlite3
import threading
import time
from collections.abc import Hashable
from pathlib import Path
from typing import Protocol

from sqlalchemy import Engine, literal_column, select

from api.db import AnySelect
from api.execution import Prepared
from api.models import Corpus


class Watch(Protocol):
    """Looks at a database."""

    def look(self, *, now: bool = False) -> Hashable | None:
        """Give a value that is another one after each committed change, or None where nobody can tell.

        The look may be an old one, by a setting, unless it must be `now`.
        """


class SqliteWatch:
    """Asks SQLite's own counter of what others commit (`PRAGMA data_version`), which takes microseconds.

    Each thread has a connection of its own, which commits nothing: threads that share one would wait for one
    another. Each sees a commit for itself, so that one commit may count several times.
    """

    def __init__(self, path: str) -> None:
        self._uri = Path(path).absolute().as_uri()
        self._lock = threading.Lock()
        self._changes = 0
        self._own = threading.local()

    def look(self, *, now: bool = False) -> int | None:  # noqa: ARG002 -- it always is
        """Give how many changes were seen so far, or None where the file cannot be read."""
        own = self._own
        try:
            if not hasattr(own, "cursor"):
                # Whatever happened before is a change to a thread that has not looked yet.
                own.cursor, own.version = sqlite3.connect(f"{self._uri}?mode=ro", uri=True).cursor(), None
            (version,) = own.cursor.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error:
            return None
        if version != own.version:
            with self._lock:
                self._changes += 1
            own.version = version
        return self._changes


class RevisionWatch:
    """Reads the revision of the corpus on PostgreSQL, at most once in so many seconds.

    With the transaction that wrote it: after a backup was restored, a revision of before is another state.
    """

    def __init__(self, engine: Engine, seconds: float) -> None:
        self._engine, self._seconds = engine, seconds
        state: AnySelect = select(Corpus.revision, literal_column("xmin::text").label("transaction"))
        self._state = Prepared(state, (), engine.dialect)
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
        rows = self._state.read(self._engine, {})
        return rows[0] if rows else None
