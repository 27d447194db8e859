"""Load by `wrk`: many connections that are kept alive, each sending its next request at the answer before."""

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
    """What came of one load: requests answered, in how many seconds, milliseconds each took."""

    requests: int
    seconds: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class Targets(NamedTuple):
    """What is asked for: paths, in their order or drawn from them, and the header fields of each request."""

    paths: Sequence[str]
    is_drawn: bool = False
    headers: Mapping[str, str] = {}


def find_wrk() -> str:
    """Give the path of wrk; raises ClickException where there is none."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise click.ClickException("wrk is needed (on Debian: apt-get install wrk)")
    return wrk


def put_load(port: int, targets: Targets, seconds: int, *, connections: int = 32, start: int = 0) -> Load:
    """Ask the server at `port` for `targets`; paths in their order are asked for from number `start` on.

    Raises ClickException where an answer was an error.
    """
    wrk = find_wrk()
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(targets.paths) + "\n")
        file.flush()
        fields = [part for name, value in targets.headers.items() for part in ("-H", f"{name}: {value}")]
        command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(SCRIPT), *fields]
        order = "drawn" if targets.is_drawn else "listed"
        command += [f"http://127.0.0.1:{port}", "--", file.name, order, str(start)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return read_outcome(done.stdout, done.stderr)


def read_outcome(output: str, errors: str = "") -> Load:
    """Read what the script printed last; raises ClickException where anything failed."""
    line = output.strip().rpartition("\n")[2]
    if not line.startswith("{"):
        raise click.ClickException(f"wrk: {errors.strip() or output.strip()}")
    found = orjson.loads(line)
    if found["failed"] or found["broken"] or not found["requests"]:
        raise click.ClickException(
            f"wrk: of {found['requests']} requests {found['failed']} were answered with errors "
            f"and {found['broken']} not at all"
        )
    return Load(found["requests"], found["seconds"], found["median"], found["p99"])
