"""Logging: one JSON object a line for machines, or plain text for a person at a terminal."""

import logging
from datetime import UTC, datetime
from typing import Any

import orjson

# What every record has; anything else was given by the caller as `extra` and is part of the line.
STANDARD = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD}


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


class JsonFormatter(logging.Formatter):
    """`{time, level, logger, message, …extra}` in one line, UTC; an exception gives its type only."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        } | _extra(record)
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
        return orjson.dumps(line, default=str).decode()


class TextFormatter(logging.Formatter):
    """`time level logger message name=value …` in one line."""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        head = f"{_time(record)} {record.levelname.lower()} {record.name} {record.getMessage()}"
        return f"{head} {extra}".rstrip()


def log_config(log_format: str) -> dict[str, Any]:
    """Give the `logging.config.dictConfig` of `log_format` (`json` or `text`), on standard error."""
    formatter = JsonFormatter if log_format == "json" else TextFormatter
    to_stderr = {"level": "INFO", "handlers": ["stderr"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {"briefs": to_stderr, "gunicorn.error": to_stderr},
        "root": {"level": "WARNING", "handlers": ["stderr"]},
    }
