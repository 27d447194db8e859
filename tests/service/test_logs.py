"""Log lines: each record is one line, with any content."""

import errno
import io
import logging
import logging.config
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask

import api.logs
from api.logs import JsonFormatter, RequestLines, TextFormatter, _values, log_config
from api.web.client_address import ClientAddresses
from api.web.request_records import RequestRecords
from tests.support.server import PATIENCE_SECONDS, ROOT

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
    config = log_config(log_format, log_level)
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


def test_a_request_has_one_line_with_its_route_and_without_its_path(app: Flask) -> None:
    stream = io.StringIO()
    lines = RequestLines(stream)
    app.wsgi_app = RequestRecords(  # type: ignore[method-assign]
        partial(Flask.wsgi_app, app), ClientAddresses(()), [lambda record: lines.write(_values(record))]
    )
    given = {"X-Request-ID": "abc.DEF-1_2"}
    before = datetime.now(UTC)
    app.test_client().get("/v1/articles/private%0Apath?private=query", headers=given)
    lines.flush()
    (line,) = [orjson.loads(line) for line in stream.getvalue().splitlines()]
    assert [*line][:4] == ["time", "level", "logger", "message"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert abs(datetime.fromisoformat(line.pop("time")) - before).total_seconds() < PATIENCE_SECONDS
    assert line.pop("milliseconds") >= 0
    assert line == {
        "level": "info",
        "logger": "briefs.access",
        "message": "request",
        "request_id": "abc.DEF-1_2",
        "method": "GET",
        "route": "/v1/articles/<article>",
        "status": 422,
    }
    assert "private" not in stream.getvalue()


def test_lines_are_written_together_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    # The thread that writes waits for the test and not for a time.
    is_due = threading.Event()
    clock = SimpleNamespace(time=time.time, sleep=lambda _: is_due.wait(PATIENCE_SECONDS))
    monkeypatch.setattr(api.logs, "time", clock)
    stream = Chunks()
    lines = RequestLines(stream)
    for number in range(200):
        lines.write({"status": number})
    assert stream.chunks == []
    is_due.set()
    wait_until("the lines", lambda: len("".join(stream.chunks).splitlines()) == 200)
    assert [orjson.loads(line)["status"] for line in "".join(stream.chunks).splitlines()] == list(range(200))
    assert len(stream.chunks) < 20
    # A pipe accepts this number of bytes at once, so that lines of several processes are not mixed.
    assert all(len(chunk) <= 4_096 and chunk.endswith("\n") for chunk in stream.chunks)
    written = len(stream.chunks)
    lines.write({"status": 200})
    wait_until("the next one", lambda: len(stream.chunks) > written)
    assert orjson.loads(stream.chunks[-1])["status"] == 200


def test_lines_that_cannot_be_written_are_lost_and_later_lines_are_written() -> None:
    stream = Chunks()
    lines = RequestLines(stream)
    for _ in range(3):
        stream.error = OSError(errno.ENOSPC, "No space left on device")
        for number in range(100):
            lines.write({"status": number})
            time.sleep(0.001)
        wait_until("the failure", lambda: stream.error is None)
        lines.write({"status": 200})
        wait_until("the next one", lambda: bool(stream.chunks) and '"status":200' in stream.chunks[-1])
        stream.chunks.clear()


def test_lines_that_cannot_be_written_do_not_accumulate() -> None:
    stream = Chunks()
    lines = RequestLines(stream)
    for number in range(200):
        lines.write({"status": number})
    stream.error = OSError(errno.ENOSPC, "No space left on device")
    lines.flush()
    lines.write({"status": 200})
    lines.flush()
    assert [orjson.loads(line)["status"] for line in "".join(stream.chunks).splitlines()] == [200]


def test_lines_of_several_threads_are_complete_and_in_order() -> None:
    stream = Chunks()
    lines = RequestLines(stream)

    def write(thread: int) -> None:
        for number in range(2_000):
            lines.write({"status": number, "thread": thread})
            if number % 500 == thread:
                lines.flush()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    lines.flush()
    written = [orjson.loads(line) for line in "".join(stream.chunks).splitlines()]
    for thread in range(4):
        assert [each["status"] for each in written if each["thread"] == thread] == list(range(2_000))


def test_every_line_is_written_before_the_process_ends() -> None:
    code = (
        "import sys\n"
        "from api.logs import RequestLines\n"
        "write = RequestLines(sys.stderr).write\n"
        "for number in range(3): write({'status': number})\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert [orjson.loads(line)["status"] for line in done.stderr.splitlines()] == [0, 1, 2]


class Chunks(io.StringIO):
    """A stream that records each write, and fails once if `error` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.chunks: list[str] = []
        self.error: OSError | None = None

    def write(self, text: str) -> int:
        if self.error:
            error, self.error = self.error, None
            raise error
        self.chunks.append(text)
        return len(text)


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.01)
