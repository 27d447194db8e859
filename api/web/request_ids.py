"""What every request gets, before routing: an id (`X-Request-ID`) and one log line when it ends.

This is WSGI (PEP 3333), so that an answer that Flask has no part in has both too.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from random import getrandbits
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# Where the environment has the id, and the rule of the route that answers.
ID, ROUTE = "briefs.request_id", "briefs.route"


def name_route() -> None:
    """Say in the environment which route answers, for the log."""
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else None


def make_id() -> str:
    """Make the id of a request: unique and no secret, which would take a call of the system."""
    return f"{getrandbits(128):032x}"


class Requests:
    """Gives each request of `application` its id and its log line, by `write_line`."""

    def __init__(self, application: WSGIApplication, write_line: Callable[[Mapping[str, Any]], None]) -> None:
        self.application, self._write_line = application, write_line

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, with the id in the header and one line in the log."""
        started = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = environ[ID] = given if given and REQUEST_ID.fullmatch(given) else make_id()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            # The rule and not the path: what a client put into a path does not belong in a log.
            line = {
                "request_id": request_id,
                "method": environ["REQUEST_METHOD"],
                "route": environ.get(ROUTE),
                "status": int(status[:3]),
                "milliseconds": round((time.perf_counter() - started) * 1000, 3),
            }
            self._write_line(line)
            return start_response(status, [*headers, ("X-Request-ID", request_id)], *error)

        return self.application(environ, start)
