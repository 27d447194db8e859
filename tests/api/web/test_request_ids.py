"""Tests of the id of each request, which is in the response and in the log."""

import re

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.logs.formatters import JsonFormatter, TextFormatter
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith

MADE = re.compile(r"[A-Za-z0-9._-]{16,128}")
# Neither the log nor an id depends on the database.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def id_of(client: FlaskClient, given: str, path: str = "/healthz") -> str:
    """Send a request with the request id `given`, and return the request id in the response."""
    return client.get(path, headers={"X-Request-ID": given}).headers["X-Request-ID"]


def test_a_valid_request_id_of_the_client_is_kept(client: FlaskClient) -> None:
    for given in ("a", "0", "A" * 128, "a.B_c-9", "...", "4ff43dd0-e6a0-46db-9c1e-aa0b4d5e6f70"):
        for path in ("/healthz", "/nothing", "/v1/articles?zzz=1"):
            assert id_of(client, given, path) == given


def test_an_invalid_id_is_replaced_by_a_new_one(client: FlaskClient) -> None:
    wrong = ["", " ", "A" * 129, "a b", "a,b", "a;b", "a/b", "a\tb", '"a"', "a@b", "ä", "%41", "<b>"]
    made = [id_of(client, given) for given in wrong]
    made += [client.get("/healthz").headers["X-Request-ID"] for _ in range(3)]
    assert all(MADE.fullmatch(each) for each in made)
    assert len(set(made)) == len(made)
    assert not set(made) & set(wrong)


def test_every_answer_has_the_id_of_its_request(app: Flask) -> None:
    app.add_url_rule("/fail", "fail", lambda: str(1 / 0))
    client = app.test_client()
    given = {"X-Request-ID": "mine"}
    answers = [
        client.get("/", headers=given),
        client.head("/", headers=given),
        client.options("/", headers=given),
        client.post("/", headers=given),
        client.get("/", headers=given | {"If-None-Match": "*"}),
        client.get("/", headers=given | {"If-Match": '"other"'}),
        client.get("/", headers=given | {"Accept": "video/*"}),
        client.get("/nothing", headers=given),
        client.get("/?zzz=1", headers=given),
        client.get("/?zzz=".ljust(5000, "z"), headers=given),
        client.get("/fail", headers=given),
    ]
    assert [answer.status_code for answer in answers] == [
        200,
        200,
        200,
        405,
        304,
        412,
        406,
        404,
        422,
        414,
        500,
    ]
    for answer in answers:
        assert answer.headers["X-Request-ID"] == "mine"
        if answer.status_code >= 400:
            assert assert_problem(answer, answer.status_code)["request_id"] == "mine"


def test_each_request_has_one_line_in_the_log(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/v1/articles?limit=1", headers={"X-Request-ID": "first"})
    client.head("/v1/articles/some-private-word?x=another", headers={"X-Request-ID": "second"})
    client.post("/some-private-word", headers={"X-Request-ID": "third"})
    client.get("/", headers={"X-Request-ID": "fourth", "If-None-Match": "*"})
    lines = [orjson.loads(JsonFormatter().format(record)) for record in caplog.records]
    seen = [(each["request_id"], each["method"], each["route"], each["status"]) for each in lines]
    assert seen == [
        ("first", "GET", "/v1/articles", 200),
        ("second", "HEAD", "/v1/articles/<article>", 422),
        ("third", "POST", None, 404),
        ("fourth", "GET", "/", 304),
    ]
    for line in lines:
        assert line["level"] == "info"
        assert line["logger"] == "briefs.access"
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
        assert line["milliseconds"] >= 0


def test_the_text_line_has_the_same_values(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    client.get("/nothing", headers={"X-Request-ID": "mine"})
    (line,) = (TextFormatter().format(record) for record in caplog.records)
    assert "request_id=mine method=GET route=None status=404 milliseconds=" in line


def test_the_log_contains_no_header_of_a_request_but_the_user_agent(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    headers = {
        "Authorization": "Bearer hunter2",
        "Cookie": "session=hunter2",
        "Referer": "https://example.org/hunter2",
        "User-Agent": "tester",
        "X-API-Key": "hunter2",
        "X-Forwarded-For": "hunter2",
        "X-Request-ID": "a\thunter2",
    }
    client.get("/nothing", headers=headers)
    client.post("/v1/articles", headers=headers, data="hunter2")
    assert len(caplog.records) == 2
    for record in caplog.records:
        for formatter in (JsonFormatter(), TextFormatter()):
            assert "hunter2" not in formatter.format(record)
            assert "tester" in formatter.format(record)


def test_addresses_and_queries_are_logged_as_the_settings_say(
    client_with: ClientWith, capsys: pytest.CaptureFixture[str]
) -> None:
    shared = {"BRIEFS_LOG_FORMAT": "json", "BRIEFS_TRUSTED_PROXIES": "127.0.0.1"}
    for environ, expected in (
        ({}, ("203.0.113.0", "limit=1")),
        ({"BRIEFS_LOG_ADDRESSES": "full", "BRIEFS_LOG_QUERIES": "false"}, ("203.0.113.9", None)),
        ({"BRIEFS_LOG_ADDRESSES": "none"}, (None, "limit=1")),
    ):
        client = client_with(**shared, **environ)
        client.get("/v1/articles?limit=1", headers={"X-Forwarded-For": "203.0.113.9"})
        line = orjson.loads(capsys.readouterr().err.splitlines()[-1])
        assert (line["client_address"], line["query"]) == expected
