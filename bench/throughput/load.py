"""Load from `wrk`, on connections that are kept alive and send one request after the other."""

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
    """The number of responses, the duration in seconds, and the milliseconds of a request."""

    requests: int
    seconds: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """The number of requests a second."""
        return self.requests / self.seconds


class Targets(NamedTuple):
    """Paths to request, in order or at random, and the header fields of all requests."""

    paths: Sequence[str]
    is_random: bool = False
    headers: Mapping[str, str] = {}


def find_wrk() -> str:
    """Return the path of wrk.

    Raises:
        click.ClickException: The program wrk is not installed.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise click.ClickException("wrk is needed (on Debian: apt-get install wrk)")
    return wrk


def put_load(port: int, targets: Targets, seconds: int, *, connections: int = 32, start: int = 0) -> Load:
    """Request `targets` from the server at `port`.

    Args:
        port: The port on this machine.
        targets: The paths to request.
        seconds: The length of the load.
        connections: The number of connections.
        start: The index of the first path, if the paths are requested in order.

    Raises:
        click.ClickException: A request failed.
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
    """Return the load that the last line of the output of the script describes.

    Raises:
        click.ClickException: A request failed, or wrk did not run.
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
