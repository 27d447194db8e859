"""Every error as `application/problem+json` (RFC 9457), whatever raised it."""

import difflib
import logging
import traceback
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    NotFound,
    RequestURITooLarge,
    ServiceUnavailable,
    UnprocessableEntity,
)
from werkzeug.http import HTTP_STATUS_CODES

from api.web.request_ids import ID

PROBLEM_JSON = "application/problem+json"
MAX_TARGET_BYTES = 4096
RETRY_SECONDS = 5

OWN_CODE = Path(__file__).parent

log = logging.getLogger("briefs.error")

# Phrases of RFC 9110 that werkzeug still has by their older names.
TITLES = HTTP_STATUS_CODES | {413: "Content Too Large", 414: "URI Too Long", 422: "Unprocessable Content"}

DETAILS = {
    400: "What was sent cannot be read as HTTP/1.1.",
    404: "There is nothing at this address.",
    405: "HTTP only reads here; the Allow header names the methods.",
    406: "This resource has no representation that the Accept header admits.",
    410: "The article that was here was removed.",
    412: "The representation is not the one that If-Match names.",
    414: f"The request target is over {MAX_TARGET_BYTES} bytes.",
    417: "Nothing but `100-continue` can be expected here.",
    422: "A parameter is wrong; `errors` says which and what is allowed.",
    431: "The header fields are too many or too large.",
    500: "The server failed; the operator finds the reason under this request_id.",
    501: "The body has a transfer coding that is not known here.",
    503: "The database cannot answer now; try again later.",
}


class InvalidParameters(UnprocessableEntity):
    """422 with one entry for each wrong parameter."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__()
        self.errors = errors


def parameter_error(
    parameter: str, message: str, allowed: list[str] | None = None, suggestion: str | None = None
) -> dict[str, Any]:
    """Make one entry of `errors`."""
    return {"parameter": parameter, "message": message, "allowed": allowed, "suggestion": suggestion}


def near_miss(given: str, choices: list[str]) -> str | None:
    """Give the one of `choices` that was probably meant, in whatever case it was written."""
    folded = {choice.casefold(): choice for choice in choices}
    near = difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.65)
    return folded[near[0]] if near else None


def problem(
    status: int,
    instance: str,
    request_id: str,
    detail: str | None = None,
    errors: list[dict[str, Any]] | None = None,
) -> bytes:
    """Make the body of a problem; `errors` stands in it for parameters only."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "Unknown Error"),
        "status": status,
        "detail": detail or DETAILS.get(status, "The request could not be answered."),
        "instance": instance,
        "request_id": request_id,
    }
    return orjson.dumps(body if errors is None else body | {"errors": errors})


def problem_response(error: HTTPException) -> Response:
    """Answer `error` as a problem, keeping its headers (`Allow`, `Retry-After`)."""
    status = error.code or 500
    own = error.description if error.description != type(error).description else None
    about = quote(request.path), request.environ[ID]
    body = problem(status, *about, own, getattr(error, "errors", None))
    response = current_app.response_class(body, status, mimetype=PROBLEM_JSON)
    for name, value in error.get_headers(request.environ):
        if name != "Content-Type":
            response.headers[name] = value
    return response


def register_problems(app: Flask) -> None:
    """Make `app` answer every error as a problem."""
    app.before_request(_refuse_target)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(DBAPIError, _database_error)
    app.register_error_handler(PoolTimeout, _database_error)
    app.register_error_handler(Exception, _unexpected_error)


def _refuse_target() -> None:
    target = request.environ.get("RAW_URI") or request.full_path
    if len(target) > MAX_TARGET_BYTES:
        raise RequestURITooLarge
    # The router takes any number of slashes at the beginning for one.
    if request.environ["PATH_INFO"].startswith("//"):
        raise NotFound


def _http_error(error: HTTPException) -> Response | HTTPException:
    # A redirect is an HTTPException too, with an answer of its own.
    return error if error.code is None or error.code < 400 else problem_response(error)


def _database_error(error: Exception) -> Response:
    is_unmigrated = type(getattr(error, "orig", None)).__name__ == "UndefinedTable"
    # A plain DatabaseError is what SQLite says of a file that is no database.
    is_unusable = is_unmigrated or type(error) is DatabaseError
    if is_unusable or isinstance(error, OperationalError | InterfaceError | PoolTimeout):
        _log(error)
        return problem_response(ServiceUnavailable(retry_after=RETRY_SECONDS))
    return _unexpected_error(error)


def _unexpected_error(error: Exception) -> Response:
    _log(error)
    return problem_response(InternalServerError())


def _log(error: Exception) -> None:
    # Traces hold paths, and messages of statements hold SQL and values: the kind and the place in our own
    # code neither. Why a connection could not be made is said, since nothing else would tell it.
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if Path(frame.filename).is_relative_to(OWN_CODE)] or frames
    place = f"{Path(own[-1].filename).stem}.{own[-1].name}:{own[-1].lineno}"
    extra = {
        "request_id": request.environ[ID],
        "error": type(getattr(error, "orig", None) or error).__name__,
        "at": place,
    }
    if isinstance(error, DBAPIError) and error.statement is None:
        extra["reason"] = str(error.orig).partition("\n")[0]
    log.error("request failed", extra=extra)
