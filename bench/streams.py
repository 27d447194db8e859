"""Streams of a whole corpus under gunicorn: `python -m bench.streams URL`.

While a stream is read, a second client sends small requests that no cache answers, one after the other. The
table shows how the stream changes their times, and how much memory the worker takes.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from typing import NamedTuple

import click

from bench.markdown import markdown_table

STREAMS = ("/v1/articles.ndjson", "/v1/articles.ndjson?include=body", "/v1/articles.csv", "/v1/entities.csv")
# The small requests are measured for this time without a stream.
QUIET_SECONDS = 10
START_SECONDS = 60
MEBIBYTE = 1 << 20


class Streamed(NamedTuple):
    """The measurement of one stream: times in seconds, memory of the worker in bytes."""

    first_byte: float
    seconds: float
    size: int
    growth: int
    others: list[float]


class Service:
    """A gunicorn server with one worker.

    Args:
        port: Its port.
        master: The process id of its master process.
    """

    def __init__(self, port: int, master: int) -> None:
        self.port = port
        self._master = master
        self._numbers = count()

    def memory(self) -> int:
        """Return the memory of the worker without shared memory and files, in bytes."""
        children = Path(f"/proc/{self._master}/task/{self._master}/children").read_text().split()
        status = Path(f"/proc/{children[-1]}/status").read_text()
        return int(status.partition("RssAnon:")[2].split()[0]) * 1024

    def small_request(self, connection: HTTPConnection) -> float:
        """Send a request that was not sent before, and return the time until the response in seconds."""
        number = next(self._numbers)
        started = time.perf_counter()
        day = f"{2000 + number % 50}-01-01T00:{number // 60 % 60:02}:{number % 60:02}Z"
        connection.request("GET", f"/v1/articles?limit=5&published_before={day}")
        connection.getresponse().read()
        return time.perf_counter() - started

    def small_requests(self, stop: threading.Event) -> list[float]:
        """Send small requests until `stop` is set, and return their times in seconds."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        times = []
        while not stop.is_set():
            times.append(self.small_request(connection))
            time.sleep(0.005)
        connection.close()
        return times

    def read_stream(self, target: str) -> tuple[float, float, int, int]:
        """Read a stream. Return the times to the first byte and to the end, its size, and the most memory.

        A process of its own reads the stream, so that it does not delay the small requests of this process.
        """
        written = "%{time_starttransfer} %{time_total} %{size_download} %{exitcode}"
        address = f"http://127.0.0.1:{self.port}{target}"
        command = ["curl", "-sS", "-o", os.devnull, "-w", written, address]
        most = 0
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            while process.poll() is None:
                most = max(most, self.memory())
                time.sleep(0.1)
            first_byte, seconds, size, exit_code = process.communicate()[0].split()
        if exit_code != "0":
            raise click.ClickException(f"{target}: the stream is incomplete.")
        return float(first_byte), float(seconds), int(size), most


def measure_streams(url: str, articles: int) -> str:
    """Measure streams of the database at `url` with this number of articles, and return a Markdown table."""
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
                    f"{found.first_byte * 1000:.0f}",
                    f"{found.growth / MEBIBYTE:.1f}",
                    _milliseconds(found.others),
                    f"{_p99(found.others) / _p99(quiet):.1f}",
                ]
            )
    head = ["stream", "MiB", "seconds", "first byte ms", "memory MiB", "others p50, p99 ms", "p99 ratio"]
    return (
        f"### Streams of {articles:,} articles\n\nWithout a stream, a small request takes "
        f"{_milliseconds(quiet)} ms (p50, p99).\n\n{markdown_table(head, rows)}"
    )


def _measure(service: Service, target: str) -> Streamed:
    # The first stream of each kind fills the caches of the process.
    service.read_stream(f"{target}{'&' if '?' in target else '?'}q=thewordthatisnowhere")
    before = service.memory()
    results: list[tuple[float, float, int, int]] = []
    others = _with_others(service, lambda: results.append(service.read_stream(target)))
    first_byte, seconds, size, most = results[0]
    return Streamed(first_byte, seconds, size, max(0, most - before), others)


def _with_others(service: Service, work: object) -> list[float]:
    """Call `work`, and return the times of small requests that were sent meanwhile."""
    stop, times = threading.Event(), list[float]()
    thread = threading.Thread(target=lambda: times.extend(service.small_requests(stop)))
    thread.start()
    work()  # type: ignore[operator]
    stop.set()
    thread.join()
    return times


def _p99(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


def _milliseconds(times: list[float]) -> str:
    return f"{statistics.median(times) * 1000:.1f}, {_p99(times) * 1000:.1f}"


@contextmanager
def running_service(url: str) -> Iterator[Service]:
    """Run gunicorn with one worker on the database at `url`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    environ = os.environ | {"DATABASE_URL": url, "PORT": str(port), "BRIEFS_WORKERS": "1"}
    root = Path(__file__).parents[1]
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
        process = subprocess.Popen(command, cwd=root, env=environ, stdout=log, stderr=log)
        try:
            _wait_for(port, process)
            yield Service(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            connection = HTTPConnection("127.0.0.1", port, timeout=START_SECONDS)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise click.ClickException("The service does not answer.")


@click.command()
@click.argument("url")
@click.option("--articles", default=0, help="The number of articles, for the heading.")
def main(url: str, articles: int) -> None:
    """Measure streams of the database at URL."""
    click.echo(measure_streams(url, articles))


if __name__ == "__main__":
    main()
