"""The route `POST /mcp`, through which language models (agents) call the tools of the service."""

import orjson
from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from api.mcp_server.documentation import describe
from api.mcp_server.messages import Message, ProtocolError, parse_message, result_response
from api.mcp_server.methods import answer
from api.mcp_server.origins import is_origin_allowed
from api.mcp_server.versions import INITIALIZED_VERSIONS, version_of
from api.media_types import JSON
from api.problem_kinds import MAX_BODY_BYTES, ProblemKind
from api.problems import RETRY_SECONDS, ProblemException, not_acceptable
from api.resources.blueprint import Blueprint
from api.urls import MCP_PATH, settings
from api.web.negotiation import accepts

blueprint = Blueprint("agents", __name__, description="Tools for language models (Model Context Protocol).")


def call_mcp() -> Response:
    """Use the service from a language model.

    Takes one request of the Model Context Protocol (MCP) and returns its result. The guide to agents in the
    documentation lists the tools and shows how to connect a client.
    """
    _check_request()
    message = version = None
    try:
        message = parse_message(request.get_data())
        version = version_of(message, request.headers)
        if message.id is None:
            return _response(None, 202)
        return _response(result_response(message, answer(message, version)), 200)
    except ProtocolError as error:
        return _error_response(message, error, has_own_status=version not in INITIALIZED_VERSIONS)


blueprint.add_url_rule(MCP_PATH, "call_mcp", describe(blueprint, call_mcp), methods=["POST"])


def _check_request() -> None:
    """Check the headers `Origin`, `Content-Type` and `Accept`, and limit the size of the body.

    Flask raises a 413 when a body of more than MAX_BODY_BYTES is read.

    Raises:
        HTTPException: A header is wrong (403, 406 or 415).
    """
    headers = request.headers
    if not is_origin_allowed(headers.get("Origin"), headers.get("Host", ""), settings()):
        raise ProblemException(ProblemKind.ORIGIN_NOT_ALLOWED)
    if request.mimetype != JSON:
        raise UnsupportedMediaType
    if not accepts(headers.get("Accept", ""), JSON):
        raise not_acceptable(JSON)
    request.max_content_length = MAX_BODY_BYTES


def _error_response(message: Message | None, error: ProtocolError, *, has_own_status: bool) -> Response:
    """Return the response to a request that failed.

    Args:
        message: The request, or None if its body is invalid.
        error: The error.
        has_own_status: If True, the response has the status of the error. If False, a status below 500 is
            replaced by 200. Clients that send `initialize` need False, since they end their session after a
            404.
    """
    status = error.status if has_own_status or error.status >= 500 else 200
    response = _response(error.response(message.id if message else None), status)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _response(value: object, status: int) -> Response:
    body = b"" if value is None else orjson.dumps(value)
    return Response(body, status, {"Cache-Control": "no-store"}, mimetype=JSON)
