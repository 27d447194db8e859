"""Tests of the log line of a request, which stays one valid line whatever text a client sends."""

import logging
import os
import re
from datetime import UTC, datetime
from functools import partial
from select import PIPE_BUF
from typing import Any

import orjson
import pytest
from flask import Flask

from api.logs.formatters import JsonFormatter, line_formatter
from api.logs.request_lines import request_line_formatter
from api.logs.writer import LogWriter
from api.web.client_address import ClientAddresses
from api.web.request_records import RequestRecord, RequestRecords
from tests.support.server import PATIENCE_SECONDS, ROOT

RECORD = RequestRecord(
    time=1_795_435_200.25,
    request_id="abc.DEF-1_2",
    method="GET",
    target="/v1/articles?limit=2&q=a%20b",
    route="/v1/articles",
    status=200,
    body_bytes=4321,
    seconds=0.0012344,
    client_address="203.0.113.9",
    user_agent="tester/1.0 (+https://example.org)",
)


def json_line(addresses: str = "full", *, has_queries: bool = True, **values: object) -> dict[str, Any]:
    line = request_line_formatter("json", addresses, has_queries)(RECORD._replace(**values))  # type: ignore[arg-type]
    assert line.isascii()
    assert line.decode().removesuffix("\n").isprintable()
    assert len(line) < PIPE_BUF
    value: dict[str, Any] = orjson.loads(line)
    return value


def text_line(**values: object) -> str:
    line = request_line_formatter("text", "full", True)(RECORD._replace(**values)).decode()  # type: ignore[arg-type]
    assert line.removesuffix("\n").isprintable()
    assert len(line) < PIPE_BUF
    return line


def test_a_json_line_has_all_values_of_the_request() -> None:
    assert list(json_line().items()) == [
        ("time", "2026-11-23T12:00:00.250Z"),
        ("level", "info"),
        ("logger", "briefs.access"),
        ("message", "request"),
        ("request_id", "abc.DEF-1_2"),
        ("method", "GET"),
        ("route", "/v1/articles"),
        ("status", 200),
        ("milliseconds", 1.234),
        ("bytes", 4321),
        ("path", "/v1/articles"),
        ("query", "limit=2&q=a%20b"),
        ("client_address", "203.0.113.9"),
        ("user_agent", "tester/1.0 (+https://example.org)"),
    ]


def test_the_example_of_the_documentation_has_the_values_of_a_line() -> None:
    page = (ROOT / "docs" / "logging.md").read_text(encoding="utf-8")
    example = orjson.loads(page.split("```json\n")[1].split("```")[0])
    line = json_line()
    assert [*example] == [*line]
    assert [type(value) for value in example.values()] == [type(value) for value in line.values()]


def test_a_text_line_has_all_values_of_the_request() -> None:
    assert text_line() == (
        "2026-11-23T12:00:00.250Z info briefs.access request request_id=abc.DEF-1_2 method=GET"
        " route=/v1/articles status=200 milliseconds=1.234 bytes=4321 path=/v1/articles"
        " query=limit=2&q=a%20b client_address=203.0.113.9"
        ' user_agent="tester/1.0 (+https://example.org)"\n'
    )


@pytest.mark.parametrize(
    ("address", "truncated"),
    [
        ("203.0.113.9", "203.0.113.0"),
        ("203.0.113.0", "203.0.113.0"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::"),
        ("::1", "::"),
        ("", ""),
    ],
)
def test_an_address_is_logged_as_the_setting_says(address: str, truncated: str) -> None:
    def logged(addresses: str) -> str | None:
        text: str | None = json_line(addresses, client_address=address)["client_address"]
        return text

    assert (logged("full"), logged("truncated"), logged("none")) == (address, truncated, None)


def test_queries_are_left_out_if_the_setting_says_so() -> None:
    line = json_line(has_queries=False)
    assert (line["path"], line["query"]) == ("/v1/articles", None)
    assert json_line(target="/healthz")["query"] == ""
    assert json_line(target="/?a?b")["query"] == "a?b"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        ("/a\nb?c\r\nd", "/a%0Ab", "c%0D%0Ad"),
        ("/\x1b[2J\x00\x7f", "/%1B[2J%00%7F", ""),
        # The bytes of a UTF-8 text, as the server decodes them, and a control sequence of 8 bits.
        ("/caf\xc3\xa9?\x9b2J", "/caf%C3%A9", "%9B2J"),
        ('/a"b\\c d', "/a%22b%5Cc%20d", ""),
        ("*", "*", ""),
        ("http://example.org/a?b", "http://example.org/a", "b"),
        ("/a%0Ab", "/a%0Ab", ""),
    ],
)
def test_a_target_is_logged_as_sent_and_other_bytes_are_percent_encoded(
    target: str, path: str, query: str
) -> None:
    line = json_line(target=target)
    assert (line["path"], line["query"]) == (path, query)
    assert f" path={path} " in text_line(target=target)


def test_bytes_of_the_user_agent_that_are_not_printable_ascii_are_escaped() -> None:
    assert json_line(user_agent='a\tb\x1b[2J\x9bK"\xff\\')["user_agent"] == r'a\x09b\x1b[2J\x9bK"\xff' + "\\"
    assert json_line(user_agent="")["user_agent"] == ""
    forged = text_line(user_agent="x\nbriefs.access request status=500")
    assert forged.count("\n") == 1
    assert forged.endswith(r' user_agent="x\\x0abriefs.access request status=500"' + "\n")


@pytest.mark.parametrize("character", ["x", '"', "\\", "\xff", "\x00", "?"])
def test_long_texts_are_cut(character: str) -> None:
    long = json_line(target="/" + character * 1_999, user_agent=character * 300, request_id="i" * 128)
    assert max(len(long["path"]), len(long["query"]), len(long["user_agent"])) <= 1_000
    if character == "x":
        assert long["path"] == "/" + "x" * 996 + "..."
    assert text_line(target="/" + character * 1_999, user_agent=character * 300, request_id="i" * 128)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_request_has_one_line_with_its_route(app: Flask) -> None:
    reading, writing = os.pipe()
    writer = LogWriter(writing, JsonFormatter())
    format_line = request_line_formatter("json", "truncated", True)
    observers = [lambda record: writer.put_later(format_line, record)]
    flask = partial(Flask.wsgi_app, app)
    app.wsgi_app = RequestRecords(flask, ClientAddresses(()), observers)  # type: ignore[method-assign]
    before = datetime.now(UTC)
    headers = {"X-Request-ID": "abc.DEF-1_2", "User-Agent": "tester"}
    answer = app.test_client().get("/v1/articles/hostile%0Apath?some=query", headers=headers)
    writer.flush(PATIENCE_SECONDS)
    line = orjson.loads(os.read(reading, PIPE_BUF))
    writer.close()
    os.close(reading)
    os.close(writing)
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
        "bytes": len(answer.data),
        "path": "/v1/articles/hostile%0Apath",
        "query": "some=query",
        "client_address": "127.0.0.0",
        "user_agent": "tester",
    }


@pytest.mark.parametrize(
    ("has_queries", "target"), [(True, "/v1/articles?limit=2&q=a%20b"), (False, "/v1/articles")]
)
def test_a_short_line_has_the_time_the_request_and_the_duration(has_queries: bool, target: str) -> None:
    line = request_line_formatter("short", "none", has_queries)(RECORD).decode()
    assert re.fullmatch(rf"\d\d:\d\d:\d\d GET {re.escape(target)} 200 1\.2 ms\n", line)


def test_a_short_line_of_a_failure_has_its_level_and_values() -> None:
    record = logging.makeLogRecord(
        {"levelno": logging.ERROR, "levelname": "ERROR", "msg": "request failed", "request_id": "a\nb"}
    )
    assert line_formatter("short").format(record)[9:] == r"error request failed request_id=a\nb"
