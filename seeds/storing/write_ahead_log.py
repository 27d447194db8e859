"""Empty the write-ahead log of SQLite when it is large, so that it does not grow without limit.

SQLite begins a new log only when no process is reading the old one. With many readers, the writing process
must wait for such a moment.
"""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

# The log is emptied at this size. It stays below 256 MB with the transaction that reaches this size, even if
# the transaction merges the largest segments of the term index. With a shorter log, pages of indexes are
# copied into the database more often.
LOG_BYTES = 96 << 20
# While a process reads the old log, emptying it is tried again each time that it has grown by this size.
GROWTH_BYTES = 32 << 20
# At this size, a command waits for the reader instead of writing on.
MAX_LOG_BYTES = 1 << 30
# SQLite waits for BUSY_TIMEOUT_MILLISECONDS in each attempt. After a minute, the reader is probably stuck.
MAX_ATTEMPTS = 12


class LogFullError(Exception):
    """An error for a write-ahead log that cannot be emptied. The message is one line."""


class WriteAheadLog:
    """The write-ahead log of a SQLite database that this process writes.

    Args:
        connection: The connection that writes. Call the methods between its transactions.
        announce: Called with a message if the log cannot be emptied, because a process is reading it.
    """

    def __init__(self, connection: Connection, announce: Callable[[str], None]) -> None:
        self._connection, self._announce = connection, announce
        self._path = Path(f"{os.path.realpath(str(connection.engine.url.database))}-wal")
        self._next_attempt_bytes = LOG_BYTES
        self._has_warned = False

    def limit(self) -> None:
        """Empty the log if its size is at least `LOG_BYTES`. Call this after each transaction.

        If another process is reading the log, announce a warning once, and try again each time that the log
        has grown by `GROWTH_BYTES`. From `MAX_LOG_BYTES` on, wait for the other process.

        Raises:
            LogFullError: The log has `MAX_LOG_BYTES` and is still being read after a minute, or SQLite cannot
                copy the log.
        """
        size = self._path.stat().st_size if self._path.exists() else 0
        if size < self._next_attempt_bytes:
            return
        if not self.empty():
            self._warn(size)
            if size < MAX_LOG_BYTES:
                self._next_attempt_bytes = size + GROWTH_BYTES
                return
            self.empty_completely()
        self._next_attempt_bytes = LOG_BYTES

    def _warn(self, size: int) -> None:
        """Announce, once, that the log grows beyond `size`."""
        if not self._has_warned:
            self._has_warned = True
            self._announce(
                f"warning: {self._path} grows beyond {size >> 20} MiB until a process that is reading the "
                "database ends its transaction"
            )

    def empty_completely(self) -> None:
        """Empty the log, and wait if a process is reading it.

        Raises:
            LogFullError: The process reads on for a minute, or SQLite cannot copy the log.
        """
        if not any(self.empty() for _ in range(MAX_ATTEMPTS)):
            raise LogFullError(
                f"{self._path}: cannot be emptied while another process is reading the database; "
                "end that process and run the command again to finish"
            )

    def empty(self) -> bool:
        """Copy the log into the database and truncate the log.

        Return False if this is not possible now, because a process is still reading the log.

        Raises:
            LogFullError: SQLite cannot copy the log, for example because the disk is full.
        """
        # Not through SQLAlchemy, which would begin a transaction. Its AUTOCOMMIT mode would also change the
        # later transactions of this connection.
        cursor = self._connection.connection.cursor()
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (is_busy, *_) = cursor.fetchone() or (1,)
        except sqlite3.Error as error:
            advice = "correct the cause and run the command again to finish"
            raise LogFullError(f"{self._path}: cannot be emptied: {error}; {advice}") from None
        finally:
            cursor.close()
        return not is_busy
