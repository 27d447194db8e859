"""Read the JSON of responses in tests, and check error responses (problems, RFC 9457)."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.problem_kinds import KINDS_BY_SLUG, ProblemKind

MEMBERS = ["type", "title", "status", "detail", "instance", "request_id"]
ERROR_MEMBERS = ["parameter", "message", "allowed", "suggestion"]
# Details that an answer must not contain: SQL, tracebacks and paths of files.
LEAKS = re.compile(
    r"SELECT |INSERT |Traceback|site-packages|\.py\b|sqlite|psycopg|sqlalchemy|/tmp|/etc|"
    + re.escape(str(Path(__file__).parents[2]))
)


def assert_problem(response: TestResponse, status: int) -> dict[str, Any]:
    """Assert that `response` is a problem (RFC 9457) with this status, and return its body.

    Keys that the specification does not have are an error.
    """
    assert response.status_code == status, response.text
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if response.request.method == "HEAD":
        assert response.data == b""
        return {}
    body: dict[str, Any] = orjson.loads(response.data)
    assert list(body) == MEMBERS + (["errors"] if "errors" in body else [])
    kind = KINDS_BY_SLUG[body["type"].removeprefix("/problems/")]
    assert body["type"] == f"/problems/{kind.slug}"
    assert body["title"] == kind.title
    assert body["status"] == status
    assert kind.status == status or status not in {each.status for each in ProblemKind}
    assert body["detail"]
    path = quote(response.request.environ["PATH_INFO"], encoding="latin-1")
    assert body["instance"] == (f"/.{path}" if path.startswith("//") else path)
    assert body["request_id"] == response.headers["X-Request-ID"]
    for error in body.get("errors", []):
        assert list(error) == ERROR_MEMBERS
        assert error["message"]
    assert not LEAKS.search(body["detail"])
    return body


def assert_parameter_error(response: TestResponse, *parameters: str) -> list[dict[str, Any]]:
    """Assert that `response` is a 422 for exactly `parameters`, in this order, and return its errors."""
    errors: list[dict[str, Any]] = assert_problem(response, 422)["errors"]
    assert [error["parameter"] for error in errors] == list(parameters)
    return errors


def get(client: FlaskClient, target: str) -> Any:
    """Send a GET request for `target`, and return the JSON body of the response, which must be a 200."""
    response = client.get(target)
    assert response.status_code == 200, response.text
    assert response.mimetype == "application/json"
    return orjson.loads(response.data)


def cursor_of(link: str) -> str:
    """Return the value of the parameter `cursor` in the URL `link`."""
    return parse_qs(urlsplit(link).query)["cursor"][0]
