"""Responses to requests that gunicorn cannot parse, that do not arrive or for which no thread is free."""

import logging
from http import HTTPStatus

from gunicorn.http import errors

from api.problems import PROBLEM_JSON, RETRY_SECONDS, TITLES, problem
from api.web.request_ids import make_id

# The statuses of requests that gunicorn cannot parse. All other parse errors are 400.
STATUSES = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}
# Descriptions that differ from those of the application.
DETAILS = {503: "The server is busy. Try again later."}


def status_of(error: BaseException) -> int:
    """Return the HTTP status for an exception that gunicorn raised while it parsed or answered a request."""
    return STATUSES.get(type(error), 400 if isinstance(error, errors.ParseException) else 500)


def refusal(log: logging.Logger, status: int, reason: str) -> bytes:
    """Log one line, and return the bytes of a response with a problem (RFC 9457).

    Neither contains anything that the client sent.

    Args:
        log: The logger for the line.
        status: The HTTP status.
        reason: The reason in the line.
    """
    request_id = make_id()
    level = logging.WARNING if status < HTTPStatus.INTERNAL_SERVER_ERROR else logging.ERROR
    extra = {"request_id": request_id, "status": status, "error": reason}
    log.log(level, "unreadable request", extra=extra)
    body = problem(status, "/", request_id, DETAILS.get(status))
    head = [
        f"HTTP/1.1 {status} {TITLES[status]}",
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
