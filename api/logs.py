"""Logging: one JSON object a line for machines, or plain text for a person at a terminal."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

import orjson

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
