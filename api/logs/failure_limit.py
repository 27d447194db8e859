"""Limit how many log lines about failures of the same kind are written in a period.

Further lines are counted but not written, so invalid requests cannot fill the log.
"""

import logging
import threading
import time
from collections.abc import Hashable
from contextlib import suppress

# The number of lines of the same kind that a process writes in one period.
MAX_LINES = 10
PERIOD_SECONDS = 1.0
# The number of kinds with a limit of their own. Further kinds share one limit for each logger and level.
MAX_KINDS = 100
# The name of the value, in a log line, with the number of lines that were not written.
SUPPRESSED = "suppressed"


class FailureLimit(logging.Filter):
    """A filter that lets MAX_LINES warnings and errors of the same kind pass in each PERIOD_SECONDS.

    The kind is the logger, the level, the message without arguments, and the error. At the end of the period,
    one line says how many were suppressed.
    """

    # The error is the type of the exception or, without an exception, the attribute `error`.

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._periods: dict[Hashable, _Period] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True if `record` must be written. Otherwise, count it as suppressed."""
        if record.levelno < logging.WARNING or hasattr(record, SUPPRESSED):
            return True
        now = time.monotonic()
        with self._lock:
            period = self._period(record)
            if now - period.started >= PERIOD_SECONDS:
                period.started, period.lines = now, 0
            period.lines += 1
            if period.lines <= MAX_LINES:
                return True
            period.suppressed += 1
            if not period.has_timer:
                self._start_timer(period, record, period.started + PERIOD_SECONDS - now)
            return False

    def _period(self, record: logging.LogRecord) -> "_Period":
        kind: Hashable = (record.name, record.levelno, str(record.msg), error_of(record))
        if kind not in self._periods and len(self._periods) >= MAX_KINDS:
            kind = (record.name, record.levelno)
        return self._periods.setdefault(kind, _Period())

    def _start_timer(self, period: "_Period", record: logging.LogRecord, seconds: float) -> None:
        timer = threading.Timer(seconds, self._report, [period, record])
        timer.daemon = True
        # If the system cannot start a thread, the next record tries again.
        with suppress(RuntimeError):
            timer.start()
            period.has_timer = True

    def _report(self, period: "_Period", record: logging.LogRecord) -> None:
        with self._lock:
            suppressed, period.suppressed, period.has_timer = period.suppressed, 0, False
        extra = {SUPPRESSED: suppressed, "like": record.getMessage(), "error": error_of(record)}
        logging.getLogger(record.name).log(record.levelno, "lines suppressed", extra=extra)


class _Period:
    """How many log lines of one kind were written and suppressed in the current period."""

    def __init__(self) -> None:
        self.started, self.lines, self.suppressed = float("-inf"), 0, 0
        self.has_timer = False


def error_of(record: logging.LogRecord) -> str | None:
    """Return the name of the exception type in a log record, or else the attribute `error` of the record.

    Return None if the record has neither.
    """
    if record.exc_info and record.exc_info[0]:
        return record.exc_info[0].__name__
    error = getattr(record, "error", None)
    return None if error is None else str(error)
