"""Run the service inside this process, to measure the CPU time of requests without a server."""

import io
import logging
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from wsgiref.types import WSGIApplication

import click
import orjson

from api.app import close_app, create_app


class LocalService:
    """The service, called as a WSGI application. No response comes from a cache."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def get(self, target: str) -> bytes:
        """Return the body of the response to a GET request.

        `target` is the path and the query.

        Raises:
            click.ClickException: The status is not 200.
        """
        path, _, query = target.partition("?")
        environ = {
            "REQUEST_METHOD": "GET",
            "RAW_URI": target,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SCRIPT_NAME": "",
            "REMOTE_ADDR": "127.0.0.1",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "127.0.0.1:8000",
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        statuses: list[str] = []

        def start(status: str, *_: Any) -> Callable[[bytes], object]:
            statuses.append(status)
            return bytes

        response = self._application(environ, start)
        body = b"".join(response)
        getattr(response, "close", lambda: None)()
        if not statuses[-1].startswith("200"):
            raise click.ClickException(f"{target}: {statuses[-1]}")
        return body

    def read(self, target: str) -> Any:
        """Return the parsed JSON of the response to a GET request.

        `target` is the path and the query. Errors are the same as in `get`.
        """
        return orjson.loads(self.get(target))

    def pages(self, target: str) -> Iterator[Any]:
        """Yield the JSON of each page of a list, from the URL `target` to the last page."""
        following: str | None = target
        while following:
            page = self.read(following)
            yield page
            following = page["links"]["next"] if page["data"] else None

    def cpu_microseconds(self, targets: Sequence[str]) -> float:
        """Send the requests `targets`, and return the average CPU time of a request in microseconds."""
        started = time.process_time()
        for target in targets:
            self.get(target)
        return (time.process_time() - started) / len(targets) * 1e6


@contextmanager
def local_service(url: str) -> Iterator[LocalService]:
    """In the `with` block, provide the service in this process, with the database at `url`.

    The cache of responses and the log of requests are turned off.
    """
    app = create_app({"DATABASE_URL": url, "BRIEFS_CACHE_BYTES": "0"})
    logger = logging.getLogger("briefs.access")
    logger.disabled = True
    try:
        yield LocalService(app.wsgi_app)
    finally:
        logger.disabled = False
        close_app(app)
