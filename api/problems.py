"""Convert all exceptions to error responses in the format `application/problem+json` (RFC 9457)."""

import difflib
import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.types import WSGIEnvironment

import orjson
from flask import Flask, Response, current_app, request
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, MethodNotAllowed

from api.database.deadlines import current_deadline
from api.database.failures import Failure, failure_of
from api.logs.levels import failure_level
from api.media_types import PROBLEM_JSON
from api.problem_kinds import MAX_TARGET_BYTES, ProblemKind, default_kind
from api.urls import settings
from api.web.request_ids import ID
from api.web_pages.problem_page import PAGE_HEADERS, problem_page, wants_page

RETRY_SECONDS = 5
EXAMPLE_PATH, EXAMPLE_REQUEST_ID = "/v1/takeaways", "4ff43dd0e6a046db"

API_FOLDER = Path(__file__).parent

log = logging.getLogger("briefs.error")

# The kinds of problems for failures of the database. All others are `ProblemKind.DATABASE_UNAVAILABLE`.
FAILURE_KINDS = {
    Failure.TOO_SLOW: ProblemKind.DEADLINE_EXCEEDED,
    Failure.OTHER_SCHEMA: ProblemKind.DATABASE_UNUSABLE,
    Failure.FORBIDDEN: ProblemKind.DATABASE_UNUSABLE,
    Failure.REPLACED_FILE: ProblemKind.DATABASE_UNUSABLE,
}


class ProblemException(HTTPException):
    """An error that is answered with a problem of the given kind.

    Args:
        detail: A description of the error. By default, the description of the kind.
        errors: The entries of `errors` in a 422, made by `parameter_error`.
        retry_after: The header `Retry-After` in seconds, or None for no header.
    """

    def __init__(
        self,
        kind: ProblemKind,
        detail: str | None = None,
        *,
        errors: list[dict[str, Any]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(detail or kind.detail)
        self.code, self.kind = kind.status, kind
        self.errors, self.retry_after = errors, retry_after

    def get_headers(self, *args: Any, **kwargs: Any) -> list[tuple[str, str]]:
        """Return the usual headers of an error response, and `Retry-After` if it is set."""
        retry = [("Retry-After", str(self.retry_after))] if self.retry_after is not None else []
        return [*super().get_headers(*args, **kwargs), *retry]


class InvalidParameters(ProblemException):
    """A 422 error with an entry for each invalid query parameter, made by `parameter_error`."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(ProblemKind.INVALID_PARAMETERS, errors=errors)


class InvalidCursor(ProblemException):
    """A 422 error for a cursor that cannot be used. `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(ProblemKind.INVALID_CURSOR, errors=[parameter_error("cursor", message)])


def not_acceptable(*media_types: str) -> ProblemException:
    """Return the 406 error of a resource that has the media types `media_types`."""
    names = " or ".join(f"`{each}`" for each in media_types)
    detail = f"This resource is available as {names}, which the `Accept` header does not allow."
    return ProblemException(ProblemKind.NOT_ACCEPTABLE, detail)


def database_problem(failure: Failure) -> ProblemException:
    """Return the 503 error for a failure of the database."""
    kind = FAILURE_KINDS.get(failure, ProblemKind.DATABASE_UNAVAILABLE)
    return ProblemException(kind, failure, retry_after=RETRY_SECONDS)


def parameter_error(
    parameter: str, message: str, allowed: list[str] | None = None, suggestion: str | None = None
) -> dict[str, Any]:
    """Return an entry for `errors` in the body of a 422, which describes an invalid query parameter.

    Args:
        allowed: The allowed values, or None.
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
    kind: ProblemKind,
    base_url: str,
    path: str,
    request_id: str,
    detail: str | None = None,
    members: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the body of an error response, a problem as RFC 9457 defines it.

    Args:
        base_url: The prefix of `type` and `instance`: BRIEFS_BASE_URL, or an empty text.
        path: The path of the request, percent-encoded.
        detail: By default, the description of the kind.
        members: Further members, such as `errors`. They replace members of the same name.
    """
    body = {
        "type": base_url + kind.path,
        "title": kind.title,
        "status": kind.status,
        "detail": detail or kind.detail,
        "instance": base_url + path,
        "request_id": request_id,
    }
    return body | dict(members or {})


def example_problem(kind: ProblemKind, base_url: str = "") -> dict[str, Any]:
    """Return an example of an error response of this kind, for its page and the specification.

    `base_url` is the prefix of `type` and `instance`: the value of BRIEFS_BASE_URL, or an empty text.
    """
    members = dict(kind.example)
    path = members.pop("instance", EXAMPLE_PATH)
    return problem(kind, base_url, path, EXAMPLE_REQUEST_ID, members=members)


def request_path(environ: WSGIEnvironment) -> str:
    """Return the path of a request as a URI reference (RFC 3986), percent-encoded."""
    path = quote(environ["PATH_INFO"], encoding="latin-1") or "/"
    # A reference that begins with two slashes would name a host. Flask's `request.path` drops one of them.
    return f"/.{path}" if path.startswith("//") else path


def problem_response(error: HTTPException) -> Response:
    """Return the response for `error`: a problem (RFC 9457) with the status and headers of the error.

    The body is JSON, or HTML for a page that a browser requests.
    """
    status = error.code or 500
    kind = error.kind if isinstance(error, ProblemException) else default_kind(status)
    members: dict[str, Any] = {"status": status}
    if isinstance(error, ProblemException) and error.errors:
        members["errors"] = error.errors
    detail = _detail_of(error, kind)
    address = request_path(request.environ)
    values = problem(kind, settings().base_url, address, request.environ[ID], detail, members)
    if wants_page(request.environ):
        page = problem_page(kind, values, settings().base_url, request.args.items(multi=True))
        response = current_app.response_class(page, status, headers=PAGE_HEADERS)
    else:
        response = current_app.response_class(orjson.dumps(values), status, mimetype=PROBLEM_JSON)
    for name, value in error.get_headers(request.environ):
        if name != "Content-Type":
            response.headers[name] = value
    return response


def _detail_of(error: HTTPException, kind: ProblemKind) -> str | None:
    """Return the description of `error` for the client, or None for the default description of `kind`."""
    if isinstance(error, MethodNotAllowed) and "POST" in (error.valid_methods or ()):
        return "The method of this resource is POST."
    # werkzeug describes a status that is not in the table.
    has_detail = isinstance(error, ProblemException) or error.code not in (kind.status, None)
    return error.description if has_detail or error.description != type(error).description else None


def register_problems(app: Flask) -> None:
    """Register error handlers on `app` that answer every error with a problem (RFC 9457)."""
    app.before_request(_reject_target)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(SQLAlchemyError, _database_error)
    app.register_error_handler(Exception, _unexpected_error)


def _reject_target() -> None:
    target = request.environ.get("RAW_URI") or request.full_path
    if len(target) > MAX_TARGET_BYTES:
        raise ProblemException(ProblemKind.URI_TOO_LONG)
    # The router would treat several leading slashes as one.
    if request.environ["PATH_INFO"].startswith("//"):
        raise ProblemException(ProblemKind.ADDRESS_NOT_FOUND)


def _http_error(error: HTTPException) -> Response | HTTPException:
    # A redirect is an HTTPException too, but not an error.
    return error if error.code is None or error.code < 400 else problem_response(error)


def _database_error(error: Exception) -> Response:
    failure = failure_of(error)
    if failure is None:
        return _unexpected_error(error)
    _log(error, HTTPStatus.SERVICE_UNAVAILABLE)
    deadline = current_deadline()
    # The watchdog ends a statement by breaking the connection, so the error does not show the reason.
    if deadline and deadline.has_passed:
        kind = ProblemKind.DEADLINE_EXCEEDED
        return problem_response(ProblemException(kind, deadline.message, retry_after=RETRY_SECONDS))
    return problem_response(database_problem(failure))


def _unexpected_error(error: Exception) -> Response:
    _log(error, HTTPStatus.INTERNAL_SERVER_ERROR)
    return problem_response(InternalServerError())


def _log(error: Exception, status: int) -> None:
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
    log.log(failure_level(status), "request failed", extra=extra)
