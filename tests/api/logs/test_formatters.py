"""Tests of log lines: each record is one line, whatever it contains."""

import io
import logging
import logging.config
import re
import runpy
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
import orjson
import pytest

from api.app import LOG_WRITER
from api.config import read_settings
from api.logs.configuration import log_config
from api.logs.formatters import JsonFormatter, TextFormatter
from tests.support.server import ROOT

FORMATTERS = [JsonFormatter(), TextFormatter()]
# 2026-11-23T12:00:00.250Z
MOMENT = 1_795_435_200.25
# Characters that end a line for some programs, or that control a terminal.
LINE_BREAKING = ["\n", "\r", "\r\n", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", "\x1b[2J", "\x00", "\b"]


def record(message: str, *arguments: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("briefs.test", logging.WARNING, "/srv/secret.py", 7, message, arguments, None)
    made.created = MOMENT
    vars(made).update(extra)
    return made


def failed(message: str) -> logging.LogRecord:
    made = record(message)
    try:
        raise ZeroDivisionError("SELECT secret\nFROM sources")
    except ZeroDivisionError:
        made.exc_info = sys.exc_info()
    made.stack_info = "Stack (most recent call last):\n  File secret.py"
    return made


def as_json(made: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter().format(made)
    assert "\n" not in line
    assert "\r" not in line
    value: dict[str, Any] = orjson.loads(line)
    return value


def test_a_json_line_has_time_level_logger_and_message_in_this_order() -> None:
    line = as_json(record("%s of %d", "one", 2))
    assert list(line.items()) == [
        ("time", "2026-11-23T12:00:00.250Z"),
        ("level", "warning"),
        ("logger", "briefs.test"),
        ("message", "one of 2"),
    ]


def test_a_text_line_has_time_level_logger_and_message_in_this_order() -> None:
    line = TextFormatter().format(record("%s of %d", "one", 2))
    assert line == "2026-11-23T12:00:00.250Z warning briefs.test one of 2"


def test_a_time_always_has_milliseconds() -> None:
    made = record("x")
    made.created = float(int(MOMENT))
    assert as_json(made)["time"] == "2026-11-23T12:00:00.000Z"


def test_extra_fields_follow_in_json_with_their_types() -> None:
    line = as_json(record("request", status=200, milliseconds=1.5, route=None, titles=["Ä", "“b”"]))
    assert list(line.items())[4:] == [
        ("status", 200),
        ("milliseconds", 1.5),
        ("route", None),
        ("titles", ["Ä", "“b”"]),
    ]


def test_extra_fields_follow_in_text_as_name_and_value() -> None:
    line = TextFormatter().format(record("request", status=200, route="/v1/articles"))
    assert line.endswith(" briefs.test request status=200 route=/v1/articles")


def test_a_text_with_spaces_is_quoted_in_text_so_that_it_is_one_value() -> None:
    line = TextFormatter().format(record("x", agent='a" status=200 "b', empty="", url="/?a=b"))
    assert line.endswith(' agent="a\\" status=200 \\"b" empty="" url=/?a=b')


@pytest.mark.parametrize("breaking", LINE_BREAKING)
def test_a_json_record_is_one_line_with_every_character(breaking: str) -> None:
    text = f"before{breaking}after"
    line = as_json(record(text, note=text, notes={text: [text]}))
    assert (line["message"], line["note"], line["notes"]) == (text, text, {text: [text]})


@pytest.mark.parametrize("breaking", LINE_BREAKING)
def test_a_text_line_is_one_printable_line(breaking: str) -> None:
    text = f"before{breaking}after"
    line = TextFormatter().format(record("Invalid: %s", text, note=text, notes=[text]))
    assert line.isprintable(), ascii(line)
    assert (line.count("before"), line.count("after")) == (3, 3)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_the_traceback_and_message_of_an_exception_are_not_logged(formatter: logging.Formatter) -> None:
    line = formatter.format(failed("it failed"))
    assert "it failed" in line
    assert not re.search(r"Traceback|Stack|secret|SELECT|\n", line)


@pytest.mark.parametrize("formatter", FORMATTERS)
def test_the_type_of_an_exception_is_logged(formatter: logging.Formatter) -> None:
    assert "ZeroDivisionError" in formatter.format(failed("it failed"))


@pytest.mark.parametrize("formatter", FORMATTERS)
@pytest.mark.parametrize(
    "value",
    [
        UUID(int=5),
        datetime(2026, 11, 23, tzinfo=UTC),
        ValueError("odd"),
        b"bytes",
        {1, 2},
        float("nan"),
        2**70,
        -(2**70),
        {5: "a number as a key", None: "and none"},
        # A file name that is not UTF-8, as Python represents it.
        "caf\udce9.txt",
    ],
)
def test_every_value_can_be_logged(formatter: logging.Formatter, value: object) -> None:
    line = formatter.format(record("odd: %s", value, value=value))
    assert "odd: " in line
    line.encode()


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Yield a stream that replaces standard error, and restore the loggers at the end."""
    loggers = [logging.getLogger(name) for name in (None, "briefs", "briefs.access", "gunicorn.error")]
    before = [(logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    yield io.StringIO()
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


def configure(log_format: str, stream: io.StringIO, log_level: str = "info") -> None:
    environ = {"BRIEFS_LOG_FORMAT": log_format, "BRIEFS_LOG_LEVEL": log_level}
    config = log_config(read_settings(environ, "instance"))
    for handler in config["handlers"].values():
        handler["stream"] = stream
    logging.config.dictConfig(config)


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_each_record_is_written_once_and_on_one_line(log_format: str, stream: io.StringIO) -> None:
    configure(log_format, stream)
    for name in ("briefs.access", "gunicorn.error", "werkzeug", "sqlalchemy.pool"):
        logging.getLogger(name).warning("first\nsecond of %s", name)
    lines = stream.getvalue().split("\n")
    assert lines.pop() == ""
    assert ["json" if line.startswith("{") else "text" for line in lines] == [log_format] * 4


def test_only_the_service_logs_more_at_the_level_debug(stream: io.StringIO) -> None:
    for log_level in ("info", "debug"):
        configure("json", stream, log_level)
        for name in ("briefs.cache", "gunicorn.error", "sqlalchemy.pool"):
            logging.getLogger(name).debug(log_level)
    (line,) = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert (line["logger"], line["level"], line["message"]) == ("briefs.cache", "debug", "debug")


def test_libraries_log_warnings_only(stream: io.StringIO) -> None:
    configure("json", stream)
    for name in ("briefs.cache", "gunicorn.error", "werkzeug", "alembic"):
        logging.getLogger(name).info("news")
    loggers = [orjson.loads(line)["logger"] for line in stream.getvalue().splitlines()]
    assert sorted(loggers) == ["briefs.cache", "gunicorn.error"]


def test_a_command_writes_each_line_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/briefs.db")
    # The command `flask` loads wsgi.py within the context of click. The tests of gunicorn cover the rest.
    with click.Context(click.Command("seed")):
        app = runpy.run_path(str(ROOT / "wsgi.py"))["app"]
    assert app.extensions[LOG_WRITER] is None
    assert [type(handler) for handler in logging.getLogger("briefs").handlers] == [logging.StreamHandler]
