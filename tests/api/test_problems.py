"""Tests of error responses: each is a problem (RFC 9457)."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from flask import Flask, Response, abort
from flask.testing import FlaskClient
from sqlalchemy import insert, text
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    MethodNotAllowed,
    RequestedRangeNotSatisfiable,
    ServiceUnavailable,
    TooManyRequests,
    default_exceptions,
)

from api.database.base import db
from api.database.request_connection import request_connection
from api.logs.formatters import JsonFormatter, TextFormatter
from api.models import ArticleSlug
from tests.api.answers import LEAKS, assert_problem
from tests.conftest import make_app


def log_lines(caplog: pytest.LogCaptureFixture) -> str:
    """Return all lines that were logged, each formatted as text and as JSON."""
    formatters = JsonFormatter(), TextFormatter()
    return "\n".join(formatter.format(record) for record in caplog.records for formatter in formatters)


def raising(app: Flask, error: Exception, path: str = "/fail") -> FlaskClient:
    """Add a route to `app` that raises `error` when it is requested, and return a client."""

    def fail() -> NoReturn:
        raise error

    app.add_url_rule(path, path, fail)
    return app.test_client()


def test_every_werkzeug_error_is_a_problem(app: Flask) -> None:
    codes = sorted(default_exceptions)
    assert len(codes) > 20
    for code in codes:
        app.add_url_rule(f"/fail/{code}", f"fail{code}", lambda code=code: abort(code))
    client = app.test_client()
    for code in codes:
        assert "errors" not in assert_problem(client.get(f"/fail/{code}"), code)
        assert_problem(client.head(f"/fail/{code}"), code)


def test_an_error_keeps_its_headers(app: Flask) -> None:
    until = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    raising(app, MethodNotAllowed(["GET", "HEAD"]), "/405")
    raising(app, RequestedRangeNotSatisfiable(length=10), "/416")
    raising(app, TooManyRequests(retry_after=7), "/429")
    client = raising(app, ServiceUnavailable(retry_after=until), "/503")

    def header(status: int, name: str) -> str:
        response = client.get(f"/{status}")
        assert_problem(response, status)
        return response.headers[name]

    assert header(405, "Allow") == "GET, HEAD"
    assert header(416, "Content-Range") == "bytes */10"
    assert header(429, "Retry-After") == "7"
    assert header(503, "Retry-After") == "Tue, 06 May 2031 07:08:09 GMT"


def test_an_unknown_address_is_a_404(client: FlaskClient) -> None:
    paths = ["/nothing", "/v1", "/v1/", "/v2/articles", "/v1/articles//", "/v1//articles", "/v1/Articles"]
    for path in [*paths, "/v1/articles/a/b", "/docs//", "/docs/../api/app.py", "/docs/%2e%2e", "/%00", "/é"]:
        assert_problem(client.get(path), 404)


def test_instance_is_the_path_as_a_uri_reference(client: FlaskClient) -> None:
    body = assert_problem(client.get('/nothing/<script>"é?x=<b>'), 404)
    assert body["instance"] == "/nothing/%3Cscript%3E%22%C3%A9"
    doubled = client.get("/", environ_overrides={"PATH_INFO": "//v1/articles"})
    # `//v1/articles` would be the host `v1`.
    assert assert_problem(doubled, 404)["instance"] == "/.//v1/articles"


def test_a_path_can_be_as_long_as_the_maximum_target(client: FlaskClient) -> None:
    longest = "/v1/articles/".ljust(4096, "a")
    assert_problem(client.get(longest), 404)
    assert_problem(client.get(f"{longest}a"), 414)


def test_an_unexpected_error_shows_no_details(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    secret = "SELECT password FROM users; /etc/briefs/secret.py hunter2"  # noqa: S105
    client = raising(app, RuntimeError(secret))
    response = client.get("/fail?x=hunter2", headers={"X-Request-ID": "the-failed-one"})
    assert_problem(response, 500)
    assert "hunter2" not in response.text
    lines = log_lines(caplog)
    assert not LEAKS.search(lines)
    # The line of the request itself contains the query.
    failures = "\n".join(line for line in lines.splitlines() if "request failed" in line)
    assert "RuntimeError" in failures
    assert "the-failed-one" in failures
    assert "hunter2" not in failures


def test_a_statement_that_the_database_refuses_is_a_500_without_details(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> NoReturn:
        db.session.execute(insert(ArticleSlug).values(slug="hunter2", article_id=None))
        raise AssertionError

    app.add_url_rule("/fail", "fail", fail)
    response = app.test_client().get("/fail")
    assert_problem(response, 500)
    assert "hunter2" not in response.text
    lines = log_lines(caplog)
    assert "request failed" in lines
    assert "hunter2" not in lines
    assert "article_slugs" not in lines


def test_a_missing_column_is_a_503_that_asks_for_a_migration(app: Flask) -> None:
    # A new version of the service can start before the database is migrated.
    def fail() -> NoReturn:
        db.session.execute(text("SELECT a_new_column FROM articles"))
        raise AssertionError

    app.add_url_rule("/fail", "fail", fail)
    response = app.test_client().get("/fail")
    assert "flask db upgrade" in assert_problem(response, 503)["detail"]
    assert response.headers["Retry-After"] == "5"


def test_a_request_that_waits_too_long_for_a_connection_is_a_503(app: Flask) -> None:
    # The error is raised directly, because exhausting a real pool takes as long as its timeout.
    response = raising(app, PoolTimeout("QueuePool limit of size 5 overflow 10 reached")).get("/fail")
    assert_problem(response, 503)
    assert response.headers["Retry-After"] == "5"


def _directory(tmp_path: Path) -> str:
    (tmp_path / "hunter2.db").mkdir()
    return f"sqlite:///{tmp_path}/hunter2.db"


def _corrupt_file(tmp_path: Path) -> str:
    (tmp_path / "hunter2.db").write_bytes(b"This is no database. " * 1000)
    return f"sqlite:///{tmp_path}/hunter2.db"


def _closed_port(_: Path) -> str:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    return f"postgresql://somebody:hunter2@127.0.0.1:{port}/briefs"


@pytest.mark.parametrize("make_url", [_directory, _corrupt_file, _closed_port])
def test_a_database_that_cannot_be_reached_is_a_503_with_retry_after(
    make_url: Callable[[Path], str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    app = make_app(make_url(tmp_path))
    client = app.test_client()
    for path in ("/v1/articles", "/v1/articles/some-slug", "/v1/entities?limit=1&total=true", "/readyz"):
        response = client.get(path)
        assert_problem(response, 503)
        assert response.headers["Retry-After"] == "5"
        assert "hunter2" not in response.text
    for path in ("/", "/healthz", "/openapi.json", "/docs"):
        assert client.get(path).status_code == 200, path
    log = capfd.readouterr().err
    assert "request failed" in log
    assert "hunter2" not in log
    assert "SELECT" not in log


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_connection_that_the_database_closed_is_replaced(database_url: str, client: FlaskClient) -> None:
    assert client.get("/v1/articles").status_code == 200
    # With a timeout, `pg_terminate_backend` returns when the process has ended.
    end = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database()"
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        ended = connection.execute(f"{end} AND pid <> pg_backend_pid()").fetchall()
    assert (True,) in ended
    assert client.get("/v1/articles").status_code == 200


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_finished_answer_is_sent_even_if_its_connection_is_lost(app: Flask, database_url: str) -> None:
    ended = []

    @app.after_request
    def end_connection(response: Response) -> Response:
        own = request_connection().scalar(text("SELECT pg_backend_pid()"))
        with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
            ended.extend(connection.execute("SELECT pg_terminate_backend(%s, 5000)", [own]).fetchall())
        return response

    client = app.test_client()
    targets = ("/v1/articles", "/v1/entities", "/v1/takeaways")
    assert [client.get(each).status_code for each in targets] == [200] * 3
    assert ended == [(True,)] * 3
