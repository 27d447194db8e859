"""Send messages of the Model Context Protocol (MCP) to the application."""

from typing import Any

import orjson
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.agents.versions import CAPABILITIES_KEY, STATELESS_VERSION, VERSION_KEY

JSON = "application/json"
METADATA = {VERSION_KEY: STATELESS_VERSION, CAPABILITIES_KEY: {}}


def post(client: FlaskClient, value: Any, **headers: str | None) -> TestResponse:
    """Post a JSON value to `/mcp`. `_` in the name of a header means `-`, and None leaves a header out."""
    given = {"Content_Type": JSON, "Accept": f"{JSON}, text/event-stream"} | headers
    fields = {name.replace("_", "-"): text for name, text in given.items() if text is not None}
    body = value if isinstance(value, bytes) else orjson.dumps(value)
    return client.post("/mcp", data=body, headers=fields)


def request_of(method: str, **params: Any) -> dict[str, Any]:
    """Return a request of the stateless version."""
    return {"jsonrpc": "2.0", "id": 7, "method": method, "params": params | {"_meta": METADATA}}


def headers_of(message: dict[str, Any]) -> dict[str, str | None]:
    """Return the headers that a request of the stateless version must have."""
    name = message["params"].get("name")
    return {
        "MCP_Protocol_Version": STATELESS_VERSION,
        "Mcp_Method": message["method"],
        "Mcp_Name": name if message["method"] == "tools/call" else None,
    }


def send(client: FlaskClient, method: str, **params: Any) -> TestResponse:
    """Send a correct request of the stateless version."""
    message = request_of(method, **params)
    return post(client, message, **headers_of(message))


def call(client: FlaskClient, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool, and return the result of the call."""
    response = send(client, "tools/call", name=tool, arguments=arguments)
    assert response.status_code == 200, response.text
    result: dict[str, Any] = orjson.loads(response.data)["result"]
    return result


def answer_of(client: FlaskClient, tool: str, **arguments: Any) -> dict[str, Any]:
    """Call a tool, and return its answer, which must not be an error."""
    result = call(client, tool, **arguments)
    assert not result["isError"], result
    answer: dict[str, Any] = result["structuredContent"]
    return answer


def failure_of(client: FlaskClient, tool: str, **arguments: Any) -> str:
    """Call a tool, and return the text of its error."""
    result = call(client, tool, **arguments)
    assert result["isError"], result
    assert "structuredContent" not in result
    text: str = result["content"][0]["text"]
    return text
