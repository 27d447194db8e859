"""The least that a WSGI server can be asked for: bytes that are there, the files of folder BENCH_BODIES."""

import os
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

BODIES = {f"/{path.name}": path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).iterdir()}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Answer."""
    body = BODIES[environ["PATH_INFO"]]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
