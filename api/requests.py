"""What every request gets: an id (`X-Request-ID`) and one log line when it ends."""

import logging
import re
import time
import uuid

from flask import Flask, Response, g, request

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")

log = logging.getLogger("briefs.access")


def register_requests(app: Flask) -> None:
    """Give each request of `app` its id and its log line; register this before other hooks."""
    app.before_request(_begin)
    app.after_request(_end)


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.started = time.perf_counter()


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    # The rule and not the path: what a client put into a path does not belong in a log.
    route = request.url_rule.rule if request.url_rule else None
    log.info(
        "request",
        extra={
            "request_id": g.request_id,
            "method": request.method,
            "route": route,
            "status": response.status_code,
            "milliseconds": round((time.perf_counter() - g.started) * 1000, 3),
        },
    )
    return response
