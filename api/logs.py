"""Logging: one JSON object per line for programs, or plain text for a person at a terminal."""

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

from api.web.request_records import RequestRecord

# The longest time that the line of a request waits before it is written together with other lines.
MAX_DELAY_SECONDS = 0.05
# The logger of requests.
ACCESS_LOGGER = "briefs.access"

# The attributes that every log record has. Other attributes come from `extra` and are added to the line.
STANDARD_ATTRIBUTES = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _format_time(seconds: float) -> str:
    second, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{_format_second(second)}.{milliseconds:03}Z"


@lru_cache(maxsize=1)
def _format_second(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD_ATTRIBUTES}
    # Only the type of an exception is logged, since tracebacks and messages can contain paths, SQL and
    # values.
    exception_type = record.exc_info[0] if record.exc_info else None
    return extra | {"error": exception_type.__name__} if exception_type else extra


class JsonFormatter(logging.Formatter):
    """Formats a log record as JSON: `{time, level, logger, message}` and the values in `extra`.

    If the record contains an exception, only the type of the exception is added, as `error`.
    """

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _format_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        } | _extra(record)
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:
            # The `json` module is slower than orjson, but accepts large integers, keys that are not strings
            # and lone surrogates.
            return json.dumps(line, default=str)


class TextFormatter(logging.Formatter):
    """Formats a log record as one printable line: `time level logger message name=value …`."""

    def format(self, record: logging.LogRecord) -> str:
        extra = "".join(f" {name}={value}" for name, value in _extra(record).items())
        time_text, level = _format_time(record.created), record.levelname.lower()
        line = f"{time_text} {level} {record.name} {record.getMessage()}{extra}"
        return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in line)


class RequestLines:
    """Writes the log lines of requests as JSON, in order and in batches.

    Creating a log record and writing a line for each request would take a fifth of the time of a cached
    response. A request therefore only adds its values to a queue. A thread formats and writes the queued
    values every MAX_DELAY_SECONDS.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        # Appending needs no lock. The lock allows one thread at a time to take lines from the queue.
        self._queue: deque[tuple[float, Mapping[str, Any]]] = deque()
        self._lock = threading.Lock()
        self._is_due = threading.Event()
        self._writer: threading.Thread | None = None
        atexit.register(self.flush)

    def write(self, values: Mapping[str, Any]) -> None:
        """Add the log line of a request to the queue.

        `values` are the members of the line besides `time`, `level`, `logger` and `message`.
        """
        self._queue.append((time.time(), values))
        if not self._is_due.is_set():
            self._wake_writer()

    def flush(self) -> None:
        """Write the queued log lines of requests.

        Lines that cannot be written, for example to a full disk, are lost.
        """
        with self._lock, suppress(OSError):
            lines = [*self._take_lines()]
            for chunk in _chunks(lines):
                self._stream.write(chunk.decode())
                self._stream.flush()

    def _take_lines(self) -> Iterator[bytes]:
        for _ in range(len(self._queue)):
            seconds, values = self._queue.popleft()
            line = {
                "time": _format_time(seconds),
                "level": "info",
                "logger": ACCESS_LOGGER,
                "message": "request",
                **values,
            }
            yield orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)

    def _wake_writer(self) -> None:
        with self._lock:
            # In a forked process, the thread of the parent process is not alive.
            if self._writer is None or not self._writer.is_alive():
                self._writer = threading.Thread(target=self._write_repeatedly, daemon=True)
                self._writer.start()
        self._is_due.set()

    def _write_repeatedly(self) -> None:
        while True:
            self._is_due.wait()
            time.sleep(MAX_DELAY_SECONDS)
            self._is_due.clear()
            self.flush()


def _chunks(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Join log lines into chunks of up to PIPE_BUF bytes, each to be written at once.

    If several processes write to the same pipe, the operating system does not mix writes of this size.
    """
    chunk = b""
    for line in lines:
        if chunk and len(chunk) + len(line) > PIPE_BUF:
            yield chunk
            chunk = b""
        chunk += line
    if chunk:
        yield chunk


def line_writer(log_format: str) -> Callable[[RequestRecord], None]:
    """Return the function that logs a request. It takes the record of the request.

    If `log_format` is `json`, lines are written after a short delay. If it is `text`, they are written at
    once.
    """
    if log_format == "json":
        lines = RequestLines(sys.stderr)
        return lambda record: lines.write(_values(record))
    return lambda record: logging.getLogger(ACCESS_LOGGER).info("request", extra=_values(record))


def _values(record: RequestRecord) -> dict[str, Any]:
    # Log the rule instead of the path, since a path can contain private text.
    return {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route,
        "status": record.status,
        "milliseconds": round(record.seconds * 1000, 3),
    }


def log_config(log_format: str, log_level: str) -> dict[str, Any]:
    """Return the argument of `logging.config.dictConfig` for a log on standard error.

    Args:
        log_format: `json` or `text`.
        log_level: The level of the service's own loggers, `info` or `debug`.
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
