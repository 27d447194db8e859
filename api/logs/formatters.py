"""Log lines: one JSON object per line for programs, or plain text, long or short, for people."""

import json
import logging
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

# The attributes that every log record has. Other attributes come from `extra` and are added to the line.
STANDARD_ATTRIBUTES = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def format_time(seconds: float) -> str:
    """Return the time that is `seconds` after 1970, in UTC with milliseconds, as RFC 3339 defines it."""
    second, milliseconds = divmod(int(seconds * 1000), 1000)
    return f"{_format_second(second)}.{milliseconds:03}Z"


@lru_cache(maxsize=1)
def _format_second(second: int) -> str:
    return f"{datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S}"


def extra_values(record: logging.LogRecord) -> dict[str, Any]:
    """Return the values that were logged in addition to the message, by their names.

    If the record contains an exception, only the type of the exception is added, as `error`, since tracebacks
    and messages can contain paths, SQL and values.
    """
    extra = {name: value for name, value in vars(record).items() if name not in STANDARD_ATTRIBUTES}
    exception_type = record.exc_info[0] if record.exc_info else None
    return extra | {"error": exception_type.__name__} if exception_type else extra


def text_line(time_text: str, level: str, logger: str, message: str, extra: dict[str, Any]) -> str:
    """Return one printable line: `time level logger message name=value …`.

    The names and values come from `extra`. Empty texts, and texts with spaces or quotation marks, become JSON
    strings. Unprintable characters are escaped.
    """
    values = "".join(f" {name}={_quoted(value)}" for name, value in extra.items())
    line = f"{time_text} {level} {logger} {message}{values}"
    return line if line.isprintable() else "".join(map(_printable, line))


def _quoted(value: object) -> object:
    is_ambiguous = isinstance(value, str) and (" " in value or '"' in value or not value)
    return json.dumps(value, ensure_ascii=False) if is_ambiguous else value


def _printable(character: str) -> str:
    return character if character.isprintable() else ascii(character)[1:-1]


class JsonFormatter(logging.Formatter):
    """Formats a log record as JSON: `{time, level, logger, message}` and the values in `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": format_time(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        } | extra_values(record)
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:
            # The `json` module is slower than orjson, but accepts large integers, keys that are not strings
            # and lone surrogates.
            return json.dumps(line, default=str)


class TextFormatter(logging.Formatter):
    """Formats a log record as one printable line, with `text_line`."""

    def format(self, record: logging.LogRecord) -> str:
        return text_line(
            format_time(record.created),
            record.levelname.lower(),
            record.name,
            record.getMessage(),
            extra_values(record),
        )


class ShortFormatter(logging.Formatter):
    """Formats a log record as one short line for a person at a terminal: the local time and the message.

    The level is added unless it is `info`.
    """

    def format(self, record: logging.LogRecord) -> str:
        level = "" if record.levelno == logging.INFO else record.levelname.lower()
        values = [f"{name}={_quoted(value)}" for name, value in extra_values(record).items()]
        return short_line(record.created, level, record.getMessage(), *values)


def short_line(seconds: float, *parts: str) -> str:
    """Return one printable line: the local time of the Unix time `seconds`, and the nonempty `parts`."""
    line = " ".join([time.strftime("%H:%M:%S", time.localtime(seconds)), *filter(None, parts)])
    return line if line.isprintable() else "".join(map(_printable, line))


def line_formatter(log_format: str) -> logging.Formatter:
    """Return the formatter for `log_format`: `json`, `text` or `short`."""
    formatters = {"json": JsonFormatter, "text": TextFormatter, "short": ShortFormatter}
    return formatters[log_format]()
