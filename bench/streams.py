"""Measure responses with all articles or entities of a database (streams): `python -m bench.streams URL`.

The table shows how much memory a gunicorn worker needs for a stream. It also shows the response times of
small requests during the stream. No cache can answer these requests.
"""

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import NamedTuple

import click

from bench.markdown import markdown_table
from tests.support.server import PATIENCE_SECONDS, running_gunicorn

STREAMS = ("/v1/articles.ndjson", "/v1/articles.ndjson?include=body", "/v1/articles.csv", "/v1/entities.csv")
# How long the small requests are measured without a stream.
QUIET_SECONDS = 10
MEBIBYTE = 1 << 20


class StreamMeasurement(NamedTuple):
    """The measurement of one stream, a long response that the service sends in parts.

    Attributes:
        first_byte_seconds: The time to the first byte.
        seconds: The time to the last byte.
        size: The number of bytes.
        memory_growth: How many bytes the memory of the worker grew.
        other_seconds: The response times of small requests during the stream.
    """

    first_byte_seconds: float
    seconds: float
    size: int
    memory_growth: int
    other_seconds: list[float]


def small_target(number: int) -> str:
    """Return a different path and query for each `number`, so that no cache has the response."""
    before = datetime(2000 + number % 50, 1, 1, tzinfo=UTC) + timedelta(seconds=number)
    return f"/v1/articles?limit=5&published_before={before:%Y-%m-%dT%H:%M:%SZ}"


class Service:
    """A gunicorn server with one worker.

    Args:
        port: The port of the server on 127.0.0.1.
        master: The process id of the master process.
    """

    def __init__(self, port: int, master: int) -> None:
        self.port = port
        self._master = master
        self._numbers = count()

    def memory(self) -> int:
        """Return the private memory of the worker in bytes, without shared memory and mapped files."""
        children = Path(f"/proc/{self._master}/task/{self._master}/children").read_text().split()
        status = Path(f"/proc/{children[-1]}/status").read_text()
        return int(status.partition("RssAnon:")[2].split()[0]) * 1024

    def small_request(self, connection: HTTPConnection) -> float:
        """Send a request that was not sent before, and return the time until the response in seconds."""
        target = small_target(next(self._numbers))
        started = time.perf_counter()
        connection.request("GET", target)
        connection.getresponse().read()
        return time.perf_counter() - started

    def small_requests(self, stop: threading.Event) -> list[float]:
        """Send small requests until `stop` is set, and return their times in seconds."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        times = []
        while not stop.is_set():
            times.append(self.small_request(connection))
            time.sleep(0.005)
        connection.close()
        return times

    def read_stream(self, target: str) -> tuple[float, float, int, int]:
        """Read the stream at the path `target`, and measure it.

        Returns:
            The seconds to the first byte, the seconds to the last byte, the number of bytes, and the peak
                memory of the worker in bytes.
        """
        # In its own process, curl does not delay the small requests that are measured at the same time.
        written = "%{time_starttransfer} %{time_total} %{size_download} %{exitcode}"
        address = f"http://127.0.0.1:{self.port}{target}"
        command = ["curl", "-sS", "-o", os.devnull, "-w", written, address]
        peak = 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            while process.poll() is None:
                peak = max(peak, self.memory())
                time.sleep(0.1)
            first_byte, seconds, size, exit_code = process.communicate()[0].split()
        if exit_code != "0":
            raise click.ClickException(f"{target}: the stream is incomplete.")
        return float(first_byte), float(seconds), int(size), peak


def measure_streams(url: str, articles: int) -> str:
    """Return a Markdown table of the time and memory of streams: responses with all articles or entities.

    `url` is the URL of the database. `articles` is the number of its articles, for the heading.
    """
    with running_service(url) as service:
        quiet = _with_others(service, lambda: time.sleep(QUIET_SECONDS))
        rows = []
        for target in STREAMS:
            found = _measure(service, target)
            rows.append(
                [
                    f"`{target}`",
                    f"{found.size / MEBIBYTE:.0f}",
                    f"{found.seconds:.1f}",
                    f"{found.first_byte_seconds * 1000:.0f}",
                    f"{found.memory_growth / MEBIBYTE:.1f}",
                    _milliseconds(found.other_seconds),
                    f"{_p99(found.other_seconds) / _p99(quiet):.1f}",
                ]
            )
    head = ["stream", "MiB", "seconds", "first byte ms", "memory MiB", "others p50, p99 ms", "p99 ratio"]
    return (
        f"### Streams of {articles:,} articles\n\nWithout a stream, a small request takes "
        f"{_milliseconds(quiet)} ms (p50, p99).\n\n{markdown_table(head, rows)}"
    )


def _measure(service: Service, target: str) -> StreamMeasurement:
    # The first stream of each kind fills the caches of the process.
    service.read_stream(f"{target}{'&' if '?' in target else '?'}q=thewordthatisnowhere")
    before = service.memory()
    results: list[tuple[float, float, int, int]] = []
    others = _with_others(service, lambda: results.append(service.read_stream(target)))
    first_byte, seconds, size, peak = results[0]
    return StreamMeasurement(first_byte, seconds, size, max(0, peak - before), others)


def _with_others(service: Service, work: Callable[[], object]) -> list[float]:
    """Call `work`, and send small requests until it returns. Return the seconds that each request took."""
    stop, times = threading.Event(), list[float]()
    thread = threading.Thread(target=lambda: times.extend(service.small_requests(stop)))
    thread.start()
    work()
    stop.set()
    thread.join()
    return times


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def _milliseconds(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f}, {_p99(times) * 1000:.1f}"


@contextmanager
def running_service(url: str) -> Iterator[Service]:
    """In the `with` block, run gunicorn with one worker on the database at `url`.

    The value of the context manager is the running server.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        running_gunicorn(url, Path(folder), BRIEFS_WORKERS="1") as server,
    ):
        yield Service(server.port, server.process.pid)


@click.command()
@click.argument("url")
@click.option("--articles", default=0, help="The number of articles, for the heading.")
def main(url: str, articles: int) -> None:
    """Print a Markdown table of the time and memory of streams: responses with all articles or entities.

    URL is the database. `--articles` is the number of its articles, for the heading.
    """
    click.echo(measure_streams(url, articles))


if __name__ == "__main__":
    main()
