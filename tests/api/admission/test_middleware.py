"""The admission of requests: limits by address and by key, required keys, and headers of responses."""

import re
from datetime import UTC, datetime

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from api.admission.api_keys import make_key
from api.admission.middleware import address_client
from api.database.base import db
from api.models import ApiKey
from api.problem_kinds import ProblemKind
from tests.api.admission.test_key_lookup import store_key
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith

pytestmark = pytest.mark.usefixtures("seeded")

LIMIT = "5/minute"
# The syntax of draft-ietf-httpapi-ratelimit-headers-11: a list of strings with parameters (RFC 9651).
POLICY = re.compile(r'"[a-z0-9-]+";q=\d+;w=\d+(, "[a-z0-9-]+";q=\d+;w=\d+)*')
QUOTA = re.compile(r'"[a-z0-9-]+";r=\d+;t=[1-9]\d*(, "[a-z0-9-]+";r=\d+;t=[1-9]\d*)*')
OPEN_TARGETS = ("/", "/docs", "/openapi.json", "/openapi.yaml", "/nothing")
PROTECTED_TARGETS = (
    "/v1/articles",
    "/v1/articles/none",
    "/v1/nothing",
    "/v1",
    "/browse",
    "/browse/x",
    "/mcp",
)
EXEMPT_TARGETS = ("/healthz", "/readyz", "/pages.css", "/icon.svg", "/favicon.ico")


@pytest.fixture
def limited(client_with: ClientWith) -> FlaskClient:
    """Return a client of a service with a limit of five requests a minute."""
    return client_with(BRIEFS_RATE_LIMIT=LIMIT)


@pytest.fixture
def locked(client_with: ClientWith) -> FlaskClient:
    """Return a client of a service that requires keys."""
    return client_with(BRIEFS_REQUIRE_KEY="true")


def remaining(response: TestResponse) -> int:
    """Return the number of remaining requests: the value of `r` in the header `RateLimit`.

    Assert that the headers `RateLimit` and `RateLimit-Policy` have the right syntax.
    """
    assert POLICY.fullmatch(response.headers["RateLimit-Policy"])
    assert QUOTA.fullmatch(response.headers["RateLimit"])
    found = re.search(r"r=(\d+)", response.headers["RateLimit"])
    assert found
    return int(found[1])


def store(app: Flask, limit: str | None = None) -> str:
    with app.app_context():
        return store_key(limit)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_without_a_limit_no_response_has_its_headers(client: FlaskClient) -> None:
    headers = client.get("/v1/articles").headers
    assert not {"RateLimit", "RateLimit-Policy"} & set(headers.keys())


def test_every_response_has_the_remaining_quota_in_a_header(limited: FlaskClient) -> None:
    targets = ["/v1/articles", "/v1/articles?limit=0", "/v1/articles/none", "/nothing", "/openapi.json"]
    responses = [limited.get(target) for target in targets]
    assert [response.status_code for response in responses] == [200, 422, 404, 404, 200]
    assert [remaining(response) for response in responses] == [4, 3, 2, 1, 0]
    assert {response.headers["RateLimit-Policy"] for response in responses} == {'"default";q=5;w=60'}
    assert all(re.search(r"t=(60|5\d)$", response.headers["RateLimit"]) for response in responses)


def test_a_request_over_the_limit_is_a_problem_that_names_the_policy(limited: FlaskClient) -> None:
    for _ in range(5):
        assert limited.get("/v1/articles").status_code == 200
    response = limited.get("/v1/articles?limit=1", headers={"Origin": "https://example.org"})
    assert response.status == "429 TOO MANY REQUESTS"
    assert remaining(response) == 0
    problem = orjson.loads(response.data)
    assert problem == {
        "type": "/problems/quota-exceeded",
        "title": "Quota exceeded",
        "status": 429,
        "detail": problem["detail"],
        "instance": "/v1/articles",
        "request_id": response.headers["X-Request-ID"],
        "violated-policies": ["default"],
    }
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    exposed = response.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"RateLimit", "RateLimit-Policy", "Retry-After"} <= set(exposed)
    reset_seconds = response.headers["RateLimit"].rpartition("t=")[2]
    assert response.headers["Retry-After"] == reset_seconds
    assert f"in {reset_seconds} seconds" in problem["detail"]


def test_the_type_of_the_problem_is_below_the_base_url(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_RATE_LIMIT="1/minute", BRIEFS_BASE_URL="https://api.example.org/briefs")
    responses = [client.get("/v1/articles") for _ in range(2)]
    assert orjson.loads(responses[1].data)["type"] == "https://api.example.org/briefs/problems/quota-exceeded"


def test_several_limits_are_listed_and_the_violated_ones_are_named(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_RATE_LIMIT="2/hour;100/day")
    responses = [client.get("/v1/articles") for _ in range(3)]
    assert (
        responses[0].headers["RateLimit-Policy"] == '"default-hour";q=2;w=3600, "default-day";q=100;w=86400'
    )
    assert re.fullmatch(
        r'"default-hour";r=1;t=3600, "default-day";r=99;t=86400', responses[0].headers["RateLimit"]
    )
    assert [response.status_code for response in responses] == [200, 200, 429]
    assert orjson.loads(responses[2].data)["violated-policies"] == ["default-hour"]
    assert ";r=98;" in responses[2].headers["RateLimit"]


def test_health_checks_are_never_limited(limited: FlaskClient) -> None:
    for _ in range(6):
        for target in EXEMPT_TARGETS:
            response = limited.get(target)
            assert response.status_code == 200
            assert "RateLimit" not in response.headers
    assert remaining(limited.get("/v1/articles")) == 4


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_head_and_options_requests_count_against_the_limit(limited: FlaskClient, method: str) -> None:
    statuses = [limited.open("/v1/articles", method=method).status_code for _ in range(6)]
    assert statuses == [200] * 5 + [429]
    refused = limited.open("/v1/articles", method=method)
    assert bool(refused.data) == (method != "HEAD")


def test_a_304_from_the_cache_is_not_counted(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_RATE_LIMIT=LIMIT, BRIEFS_CACHE_BYTES="1000000", BRIEFS_CACHE_SECONDS="60")
    etag = [client.get("/v1/articles") for _ in range(2)][1].headers["ETag"]
    for _ in range(10):
        response = client.get("/v1/articles", headers={"If-None-Match": etag})
        assert response.status_code == 304
        assert remaining(response) == 3
    assert remaining(client.get("/v1/articles", headers={"If-None-Match": '"other"'})) == 2


def test_a_304_without_the_cache_is_counted(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_RATE_LIMIT=LIMIT, BRIEFS_CACHE_BYTES="0")
    etag = client.get("/v1/articles").headers["ETag"]
    response = client.get("/v1/articles", headers={"If-None-Match": etag})
    assert (response.status_code, remaining(response)) == (304, 3)


def test_a_cached_response_has_the_quota_of_the_client_that_gets_it(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_RATE_LIMIT=LIMIT, BRIEFS_CACHE_BYTES="1000000", BRIEFS_CACHE_SECONDS="60")
    for number in range(1, 5):
        address = {"REMOTE_ADDR": f"203.0.113.{number}"}
        found = [remaining(client.get("/v1/articles", environ_overrides=address)) for _ in range(number)]
        assert found == [4, 3, 2, 1][:number]


def test_each_address_has_its_own_quota_and_an_ipv6_network_shares_one(limited: FlaskClient) -> None:
    counts = [
        remaining(limited.get("/v1/articles", environ_overrides={"REMOTE_ADDR": address}))
        for address in ("203.0.113.1", "203.0.113.2", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    ]
    assert counts == [4, 4, 4, 3, 4]
    assert address_client("::ffff:192.0.2.1") == "address:192.0.2.1"
    assert address_client("") == "address:unknown"


@pytest.mark.parametrize("header", ["Authorization", "X-API-Key"])
def test_a_key_has_its_own_quota(app: Flask, limited: FlaskClient, header: str) -> None:
    first, second = store(app), store(app, limit="100/hour")
    headers = [{header: f"Bearer {key}" if header == "Authorization" else key} for key in (first, second)]
    assert remaining(limited.get("/v1/articles")) == 4
    own = limited.get("/v1/articles", headers=headers[1])
    assert own.headers["RateLimit-Policy"] == '"key";q=100;w=3600'
    assert remaining(own) == 99
    for _ in range(5):
        assert limited.get("/v1/articles", headers=headers[0]).status_code == 200
    assert limited.get("/v1/articles", headers=headers[0]).status_code == 429
    assert remaining(limited.get("/v1/articles", headers=headers[1])) == 98
    assert remaining(limited.get("/v1/articles")) == 3


def test_a_key_can_have_a_limit_in_a_service_without_one(app: Flask, client: FlaskClient) -> None:
    key = store(app, limit="1/minute")
    assert [client.get("/", headers=bearer(key)).status_code for _ in range(2)] == [200, 429]
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("target", [*OPEN_TARGETS, *PROTECTED_TARGETS])
def test_an_invalid_key_is_refused_everywhere(client: FlaskClient, target: str) -> None:
    for key in ("", "abc", make_key()):
        for headers in (bearer(key), {"X-API-Key": key}):
            response = client.get(target, headers=headers)
            assert response.status == "401 UNAUTHORIZED"
            assert 'error="invalid_token"' in response.headers["WWW-Authenticate"]
            assert response.headers["Content-Type"] == "application/problem+json"


def test_a_revoked_key_is_refused(app: Flask, client: FlaskClient, client_with: ClientWith) -> None:
    key = store(app)
    assert client.get("/v1/articles", headers=bearer(key)).status_code == 200
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(ApiKey).values(revoked_at=datetime.now(UTC)))
    # A different process has not remembered the key.
    assert client_with().get("/v1/articles", headers=bearer(key)).status_code == 401


def test_required_keys_protect_content_and_nothing_else(app: Flask, locked: FlaskClient) -> None:
    key = store(app)
    for target in PROTECTED_TARGETS:
        response = locked.get(target, headers={"Origin": "https://example.org"})
        assert response.status_code == 401, target
        # RFC 6750, 3: a request without a key gets no error code.
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="Briefs API"'
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert orjson.loads(response.data)["status"] == 401
        assert locked.get(target, headers=bearer(key)).status_code in (200, 404, 405)
    for target in (*OPEN_TARGETS, *EXEMPT_TARGETS):
        assert locked.get(target).status_code in (200, 404)


@pytest.mark.parametrize("target", ["//v1/articles", "/v1//articles", "/%76%31/articles", "/V1/articles"])
def test_no_spelling_of_an_address_avoids_the_key(locked: FlaskClient, target: str) -> None:
    assert locked.get(target).status_code in (401, 404)


def test_responses_that_require_a_key_are_private(app: Flask, locked: FlaskClient) -> None:
    key = store(app)
    response = locked.get("/v1/articles", headers=bearer(key))
    assert response.headers["Cache-Control"].startswith("private, ")
    assert {"Authorization", "X-API-Key"} <= set(response.headers["Vary"].split(", "))


def test_a_preflight_request_needs_no_key_and_allows_both_headers(locked: FlaskClient) -> None:
    for name in ("Authorization", "X-API-Key"):
        headers = {
            "Origin": "https://example.org",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": name.lower(),
        }
        response = locked.options("/v1/articles", headers=headers)
        assert response.status_code == 200
        assert response.headers["Access-Control-Allow-Headers"].lower() == name.lower()


def test_wrong_keys_count_against_the_address(app: Flask, limited: FlaskClient) -> None:
    known, new = store(app), store(app)
    assert limited.get("/v1/articles", headers=bearer(known)).status_code == 200
    guesses = [limited.get("/v1/articles", headers=bearer(make_key())) for _ in range(7)]
    assert [response.status_code for response in guesses] == [401] * 5 + [429] * 2
    assert [remaining(response) for response in guesses] == [4, 3, 2, 1, 0, 0, 0]
    # A key that was used before goes on working. The database is not asked for a new one.
    assert limited.get("/v1/articles", headers=bearer(known)).status_code == 200
    assert limited.get("/v1/articles", headers=bearer(new)).status_code == 429


def test_a_key_that_cannot_be_looked_up_is_a_503(app: Flask, client_with: ClientWith) -> None:
    key = store(app)
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE api_keys RENAME TO lost_keys")
    response = client_with().get("/v1/articles", headers=bearer(key))
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "5"
    assert client_with().get("/v1/articles").status_code == 200


def test_a_key_in_the_query_is_refused(app: Flask, locked: FlaskClient) -> None:
    key = store(app)
    for name in ("api_key", "ACCESS_TOKEN", "key", "apiKey", "token"):
        response = locked.get(f"/v1/articles?limit=2&{name}={key}")
        assert "not in the address" in assert_problem(response, 401)["detail"]
        assert key not in response.text
        assert locked.get(f"/v1/articles?{name}={key}", headers=bearer(key)).status_code == 422


def test_a_query_that_only_resembles_a_key_is_a_401_with_the_usual_detail(locked: FlaskClient) -> None:
    response = locked.get("/v1/articles?q=token&keys=1&limit=key")
    assert assert_problem(response, 401)["detail"] == ProblemKind.KEY_REQUIRED.detail


def test_no_response_and_no_log_line_repeats_a_key(
    app: Flask, locked: FlaskClient, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    keys = [store(app), make_key(), "briefs_mistyped"]
    for key in keys:
        for headers in (bearer(key), {"X-API-Key": key}):
            for target in ("/v1/articles", "/v1/nothing", "/"):
                response = locked.get(target, headers=headers)
                assert key not in str(response.headers)
                assert key not in response.text
    printed = capsys.readouterr()
    logged = "".join(str(vars(record)) for record in caplog.records)
    for key in keys:
        assert key not in printed.out + printed.err + logged
