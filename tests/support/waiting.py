"""Serve the application of wsgi.py, and let requests wait or get long responses.

These header fields of a request have an effect:

- `X-Wait-For: FILE`: the request waits until the file exists.
- `X-Body-Bytes: NUMBER`: the response has a body of this size.
- `X-Blocks: NUMBER`: the body of `X-Body-Bytes` is sent NUMBER times, without Content-Length.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from tests.support.programs.long_body import long_body
from wsgi import app


def waiting(application: WSGIApplication) -> WSGIApplication:
    """Wrap `application` so that requests with certain header fields wait or get long responses.

    The description of this module lists the header fields. When a request begins to wait for FILE, the file
    FILE.waiting is created.
    """

    def wait(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if name := environ.get("HTTP_X_WAIT_FOR"):
            Path(f"{name}.waiting").touch()
            while not Path(name).exists():
                time.sleep(0.02)
        if length := environ.get("HTTP_X_BODY_BYTES"):
            block = long_body(int(length))
            if number := environ.get("HTTP_X_BLOCKS"):
                start_response("200 OK", [])
                return (block for _ in range(int(number)))
            start_response("200 OK", [("Content-Length", length)])
            return [block]
        return application(environ, start_response)

    return wait


# The documentation of Flask adds middleware in this way.
app.wsgi_app = waiting(app.wsgi_app)  # type: ignore[assignment,method-assign]
