"""Send messages of the Model Context Protocol (MCP) to the application."""

from typing import Any

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.mcp_server.versions import CAPABILITIES_KEY, STATELESS_VERSION, VERSION_KEY

JSON = "application/json"
METADATA = {VERSION_KEY: STATELESS_VERSION, CAPABILITIES_KEY: {}}


def post(client: FlaskClient, value: Any, **headers: str | None) -> TestResponse:
    """Post `value`, a JSON value or bytes, to `/mcp`, and return the response.

    `_` in the name of a header means `-`. A header with the value None is left out.
    """
    given = {"Content_Type": JSON, "Accept": f"{JSON}, text/event-stream"} | headers
    fields = {name.replace("_", "-"): text for name, text in given.items() if text is not None}
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return client.post("/mcp", data=body, headers=fields)


def request_of(method: str, **params: Any) -> dict[str, Any]:
    """Return the JSON-RPC request for `method` in the stateless version of MCP."""
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params | {"_meta": METADATA}}


def headers_of(message: dict[str, Any]) -> dict[str, str | None]:
    """Return the HTTP headers that `message`, a request in the stateless version of MCP, must have."""
    name = message["params"].get("name")
    return {
        "MCP_Protocol_Version": STATELESS_VERSION,
        "Mcp_Method": message["method"],
        "Mcp_Name": name if message["method"] == "tools/call" else None,
    }


def send(client: FlaskClient, method: str, **params: Any) -> TestResponse:
    """Send a valid request in the stateless version of MCP, and return the HTTP response."""
    message = request_of(method, **params)
    return post(client, message, **headers_of(message))


def call(client: FlaskClient, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call an MCP tool, and return the `result` of the response, which must have status 200."""
    response = send(client, "tools/call", name=tool, arguments=arguments)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = orjson.loads(response.data)["result"]
    return result


def answer_of(client: FlaskClient, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call an MCP tool, which must succeed, and return the structured content of the result."""
    result = call(client, tool, **arguments)
    assert not result["isError"], result
    answer: dict[str, Any] = result["structuredContent"]
    return answer


def failure_of(client: FlaskClient, tool: str, **arguments: Any) -> str:
    """Call an MCP tool, which must fail, and return the text of the error."""
    result = call(client, tool, **arguments)
    assert result["isError"], result
    assert "structuredContent" not in result
    text: str = result["content"][0]["text"]
    return text
