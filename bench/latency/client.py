"""A gunicorn server with a single worker for a corpus, and a persistent connection to the server."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import click
import orjson

from tests.support.server import running_gunicorn

# The connection must stay open while another service answers its slowest request.
GUNICORN = "--workers 1 --keep-alive 600 --timeout 600"


class TimedService:
    """A running service whose response times are measured. Its database contains `articles` articles."""

    def __init__(self, articles: int, connection: HTTPConnection) -> None:
        self.articles = articles
        self._connection = connection
        self._placeholders: dict[str, str] = {}

    def time(self, path: str) -> float:
        """Request `path`, and return the milliseconds until the last byte of the response has arrived."""
        _, milliseconds = self._get(path)
        return milliseconds

    def read(self, path: str) -> Any:
        """Return the JSON of the response at `path`."""
        body, _ = self._get(path)
        return orjson.loads(body)

    def look_up_placeholders(self) -> None:
        """Request the values of placeholders such as `{article}` from the service, and keep them.

        Later requests replace each placeholder in a path by its value, such as the slug of an article.
        """
        newest = self.read("/v1/articles?sort=-updated_at")["data"]
        oldest = self.read("/v1/articles?sort=updated_at")["data"]
        late, early = (datetime.fromisoformat(rows[-1]["updated_at"]) for rows in (newest, oldest))
        times = {
            "updated_late": late,
            "updated_middle": early + (late - early) / 2,
            # `updated_before` excludes its own time, so add a second.
            "updated_early": early + timedelta(seconds=1),
        }
        self._placeholders = {name: f"{value:%Y-%m-%dT%H:%M:%SZ}" for name, value in times.items()}
        self._placeholders["article"] = newest[0]["slug"]

    def _get(self, path: str) -> tuple[bytes, float]:
        target = path.format(**self._placeholders)
        started = time.perf_counter()
        self._connection.request("GET", target)
        response = self._connection.getresponse()
        body = response.read()
        milliseconds = (time.perf_counter() - started) * 1000
        if response.status != 200:
            text = body.decode(errors="replace")
            raise click.ClickException(f"{self.articles:,} articles: {response.status} for {path}: {text}")
        return body, milliseconds


@contextmanager
def serve_corpus(database_url: str, articles: int) -> Iterator[TimedService]:
    """Start the service with the database at `database_url`.

    In the `with` block, the yielded object sends requests to the service and measures the response times. The
    service ends with the block. `articles` is the number of articles in the database.
    """
    with (
        tempfile.TemporaryDirectory(prefix="briefs-bench-") as folder,
        # Turn off the byte cache, so that the service computes every response.
        running_gunicorn(
            database_url, Path(folder), GUNICORN_CMD_ARGS=GUNICORN, BRIEFS_CACHE_BYTES="0"
        ) as server,
        closing(server.connect()) as connection,
    ):
        service = TimedService(articles, connection)
        service.time("/readyz")
        service.look_up_placeholders()
        yield service
