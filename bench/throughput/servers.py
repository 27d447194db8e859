"""Server processes on free ports, and the CPU time and the memory that they use."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import NamedTuple

import click

from bench.databases import ROOT
from tests.support.server import clean_environ

START_TIMEOUT_SECONDS = 60
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
KIB_PER_MIB = 1024


class Program(NamedTuple):
    """A server to measure: its name, its environment, and its command line.

    `command` takes a port and returns the command line.
    """

    name: str
    command: Callable[[int], Sequence[str]]
    environ: Mapping[str, str]


class RunningServer(NamedTuple):
    """A running server that is measured. `port` is where it listens, and `pid` is its main process."""

    port: int
    pid: int

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request for `path`, and return status, header fields and body of the response."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_TIMEOUT_SECONDS)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Return the CPU seconds of all processes of the server, in user and in system mode."""
        fields = [_read_stat(pid) for pid in _process_tree(self.pid)]
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS_PER_SECOND

    def total_memory(self) -> float:
        """Return the memory of all processes of the server in MiB, as the proportional set size (PSS)."""
        return sum(_read_pss(pid) for pid in _process_tree(self.pid)) / KIB_PER_MIB

    def memory(self) -> float:
        """Return the memory of the largest server process in MiB, as the proportional set size (PSS)."""
        return max(_read_pss(pid) for pid in _process_tree(self.pid)) / KIB_PER_MIB


@contextmanager
def run_server(program: Program, path: str) -> Iterator[RunningServer]:
    """Start the server `program`, and stop it at the end of the `with` block.

    The block begins when the server answers a request for `path` with 200.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="briefs-bench-") as folder:
        output = Path(folder) / "output"
        with output.open("wb") as file:
            process = subprocess.Popen(
                program.command(port),
                cwd=ROOT,
                env=clean_environ({**program.environ, "PORT": str(port)}),
                stdout=file,
                stderr=file,
                start_new_session=True,
            )
        try:
            server = RunningServer(port, process.pid)
            _wait(program, server, process, path, output)
            yield server
        finally:
            _end(process)


def _wait(
    program: Program, server: RunningServer, process: subprocess.Popen[bytes], path: str, output: Path
) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    status = 0
    while status != 200:
        if process.poll() is not None or time.monotonic() > deadline:
            text = output.read_text(errors="replace")[-2000:]
            raise click.ClickException(f"{program.name} does not answer (last status {status}): {text}")
        time.sleep(0.1)
        with suppress(OSError, HTTPException):
            status, _, _ = server.get(path)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _process_tree(pid: int) -> list[int]:
    """Return the ids of a process and of all its descendants."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _process_tree(int(child)))]


def _read_stat(pid: int) -> list[str]:
    # The fields follow the name of the program, which can contain spaces: see proc(5).
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _read_pss(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
