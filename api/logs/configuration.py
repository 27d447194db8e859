"""The configuration of logging: which lines are written, in which format, and by which thread."""

import logging
import sys
from typing import Any

from api.config import Settings
from api.logs.failure_limit import FailureLimit
from api.logs.formatters import line_formatter
from api.logs.request_lines import ACCESS_LOGGER, request_line_formatter, request_values
from api.logs.writer import LogWriter
from api.web.request_records import Observer, RequestRecord

# The parent of all loggers of the service.
SERVICE_LOGGER = "briefs"
# The loggers of gunicorn and granian.
SERVER_LOGGERS = ("gunicorn.error", "_granian")


class WriterHandler(logging.Handler):
    """A logging handler that passes lines to a `LogWriter`, so that logging never makes a thread wait.

    Python flushes the handler when the process ends, and closes it when `dictConfig` replaces it.
    """

    def __init__(self, writer: LogWriter) -> None:
        super().__init__()
        self._writer = writer

    def emit(self, record: logging.LogRecord) -> None:
        """Format `record` as a line, and add the line to the queue of the `LogWriter`."""
        self._writer.put(f"{self.format(record)}\n".encode(errors="backslashreplace"))

    def flush(self) -> None:
        """Wait until the queued lines are written, for at most a second (FLUSH_SECONDS)."""
        self._writer.flush()

    def close(self) -> None:
        """End the thread of the writer."""
        self._writer.close()
        super().close()


def log_config(settings: Settings, writer: LogWriter | None = None) -> dict[str, Any]:
    """Return the argument of `logging.config.dictConfig` for a log on standard error.

    Args:
        writer: Writes the lines in a separate thread. Repeated failures are then suppressed (`FailureLimit`).
            If None, each thread writes its own lines, and no line is suppressed.
    """
    handler: dict[str, Any] = {"class": "logging.StreamHandler", "formatter": "line"}
    if writer:
        handler = {"()": WriterHandler, "writer": writer, "formatter": "line", "filters": ["failures"]}
    server = {"level": "INFO", "handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": line_formatter, "log_format": settings.log_format}},
        "filters": {"failures": {"()": FailureLimit}},
        "handlers": {"stderr": handler},
        "loggers": {
            SERVICE_LOGGER: server | {"level": settings.log_level.upper()},
            **dict.fromkeys(SERVER_LOGGERS, server),
        },
        "root": {"level": "WARNING", "handlers": ["stderr"]},
    }


def flush_log() -> None:
    """Wait until all queued log lines are written, so that other output comes after these lines."""
    for handler in logging.getLogger(SERVICE_LOGGER).handlers:
        handler.flush()


def stderr_writer(settings: Settings) -> LogWriter:
    """Return a writer of log lines to standard error."""
    return LogWriter(sys.stderr.fileno(), line_formatter(settings.log_format))


def request_log(settings: Settings, writer: LogWriter | None = None) -> Observer:
    """Return a function that takes the record of a request and logs one line.

    Args:
        settings: The settings of the application.
        writer: Writes the lines. If it is None, the logger of requests writes them.
    """
    addresses, has_queries = settings.log_addresses, settings.log_queries
    if writer:
        put_later = writer.put_later
        format_line = request_line_formatter(settings.log_format, addresses, has_queries)
        return lambda record: put_later(format_line, record)
    logger = logging.getLogger(ACCESS_LOGGER)

    def log_request(record: RequestRecord) -> None:
        logger.info("request", extra=request_values(record, addresses, has_queries))

    return log_request
