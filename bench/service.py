"""One running service: a real gunicorn on one corpus, asked over one connection that is kept alive."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import click
import orjson

from tests.support.server import serving

# One worker, so that requests follow one another; the connection outlasts the other service's slowest answer.
GUNICORN = "--workers 1 --keep-alive 600 --timeout 600"


class Answer(NamedTuple):
    """What came, and how many milliseconds it took from the request's first byte to the answer's last."""

    status: int
    body: bytes
    milliseconds: float


class Service:
    """The service on the corpus of `articles` articles."""

    def __init__(self, articles: int, connection: HTTPConnection) -> None:
        self.articles = articles
        self._connection = connection
        self._values: dict[str, str] = {}

    def ask(self, path: str) -> Answer:
        """Ask for `path`, its placeholders filled; any status."""
        target = path.format(**self._values)
        started = time.perf_counter()
        self._connection.request("GET", target)
        response = self._connection.getresponse()
        body = response.read()
        return Answer(response.status, body, (time.perf_counter() - started) * 1000)

    def time(self, path: str) -> float:
        """Give the milliseconds of an answer, which must be a 200."""
        return self._answer(path).milliseconds

    def read(self, path: str) -> Any:
        """Give the value of an answer, which must be a 200."""
        return orjson.loads(self._answer(path).body)

    def learn(self) -> None:
        """Look up the values of the placeholders in the cases' paths."""
        newest = self.read("/v1/articles?sort=-updated_at")["data"]
        oldest = self.read("/v1/articles?sort=updated_at")["data"]
        late, early = (datetime.fromisoformat(rows[-1]["updated_at"]) for rows in (newest, oldest))
        times = {
            "updated_late": late,
            "updated_middle": early + (late - early) / 2,
            # The range ends before this second.
            "updated_early": early + timedelta(seconds=1),
        }
        self._values = {name: f"{value:%Y-%m-%dT%H:%M:%SZ}" for name, value in times.items()}
        self._values["article"] = newest[0]["slug"]

    def _answer(self, path: str) -> Answer:
        answer = self.ask(path)
        if answer.status != 200:
            text = answer.body.decode(errors="replace")
            raise click.ClickException(f"{self.articles:,} articles: {answer.status} for {path}: {text}")
        return answer


@contextmanager
def serve(database_url: str, articles: int) -> Iterator[Service]:
    """Start the service on the corpus at `database_url` and give it when it is ready."""
    with (
        tempfile.TemporaryDirectory(prefix="briefs-bench-") as folder,
        # What is measured is the work that an answer takes, not that it was kept.
        serving(database_url, Path(folder), GUNICORN_CMD_ARGS=GUNICORN, BRIEFS_CACHE_BYTES="0") as server,
        closing(server.connect()) as connection,
    ):
        service = Service(articles, connection)
        service.time("/readyz")
        service.learn()
        yield service
