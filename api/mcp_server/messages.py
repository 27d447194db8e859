"""Messages of JSON-RPC 2.0, the format of the Model Context Protocol (MCP)."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import orjson

JSON_RPC_VERSION = "2.0"


class ErrorCode(IntEnum):
    """The codes of errors, as JSON-RPC 2.0 and MCP define them."""

    PARSE_ERROR = -32700
    INTERNAL_ERROR = -32603
    INVALID_PARAMS = -32602
    METHOD_NOT_FOUND = -32601
    INVALID_REQUEST = -32600
    UNSUPPORTED_PROTOCOL_VERSION = -32022
    HEADER_MISMATCH = -32020


class ProtocolError(Exception):
    """An error for an MCP request that breaks a rule of the protocol or cannot be answered.

    Args:
        code: The JSON-RPC code of the error.
        message: What is wrong and what would be right.
        data: The member `data` of the JSON-RPC error, or None to leave it out.
        status: The HTTP status of the response.
    """

    def __init__(self, code: ErrorCode, message: str, data: Any = None, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.data, self.status = code, message, data, status

    def response(self, message_id: str | int | None) -> dict[str, Any]:
        """Return the JSON-RPC response that reports this error.

        `message_id` is the id of the request, or None if the id could not be read. The `id` of the response
        is then null.
        """
        error: dict[str, Any] = {"code": int(self.code), "message": self.message}
        if self.data is not None:
            error["data"] = self.data
        return {"jsonrpc": JSON_RPC_VERSION, "id": message_id, "error": error}


@dataclass(frozen=True)
class Message:
    """A request or a notification from a client.

    Attributes:
        method: The name of the method.
        params: The parameters by name.
        id: The id of the request, or None for a notification, which gets no response.
    """

    method: str
    params: dict[str, Any]
    id: str | int | None

    @property
    def meta(self) -> dict[str, Any]:
        """The metadata of the request (`_meta`), or an empty dictionary."""
        meta = self.params.get("_meta")
        return meta if isinstance(meta, dict) else {}


def parse_message(body: bytes) -> Message:
    """Return the message in the body of an HTTP request.

    Raises:
        ProtocolError: The body is not JSON, or not a single request or notification.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise ProtocolError(ErrorCode.PARSE_ERROR, f"The body is not JSON: {error}.") from None
    if not isinstance(value, dict) or value.get("jsonrpc") != JSON_RPC_VERSION or "method" not in value:
        text = "The body must be one JSON-RPC 2.0 request or notification, neither a list nor a response."
        raise ProtocolError(ErrorCode.INVALID_REQUEST, text)
    method, params, message_id = value["method"], value.get("params", {}), value.get("id")
    if not isinstance(method, str):
        raise ProtocolError(ErrorCode.INVALID_REQUEST, "`method` must be a text.")
    if "id" in value and (isinstance(message_id, bool) or not isinstance(message_id, str | int)):
        raise ProtocolError(ErrorCode.INVALID_REQUEST, "`id` must be a text or an integer.")
    if not isinstance(params, dict):
        raise ProtocolError(ErrorCode.INVALID_REQUEST, "`params` must be an object.")
    return Message(method, params, message_id)


def result_response(message: Message, result: dict[str, Any]) -> dict[str, Any]:
    """Return the response to the request `message` with its result."""
    return {"jsonrpc": JSON_RPC_VERSION, "id": message.id, "result": result}
