"""The description of `POST /mcp` in the OpenAPI specification."""

from http import HTTPStatus
from typing import Any

from marshmallow import fields, validate

from api.mcp_server.messages import JSON_RPC_VERSION
from api.mcp_server.versions import (
    CAPABILITIES_KEY,
    METHOD_HEADER,
    NAME_HEADER,
    STATELESS_VERSION,
    VERSION_HEADER,
    VERSION_KEY,
)
from api.media_types import JSON
from api.resources.blueprint import Blueprint, View
from api.resources.serialization import Shape

# The statuses whose body is a problem (RFC 9457). The body of other errors is JSON-RPC.
PROBLEM_STATUSES = (401, 403, 406, 408, 413, 414, 415, 429, 500, 503)
ANY_OBJECT = {"type": "object", "additionalProperties": True}
MESSAGE_ID = {"type": ["string", "integer"], "description": "The id of the request."}
REQUEST = {
    "type": "object",
    "title": "McpRequest",
    "description": "A JSON-RPC 2.0 request. Without `id`, it is a notification and has no result.",
    "properties": {
        "jsonrpc": {"type": "string", "const": JSON_RPC_VERSION},
        "id": MESSAGE_ID,
        "method": {"type": "string", "description": "The method, such as `tools/call`."},
        "params": ANY_OBJECT | {"description": "The parameters of the method."},
    },
    "required": ["jsonrpc", "method"],
}
REQUEST_EXAMPLE = {
    "jsonrpc": JSON_RPC_VERSION,
    "id": 1,
    "method": "tools/call",
    "params": {
        "name": "search_briefs",
        "arguments": {"entity": ["sunrise"]},
        "_meta": {VERSION_KEY: STATELESS_VERSION, CAPABILITIES_KEY: {}},
    },
}
RESPONSE = {
    "type": "object",
    "title": "McpResponse",
    "description": "A JSON-RPC 2.0 response with the result of the method.",
    "properties": {
        "jsonrpc": {"type": "string", "const": JSON_RPC_VERSION},
        "id": MESSAGE_ID,
        "result": ANY_OBJECT | {"description": "The result of the method."},
    },
    "required": ["jsonrpc", "id", "result"],
}
HEADERS = {
    VERSION_HEADER: (f"The version of the protocol, such as `{STATELESS_VERSION}`.", STATELESS_VERSION),
    METHOD_HEADER: (
        "The method of the message, as in the body. Clients of earlier versions can leave it out.",
        "tools/call",
    ),
    NAME_HEADER: ("With `tools/call`: the name of the tool, as in the body.", "search_briefs"),
}


class McpErrorDetail(Shape):
    """What is wrong with a request of the Model Context Protocol."""

    optional = frozenset({"data"})

    code = fields.Integer(metadata={"description": "The code of JSON-RPC or MCP."})
    message = fields.String(metadata={"description": "What is wrong and what would be right."})
    data = fields.Raw(metadata={"description": "More about the error. Often missing."})


class McpError(Shape):
    """A JSON-RPC 2.0 error."""

    jsonrpc = fields.String(validate=validate.OneOf([JSON_RPC_VERSION]))
    id = fields.Raw(
        metadata={
            "type": ["string", "integer", "null"],
            "description": "The id of the request, or `null` if it is unknown.",
        }
    )
    error = fields.Nested(McpErrorDetail)


# The meanings of the statuses whose body is a JSON-RPC error.
PROTOCOL_ERRORS = {400: "The request breaks a rule of the protocol.", 404: "The method is unknown."}


def describe(blueprint: Blueprint, view: View) -> View:
    """Add the OpenAPI documentation of `POST /mcp` to its view function, and return the function.

    Args:
        blueprint: The blueprint of the view. Its decorators add the documentation.
        view: The view function.
    """
    parameters = [
        {"in": "header", "name": name, "description": text, "example": example, "schema": {"type": "string"}}
        for name, (text, example) in HEADERS.items()
    ]
    body = {"required": True, "content": _json(REQUEST, REQUEST_EXAMPLE)}
    responses = {"202": {"description": "A notification was accepted."}}
    documented = blueprint.doc(
        operationId="callMcp", parameters=parameters, requestBody=body, responses=responses
    )(view)
    for status in PROBLEM_STATUSES:
        documented = blueprint.alt_response(status, HTTPStatus(status).name)(documented)
    for status, meaning in PROTOCOL_ERRORS.items():
        documented = blueprint.alt_response(status, schema=McpError, description=meaning, content_type=JSON)(
            documented
        )
    described: View = blueprint.response(200, RESPONSE, description=RESPONSE["description"])(documented)
    return described


def _json(schema: dict[str, Any], example: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema, "example": example}}
