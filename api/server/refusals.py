"""Responses to requests that the worker itself refuses, without calling the application.

These requests cannot be parsed, do not arrive completely, or find no free thread.
"""

import logging
from http import HTTPStatus

import orjson
from gunicorn.http import errors

from api.logs.levels import failure_level
from api.media_types import PROBLEM_JSON
from api.problem_kinds import REASON_PHRASES, ProblemKind, default_kind
from api.problems import RETRY_SECONDS, problem
from api.web.request_ids import make_id

# The HTTP statuses for exceptions of gunicorn. Other exceptions of its parser mean 400.
STATUSES = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.NoMoreData: 400,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}


def status_of(error: BaseException) -> int:
    """Return the HTTP status for an exception that gunicorn raised while it parsed or answered a request."""
    return STATUSES.get(type(error), 400 if isinstance(error, errors.ParseException) else 500)


def refusal(log: logging.Logger, status: int, reason: str, base_url: str, path: str = "/") -> bytes:
    """Log one line about a refused request, and return the bytes of the error response.

    The body of the response is a problem in JSON (RFC 9457).

    Args:
        reason: Why the request is refused, for the log.
        base_url: The value of BRIEFS_BASE_URL, or an empty text.
        path: The path of the request, or `/` if it is unknown.
    """
    # Neither the line nor the response contains anything that the client sent.
    request_id = make_id()
    extra = {"request_id": request_id, "status": status, "error": reason}
    log.log(failure_level(status), "request refused", extra=extra)
    # A worker refuses a request with 503 if no thread is free.
    kind = ProblemKind.TOO_BUSY if status == HTTPStatus.SERVICE_UNAVAILABLE else default_kind(status)
    body = orjson.dumps(problem(kind, base_url, path, request_id))
    head = [
        f"HTTP/1.1 {status} {REASON_PHRASES[status]}",
        "Connection: close",
        f"Content-Type: {PROBLEM_JSON}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"X-Request-ID: {request_id}",
    ]
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        head.append(f"Retry-After: {RETRY_SECONDS}")
    return "\r\n".join([*head, "", ""]).encode() + body
