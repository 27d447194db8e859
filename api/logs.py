"""Logging: one JSON object a line for machines, or plain text for a person at a terminal."""

import atexit
import json
import logging
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from select import PIPE_BUF
from typing import Any, TextIO

import orjson

# How late a line may be written that waits for others.
DELAY_SECONDS = 0.05
# The logger of requests, a line each.
ACCESS = "briefs.access"

# What every record has; anything else was given by the caller as `extra` and is part of the line.
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _time(seconds: float) -> str:
    second, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{_time_of_second(second)}.{milliseconds:03}Z"


@lru_cache(maxsize=1)
def _time_of_second(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD}
    # Of an exception its kind only: traces and messages hold paths, SQL and values.
    kind = record.exc_info[0] if record.exc_info else None
    return extra | {"error": kind.__name__} if kind else extra


class JsonFormatter(logging.Formatter):
    """`{time, level, logger, message, …extra}` in one line, UTC; an exception gives its kind as `error`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record.created),
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
        line = (
            f"{_time(record.created)} {record.levelname.lower()} {record.name} {record.getMessage()}{extra}"
        )
        return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)


class RequestLines:
    """Writes the lines of requests as JSON, all that come within DELAY_SECONDS together, in their order.

    A write lets other threads run, and this one wait for its turn again, and a record of `logging` costs more
    than the rest of an answer that is kept: both would be a fifth of a request's tenth of a millisecond. So a
    request leaves no more than its values, and what makes lines of them makes many in one go.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Threads append without a lock, in order; one at a time takes, with the lock.
        self._waiting: deque[tuple[float, Mapping[str, Any]]] = deque()
        self._lock = threading.Lock()
        self._is_due = threading.Event()
        self._writer: threading.Thread | None = None
        atexit.register(self.flush)

    def write(self, values: Mapping[str, Any]) -> None:
        """Keep `values` until their line is written with others."""
        self._waiting.append((time.time(), values))
        if not self._is_due.is_set():
            self._wake_writer()

    def flush(self) -> None:
        """Write what is kept; what cannot be is lost, as with `logging`: a full disk stops no answer."""
        with self._lock, suppress(OSError):
            lines = [*self._take()]
            for piece in _pieces(lines):
                self._stream.write(piece.decode())
                self._stream.flush()

    def _take(self) -> Iterator[bytes]:
        for _ in range(len(self._waiting)):
            seconds, values = self._waiting.popleft()
            line = {"time": _time(seconds), "level": "info", "logger": ACCESS, "message": "request", **values}
            yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)

    def _wake_writer(self) -> None:
        with self._lock:
            # Of this process: a fork leaves its threads behind.
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write_now_and_then, daemon=True)
                self._writer.start()
        self._is_due.set()

    def _write_now_and_then(self) -> None:
        while True:
            self._is_due.wait()
            time.sleep(DELAY_SECONDS)
            self._is_due.clear()
            self.flush()


def _pieces(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Put lines together, as many as a pipe takes at once: others, which write to it too, come in between."""
    piece = b""
    for line in lines:
        if piece and len(piece) + len(line) > PIPE_BUF:
            yield piece
            piece = b""
        piece += line
    if piece:
        yield piece


def line_writer(log_format: str) -> Callable[[Mapping[str, Any]], None]:
    """Give what writes the line of a request: a person sees each at once, a machine some together."""
    if log_format == "json":
        return RequestLines(sys.stderr).write
    return lambda values: logging.getLogger(ACCESS).info("request", extra=dict(values))


def log_config(log_format: str, log_level: str) -> dict[str, Any]:
    """Give the `logging.config.dictConfig`, on standard error.

    `log_format` is `json` or `text`, `log_level` how much we say ourselves: `info` or `debug`.
    """
    formatter = JsonFormatter if log_format == "json" else TextFormatter
    server = {"level": "INFO", "handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {"briefs": server | {"level": log_level.upper()}, "gunicorn.error": server},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
    }
