"""The id of each request (header `X-Request-ID`) and the log, which has one line per request.

This is WSGI middleware (PEP 3333), since other middleware answers some requests without Flask.
"""

import re
import time
from collections.abc import Callable, Iterable, Mapping
from random import getrandbits
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# The keys of the WSGI environment for the request id and for the URL rule of the route.
ID, ROUTE = "briefs.request_id", "briefs.route"


def record_route() -> None:
    """Store the URL rule of the current request in its WSGI environment, from which `RequestIds` logs it."""
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else None


def make_id() -> str:
    """Return a new id of a request: 128 random bits in hexadecimal.

    The id is not secret, so a pseudorandom generator is enough and saves a system call.
    """
    return f"{getrandbits(128):032x}"


class RequestIds:
    """WSGI middleware that gives each request an id, or keeps the id of the client, and logs the request.

    Args:
        application: Handles the requests.
        write_line: Writes a line to the log: request id, method, URL rule, status and duration of a request.
    """

    def __init__(self, application: WSGIApplication, write_line: Callable[[Mapping[str, Any]], None]) -> None:
        self.application, self._write_line = application, write_line

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application, add the id to the headers of the response, and log the request."""
        started = time.perf_counter()
        given = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = environ[ID] = given if given and REQUEST_ID.fullmatch(given) else make_id()

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            # Log the rule instead of the path, since a path can contain private text.
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
