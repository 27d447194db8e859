"""A bare WSGI application that serves the files of the folder BENCH_BODIES from memory."""

import os
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

BODIES = {f"/{path.name}": path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).iterdir()}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Return the file at the path of the request."""
    body = BODIES[environ["PATH_INFO"]]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
