"""The rules of the Model Context Protocol (MCP): versions, headers, metadata, methods and errors."""

from base64 import b64encode
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.database.base import db
from api.mcp_server.versions import (
    CAPABILITIES_KEY,
    META_PREFIX,
    STATELESS_VERSION,
    SUPPORTED_VERSIONS,
    VERSION_KEY,
)
from api.problem_kinds import MAX_BODY_BYTES
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith
from tests.api.mcp_server.messages import METADATA, call, headers_of, post, request_of, send

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

EARLIER = "2025-11-25"
CALL = request_of("tools/call", name="list_changes", arguments={})
LIST = request_of("tools/list")
ENCODED_NAME = f"=?base64?{b64encode(b'list_changes').decode()}?="


def changed(message: dict[str, Any], **members: Any) -> dict[str, Any]:
    return message | members


def with_metadata(**metadata: Any) -> dict[str, Any]:
    return changed(LIST, params={"_meta": {name.replace("__", "/"): each for name, each in metadata.items()}})


def test_a_client_discovers_the_service_without_a_handshake(client: FlaskClient) -> None:
    response = send(client, "server/discover")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers
    assert "Mcp-Session-Id" not in response.headers
    body = orjson.loads(response.data)
    assert (body["jsonrpc"], body["id"]) == ("2.0", 7)
    result = body["result"]
    assert result["resultType"] == "complete"
    assert result["supportedVersions"] == list(SUPPORTED_VERSIONS)
    assert result["capabilities"] == {"tools": {}}
    assert result["_meta"][f"{META_PREFIX}serverInfo"]["name"] == "briefs"
    assert "search_briefs" in result["instructions"]
    assert (result["ttlMs"], result["cacheScope"]) == (3_600_000, "public")


def test_a_list_of_tools_that_needs_a_key_is_private(client_with: ClientWith) -> None:
    locked = client_with(BRIEFS_REQUIRE_KEY="true")
    assert_problem(send(locked, "tools/list"), 401)


@pytest.mark.parametrize("requested", ["2025-11-25", "2025-06-18", "2024-11-05", "2026-07-28", None])
def test_a_client_of_an_earlier_version_is_answered_without_a_session(
    client: FlaskClient, requested: str | None
) -> None:
    params = {"protocolVersion": requested, "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": "x", "method": "initialize", "params": params}
    response = post(client, message)
    assert response.status_code == 200
    assert "Mcp-Session-Id" not in response.headers
    result = orjson.loads(response.data)["result"]
    version = requested if requested in SUPPORTED_VERSIONS[1:] else EARLIER
    assert result["protocolVersion"] == version
    assert result["serverInfo"]["title"] == "Briefs API"
    assert "resultType" not in result
    note = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    accepted = post(client, note, MCP_Protocol_Version=version)
    assert (accepted.status_code, accepted.data) == (202, b"")
    listed = post(client, {"jsonrpc": "2.0", "id": 2, "method": "tools/list"}, MCP_Protocol_Version=version)
    result = orjson.loads(listed.data)["result"]
    assert set(result) == {"tools"}
    assert len(result["tools"]) == 6
    pong = post(client, {"jsonrpc": "2.0", "id": 3, "method": "ping"}, MCP_Protocol_Version=version)
    assert orjson.loads(pong.data)["result"] == {}


@pytest.mark.parametrize(
    ("message", "headers", "status", "code"),
    [
        # Bodies that are no single request.
        (b"", {}, 400, -32700),
        (b"{", {}, 400, -32700),
        (b"\xff", {}, 400, -32700),
        (b"[" * 2_000, {}, 400, -32700),
        ([LIST], {}, 400, -32600),
        ("text", {}, 400, -32600),
        ({"jsonrpc": "2.0", "id": 1, "result": {}}, {}, 400, -32600),
        (changed(LIST, jsonrpc="1.0"), {}, 400, -32600),
        (changed(LIST, method=5), {}, 400, -32600),
        (changed(LIST, id=None), {}, 400, -32600),
        (changed(LIST, id=True), {}, 400, -32600),
        (changed(LIST, id=1.5), {}, 400, -32600),
        (changed(LIST, params=[1]), {}, 400, -32600),
        # Metadata.
        (changed(LIST, params={}), {}, 400, -32602),
        (changed(LIST, params={"_meta": []}), {}, 400, -32602),
        (changed(LIST, params={"_meta": {VERSION_KEY: STATELESS_VERSION}}), {}, 400, -32602),
        (changed(LIST, params={"_meta": {VERSION_KEY: 5, CAPABILITIES_KEY: {}}}), {}, 400, -32602),
        (
            changed(LIST, params={"_meta": {VERSION_KEY: STATELESS_VERSION, CAPABILITIES_KEY: 1}}),
            {},
            400,
            -32602,
        ),
        # Headers.
        (LIST, {"MCP_Protocol_Version": None}, 400, -32020),
        (LIST, {"MCP_Protocol_Version": EARLIER}, 400, -32020),
        (LIST, {"Mcp_Method": None}, 400, -32020),
        (LIST, {"Mcp_Method": "tools/call"}, 400, -32020),
        (LIST, {"Mcp_Method": "Tools/List"}, 400, -32020),
        (CALL, {"Mcp_Name": None}, 400, -32020),
        (CALL, {"Mcp_Name": "list_trends"}, 400, -32020),
        (CALL, {"Mcp_Name": "=?base64?!?="}, 400, -32020),
        (CALL, {"Mcp_Name": "=?base64?/w==?="}, 400, -32020),
        # Versions.
        (
            changed(LIST, params={"_meta": METADATA | {VERSION_KEY: "1900-01-01"}}),
            {"MCP_Protocol_Version": "1900-01-01"},
            400,
            -32022,
        ),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"MCP_Protocol_Version": "x"}, 400, -32022),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping"}, {"MCP_Protocol_Version": None}, 400, -32020),
        # Methods and parameters.
        (request_of("ping"), {}, 404, -32601),
        (request_of("initialize"), {}, 404, -32601),
        (request_of("prompts/list"), {}, 404, -32601),
        (request_of("subscriptions/listen"), {}, 404, -32601),
        (request_of("tools/list", cursor="x"), {}, 400, -32602),
        (request_of("tools/call", name="drop_briefs", arguments={}), {}, 400, -32602),
        (request_of("tools/call", arguments={}), {}, 400, -32602),
        (request_of("tools/call", name="list_changes", arguments=[1]), {}, 400, -32602),
    ],
)
def test_a_request_that_breaks_a_rule_gets_the_error_of_the_protocol(
    client: FlaskClient, message: Any, headers: dict[str, str | None], status: int, code: int
) -> None:
    usual = (
        headers_of(message)
        if isinstance(message, dict)
        and "params" in message
        and isinstance(message["params"], dict)
        and isinstance(message.get("method"), str)
        else {"MCP_Protocol_Version": STATELESS_VERSION}
    )
    response = post(client, message, **usual | headers)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    body = orjson.loads(response.data)
    assert set(body) == {"jsonrpc", "id", "error"}
    assert body["error"]["code"] == code
    assert body["error"]["message"].endswith(".")
    if code == -32022:
        assert body["error"]["data"]["supported"] == list(SUPPORTED_VERSIONS)


def test_the_name_of_a_tool_can_be_encoded_in_its_header(client: FlaskClient) -> None:
    response = post(client, CALL, **headers_of(CALL) | {"Mcp_Name": ENCODED_NAME})
    assert response.status_code == 200


def test_an_unknown_method_of_an_earlier_version_does_not_look_like_an_ended_session(
    client: FlaskClient,
) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "prompts/list"}
    response = post(client, message, MCP_Protocol_Version=EARLIER)
    assert response.status_code == 200
    assert orjson.loads(response.data)["error"]["code"] == -32601


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PUT"])
def test_only_post_is_allowed(client: FlaskClient, method: str) -> None:
    response = client.open("/mcp", method=method)
    assert_problem(response, 405)
    assert response.headers["Allow"] == "OPTIONS, POST"


def test_the_headers_of_http_are_checked(client: FlaskClient) -> None:
    headers = headers_of(LIST)
    assert_problem(post(client, LIST, **headers | {"Content_Type": "text/plain"}), 415)
    assert_problem(post(client, LIST, **headers | {"Content_Type": None}), 415)
    assert_problem(post(client, LIST, **headers | {"Accept": "text/html"}), 406)
    for accept in ("*/*", "application/json", None):
        assert post(client, LIST, **headers | {"Accept": accept}).status_code == 200
    charset = post(client, LIST, **headers | {"Content_Type": "application/json; charset=utf-8"})
    assert charset.status_code == 200
    assert_problem(post(client, b" " * (MAX_BODY_BYTES + 1), **headers), 413)
    conditional = post(client, LIST, **headers | {"If_None_Match": "*", "Accept_Encoding": "gzip"})
    assert conditional.status_code == 200
    assert conditional.headers["Content-Encoding"] == "gzip"


ORIGINS = {"BRIEFS_BASE_URL": "https://own.example/briefs", "BRIEFS_CORS_ORIGINS": "https://listed.example"}


@pytest.mark.parametrize(
    ("environ", "origin", "status"),
    [
        ({}, None, 200),
        ({}, "https://evil.example", 403),
        ({}, "http://localhost", 403),
        ({}, "null", 403),
        ({"BRIEFS_CORS_ORIGINS": "*"}, "https://evil.example", 403),
        (ORIGINS, "https://own.example", 200),
        (ORIGINS, "https://listed.example", 200),
        (ORIGINS, "HTTPS://LISTED.EXAMPLE", 200),
        (ORIGINS, "https://own.example.evil.example", 403),
        (ORIGINS, "http://own.example", 403),
        (ORIGINS, "", 403),
    ],
)
def test_a_website_must_be_listed_by_name(
    client_with: ClientWith, environ: dict[str, str], origin: str | None, status: int
) -> None:
    client = client_with(**environ)
    # The name in `Host` decides nothing: a hostile domain can lead to this service.
    response = post(client, LIST, **headers_of(LIST), Origin=origin, Host="evil.example")
    assert response.status_code == status
    if status == 403:
        assert orjson.loads(response.data)["type"].endswith("/problems/origin-not-allowed")
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "mcp-method"}
    if origin:
        allowed = client.options("/mcp", headers=preflight | {"Origin": origin}).headers
        assert ("Access-Control-Allow-Methods" in allowed) == (status == 200)
        if status == 200:
            assert "POST" in allowed["Access-Control-Allow-Methods"]
            assert allowed["Access-Control-Allow-Headers"] == "mcp-method"


@pytest.mark.parametrize(
    ("environ", "origin", "host", "status"),
    [
        ({}, "http://localhost:8000", "localhost:8000", 200),
        ({}, "http://LOCALHOST", "localhost", 200),
        ({}, "http://127.0.0.1:8000", "127.0.0.1:8000", 200),
        ({}, "https://[::1]:8000", "[::1]:8000", 200),
        # DNS rebinding: the domain of the attacker leads to the service.
        ({}, "http://evil.example:8000", "evil.example:8000", 403),
        ({}, "http://localhost.evil.example", "localhost.evil.example", 403),
        ({}, "http://127.0.0.1.evil.example", "127.0.0.1.evil.example", 403),
        ({}, "http://localhost:3000", "localhost:8000", 403),
        ({}, "http://localhost", "localhost:8000", 403),
        ({}, "http://127.0.0.1:8000", "localhost:8000", 403),
        ({}, "http://localhost:8000", "evil.example:8000", 403),
        ({}, "http://evil.example:8000", "localhost:8000", 403),
        ({}, "http://evil@localhost:8000", "localhost:8000", 403),
        ({}, "http://evil@localhost:8000", "evil@localhost:8000", 403),
        ({}, "http://localhost:8000/", "localhost:8000", 403),
        ({}, "null", "localhost:8000", 403),
        ({}, "http://10.0.0.1:8000", "10.0.0.1:8000", 403),
        ({"BRIEFS_CORS_ORIGINS": "*"}, "http://localhost:3000", "localhost:8000", 403),
        (ORIGINS, "http://localhost:8000", "localhost:8000", 403),
    ],
)
def test_without_a_base_url_the_own_origin_is_accepted_only_on_a_loopback_host(
    client_with: ClientWith, environ: dict[str, str], origin: str, host: str, status: int
) -> None:
    response = post(client_with(**environ), LIST, **headers_of(LIST), Origin=origin, Host=host)
    # Flask refuses the two hosts that contain `@`.
    assert response.status_code in ({status, 400} if "@" in host else {status})


def test_the_problem_for_a_get_request_names_the_method_post(client: FlaskClient) -> None:
    assert assert_problem(client.get("/mcp"), 405)["detail"] == "The method of this resource is POST."


def test_a_tool_call_counts_as_one_request_against_the_limit(client_with: ClientWith) -> None:
    limited = client_with(BRIEFS_RATE_LIMIT="2/day")
    for remaining in (1, 0):
        response = send(limited, "tools/call", name="list_trends", arguments={})
        assert response.status_code == 200
        assert f"r={remaining};" in response.headers["RateLimit"]
    refused = send(limited, "tools/list")
    assert refused.status_code == 429
    assert refused.headers["Retry-After"]


def test_a_database_that_does_not_answer_is_a_503_with_an_error_of_the_protocol(app: Flask) -> None:
    with app.app_context():
        db.drop_all()
    response = send(app.test_client(), "tools/call", name="list_changes", arguments={})
    assert response.status_code == 503
    assert response.headers["Retry-After"]
    error = orjson.loads(response.data)["error"]
    assert error["code"] == -32603
    assert error["data"] == {"request_id": response.headers["X-Request-ID"]}
    assert "SELECT" not in response.text


def test_a_call_is_never_answered_from_the_cache(app: Flask) -> None:
    client = app.test_client()
    results = [call(client, "list_changes") for _ in range(3)]
    assert results[0] == results[1] == results[2]
