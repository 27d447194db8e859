"""Logging: one JSON object a line for machines, or plain text for a person at a terminal."""

import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

# How late a line may be written that waits for others.
DELAY_SECONDS = 0.05
# Nothing in a line needs these, and each record would look them up (so the documentation of logging advises).
logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
logging._srcfile = None

# What every record has; anything else was given by the caller as `extra` and is part of the line.
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD}
    # Of an exception its kind only: traces and messages hold paths, SQL and values.
    kind = record.exc_info[0] if record.exc_info else None
    return extra | {"error": kind.__name__} if kind else extra


class JsonFormatter(logging.Formatter):
    """`{time, level, logger, message, …extra}` in one line, UTC; an exception gives its kind as `error`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        } | _extra(record)
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:
            # Integers of over 64 bits, keys that are no text, lone surrogates: the slow way takes them all.
            return json.dumps(line, default=str)


class TextFormatter(logging.Formatter):
    """`time level logger message name=value …` in one printable line; an exception gives its kind."""

    def format(self, record: logging.LogRecord) -> str:
        extra = "".join(f" {name}={value}" for name, value in _extra(record).items())
        line = f"{_time(record)} {record.levelname.lower()} {record.name} {record.getMessage()}{extra}"
        return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)


class BatchHandler(logging.StreamHandler[TextIO]):
    """Writes what comes within DELAY_SECONDS at once, in its order.

    A write lets other threads run, and this one wait for its turn again: of a request that takes a tenth of a
    millisecond that would be a fifth. A warning is written at once, with all before it, and so is the end.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._is_due = threading.Event()
        self._writer: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the line of `record`; the lock is held."""
        try:
            self._lines.append(self.format(record) + self.terminator)
        except Exception:
            self.handleError(record)
        if record.levelno >= logging.WARNING:
            self.flush()
        elif len(self._lines) == 1:
            # Of this process: a fork leaves its threads behind.
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write_now_and_then, daemon=True)
                self._writer.start()
            self._is_due.set()

    def flush(self) -> None:
        """Write what is kept."""
        self.acquire()
        try:
            if self._lines:
                self.stream.write("".join(self._lines))
                self._lines.clear()
            super().flush()
        finally:
            self.release()

    def _write_now_and_then(self) -> None:
        while True:
            self._is_due.wait()
            self._is_due.clear()
            time.sleep(DELAY_SECONDS)
            self.flush()


def log_config(log_format: str) -> dict[str, Any]:
    """Give the `logging.config.dictConfig` of `log_format` (`json` or `text`), on standard error.

    A person sees each line at once, for a machine those of requests are written together.
    """
    formatter, of_requests = (
        (JsonFormatter, "together") if log_format == "json" else (TextFormatter, "at_once")
    )
    at_once = {"level": "INFO", "handlers": ["at_once"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {
            "at_once": {"class": "logging.StreamHandler", "formatter": "line"},
            "together": {"()": BatchHandler, "formatter": "line"},
        },
        "loggers": {
            "briefs": at_once,
            "briefs.access": at_once | {"handlers": [of_requests]},
            "gunicorn.error": at_once,
        },
        "root": {"level": "WARNING", "handlers": ["at_once"]},
    }
