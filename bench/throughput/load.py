"""Send many requests with the program `wrk`, to measure how many a server answers per second."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import orjson

SCRIPT = Path(__file__).parent / "load.lua"


class Load(NamedTuple):
    """The result of sending requests for some time.

    Attributes:
        requests: The number of requests.
        seconds: The time in which they were sent.
        median: The median response time in milliseconds.
        p99: The 99th percentile of the response times in milliseconds.
    """

    requests: int
    seconds: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


class Targets(NamedTuple):
    """The requests to send to a server under load.

    `paths` are their URL paths. If `is_random` is True, each path is chosen at random. Otherwise, paths are
    requested in order. `headers` are the header fields of each request.
    """

    paths: Sequence[str]
    is_random: bool = False
    headers: Mapping[str, str] = {}


def find_wrk() -> str:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise click.ClickException("wrk is needed (on Debian: apt-get install wrk)")
    return wrk


def put_load(port: int, targets: Targets, seconds: int, *, connections: int = 32, start: int = 0) -> Load:
    """Send requests to the server at `port` as fast as it answers, and measure the response times.

    Args:
        port: The port on this machine.
        targets: The paths to request.
        connections: The number of simultaneous connections.
        start: The index of the first path, if paths are requested in order.

    Raises:
        click.ClickException: A request failed, or `wrk` is not installed.
    """
    wrk = find_wrk()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(targets.paths) + "\n")
        file.flush()
        fields = [part for name, value in targets.headers.items() for part in ("-H", f"{name}: {value}")]
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), *fields]
        order = "random" if targets.is_random else "listed"
        command += [f"http://127.0.0.1:{port}", "--", file.name, order, str(start)]
        process = subprocess.run(command, capture_output=True, text=True, check=False)
    return read_outcome(process.stdout, process.stderr)


def read_outcome(output: str, errors: str = "") -> Load:
    """Return the result of a run of `wrk` from the last line of its output, which is JSON.

    `errors` is the text that `wrk` wrote to standard error.

    Raises:
        click.ClickException: A request failed, or `wrk` did not run.
    """
    line = output.strip().rpartition("\n")[2]
    if not line.startswith("{"):
        raise click.ClickException(f"wrk: {errors.strip() or output.strip()}")
    found = orjson.loads(line)
    if found["failed"] or found["broken"] or not found["requests"]:
        raise click.ClickException(
            f"wrk: of {found['requests']} requests {found['failed']} got an error "
            f"and {found['broken']} got no response"
        )
    return Load(found["requests"], found["seconds"], found["median"], found["p99"])
