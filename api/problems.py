"""Convert all exceptions to error responses in the format `application/problem+json` (RFC 9457)."""

import difflib
import logging
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    RequestURITooLarge,
    ServiceUnavailable,
    UnprocessableEntity,
)
from werkzeug.http import HTTP_STATUS_CODES

from api.database.deadlines import current_deadline
from api.database.failures import Failure, failure_of
from api.web.request_ids import ID

PROBLEM_JSON = "application/problem+json"
MAX_TARGET_BYTES = 4096
RETRY_SECONDS = 5

API_FOLDER = Path(__file__).parent

log = logging.getLogger("briefs.error")

# The reason phrases of RFC 9110. werkzeug has outdated phrases for these three statuses.
TITLES = HTTP_STATUS_CODES | {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}

DETAILS = {
    400: "The request is not valid HTTP/1.1.",
    401: "This resource requires a valid API key.",
    404: "There is no resource at this address.",
    405: "This API is read-only. The `Allow` header lists the methods of this resource.",
    406: "This resource has no representation that the `Accept` header allows.",
    408: "The header fields of the request did not arrive in time.",
    410: "This article was removed.",
    412: "The current representation does not match `If-Match`.",
    414: f"The request target is longer than {MAX_TARGET_BYTES} bytes.",
    417: "The only expectation supported is `100-continue`.",
    422: "A parameter is invalid. `errors` lists each invalid parameter and what is allowed.",
    429: "You have sent too many requests. Wait for the number of seconds in `Retry-After`.",
    431: "The header fields are too many or too large.",
    500: "The server failed. The operator can find the reason in the log by this `request_id`.",
    501: "The transfer coding of the body is not supported.",
    503: Failure.UNAVAILABLE,
}


class InvalidParameters(UnprocessableEntity):
    """A 422 error with an entry for each invalid query parameter, made by `parameter_error`."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


def parameter_error(
    parameter: str, message: str, allowed: list[str] | None = None, suggestion: str | None = None
) -> dict[str, Any]:
    """Return an entry for `errors` in the body of a 422, which describes an invalid query parameter.

    Args:
        parameter: The name of the parameter.
        message: What is wrong with its value.
        allowed: The allowed values, if they can be listed.
        suggestion: The name or value that the client probably meant.
    """
    return {"parameter": parameter, "message": message, "allowed": allowed, "suggestion": suggestion}


def closest_choice(given: str, choices: list[str]) -> str | None:
    """Return the choice that is most similar to `given`, ignoring case, to suggest a correction.

    Return None if no choice is similar.
    """
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.65)
    return folded[near[0]] if near else None


def problem(
    status: int,
    instance: str,
    request_id: str,
    detail: str | None = None,
    members: Mapping[str, Any] | None = None,
    problem_type: str = "about:blank",
) -> bytes:
    """Return the body of an error response, a problem in JSON as RFC 9457 defines it.

    Args:
        status: The HTTP status.
        instance: The path of the request.
        request_id: The id of the request.
        detail: A description of the error. By default, the description of the status in DETAILS.
        members: Further members of the problem, such as `errors`.
        problem_type: The URI of the type. By default, the status describes the problem.
    """
    body: dict[str, Any] = {
        "type": problem_type,
        "title": TITLES.get(status, "Unknown Error"),
        "status": status,
        "detail": detail or DETAILS.get(status, "The request could not be processed."),
        "instance": instance,
        "request_id": request_id,
    }
    return orjson.dumps(body | dict(members or {}))


def problem_response(error: HTTPException) -> Response:
    """Return the response for `error`: a problem (RFC 9457) with the status and headers of the error.

    The headers are, for example, `Allow` and `Retry-After`.
    """
    status = error.code or 500
    detail = error.description if error.description != type(error).description else None
    members = {"errors": error.errors} if isinstance(error, InvalidParameters) else None
    body = problem(status, quote(request.path), request.environ[ID], detail, members)
    response = current_app.response_class(body, status, mimetype=PROBLEM_JSON)
    for name, value in error.get_headers(request.environ):
        if name != "Content-Type":
            response.headers[name] = value
    return response


def register_problems(app: Flask) -> None:
    """Register error handlers on `app` that answer every error with a problem (RFC 9457)."""
    app.before_request(_reject_target)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected_error)


def _reject_target() -> None:
    target = request.environ.get("RAW_URI") or request.full_path
    if len(target) > MAX_TARGET_BYTES:
        raise RequestURITooLarge
    # The router would treat several leading slashes as one.
    if request.environ["PATH_INFO"].startswith("//"):
        raise NotFound


def _http_error(error: HTTPException) -> Response | HTTPException:
    # A redirect is an HTTPException too, but not an error.
    return error if error.code is None or error.code < 400 else problem_response(error)


def _database_error(error: Exception) -> Response:
    failure = failure_of(error)
    if failure is None:
        return _unexpected_error(error)
    _log(error)
    deadline = current_deadline()
    # The watchdog ends a statement by breaking the connection, so the error does not show the reason.
    detail = deadline.message if deadline and deadline.has_passed else failure
    return problem_response(ServiceUnavailable(detail, retry_after=RETRY_SECONDS))


def _unexpected_error(error: Exception) -> Response:
    _log(error)
    return problem_response(InternalServerError())


def _log(error: Exception) -> None:
    # Log the class of the error and its location in the code of the API. A traceback would contain paths, and
    # messages about statements contain SQL and values. Log the message only if a connection failed, since
    # nothing else shows the reason.
    frames = traceback.extract_tb(error.__traceback__)
    own_frames = [frame for frame in frames if Path(frame.filename).is_relative_to(API_FOLDER)] or frames
    location = f"{Path(own_frames[-1].filename).stem}.{own_frames[-1].name}:{own_frames[-1].lineno}"
    extra = {
        "request_id": request.environ[ID],
        "error": type(getattr(error, "orig", None) or error).__name__,
        "at": location,
    }
    if isinstance(error, DBAPIError) and error.statement is None:
        extra["reason"] = str(error.orig).partition("\n")[0]
    log.error("request failed", extra=extra)
