"""Read resources of the HTTP API within the process, so that tools use the same code and checks as HTTP."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import orjson
from flask import Response, current_app, request

from api.mcp_server.messages import ErrorCode, ProtocolError
from api.mcp_server.tools.tool import ToolError, Values
from api.urls import settings
from api.web.request_ids import ID

# The prefixes of the WSGI variables with the headers and the body of the POST request. The GET requests
# within the process do not get these variables.
POST_PREFIXES = ("HTTP_", "CONTENT_", "wsgi.input")


class NotFoundError(ToolError):
    """An error for an id or slug that no article, entity or story has."""


def read(
    path: str, query: Mapping[str, Any] | None = None, arguments: Mapping[str, str] | None = None
) -> Values:
    """Return the JSON of the resource at `path`.

    All reads of a tool call use the connection of the current request, so they see the same state of the
    database.

    Args:
        path: The path, without percent-encoding.
        query: The query parameters by name. A list repeats the parameter, and None leaves it out.
        arguments: Maps query parameters to the tool arguments with a different name. Error messages then name
            the argument.

    Raises:
        NotFoundError: The resource does not exist (404), or was removed (410).
        ToolError: The query is wrong (422), or the path and the query are too long (414).
        ProtocolError: The service cannot answer, for example because the database does not answer (503).
    """
    pairs = [
        (name, _text(each))
        for name, value in (query or {}).items()
        if value is not None
        for each in (value if isinstance(value, list) else [value])
    ]
    response = _get(path, urlencode(pairs))
    if response.status_code == 308:
        # The id or slug is out of date. The location contains the same query.
        location = urlsplit(response.headers["Location"].removeprefix(settings().base_url))
        response = _get(unquote(location.path), location.query)
    body: Values = orjson.loads(response.get_data())
    if response.status_code == 200:
        return body
    if response.status_code in (404, 410):
        raise NotFoundError(body["detail"])
    if response.status_code >= 500:
        data = {"request_id": body["request_id"]}
        raise ProtocolError(ErrorCode.INTERNAL_ERROR, body["detail"], data, response.status_code)
    if response.status_code == 414:
        raise ToolError("The arguments are too long. Send fewer or shorter values.")
    raise ToolError(_advice(body, arguments or {}))


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _get(path: str, query: str) -> Response:
    """Return the response of Flask to a GET request. The middleware is not called."""
    environ = {name: value for name, value in request.environ.items() if not name.startswith(POST_PREFIXES)}
    target = quote(path)
    environ |= {
        "REQUEST_METHOD": "GET",
        # PEP 3333 requires a text with one character for each byte.
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "RAW_URI": f"{target}?{query}" if query else target,
        ID: request.environ[ID],
    }
    with current_app.request_context(environ):
        return current_app.full_dispatch_request()


def _advice(problem: Values, arguments: Mapping[str, str]) -> str:
    """Return what is wrong with a query and what would be right.

    `problem` is the body of the error response. `arguments` maps query parameters to the tool arguments with
    a different name.
    """
    errors = problem.get("errors")
    if not errors:
        return str(problem["detail"])
    names = [arguments.get(error["parameter"], error["parameter"]) for error in errors]
    return " ".join(
        _error_advice(**error | {"parameter": name}) for error, name in zip(errors, names, strict=True)
    )


def _error_advice(parameter: str, message: str, allowed: list[str] | None, suggestion: str | None) -> str:
    parts = [f"`{parameter}`: {message}"]
    if allowed:
        parts.append(f"Allowed: {', '.join(allowed)}.")
    if suggestion:
        parts.append(f"Did you mean `{suggestion}`?")
    return " ".join(parts)
