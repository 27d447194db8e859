"""A minimal WSGI application that serves the files of the folder BENCH_BODIES from memory, for comparison."""

import os
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

BODIES = {f"/{path.name}": path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).iterdir()}


def app(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    """Respond with the file that is named by the path of the request. The files are held in memory."""
    body = BODIES[environ["PATH_INFO"]]
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]
