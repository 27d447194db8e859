"""Servers as processes: started on a free port, their CPU and memory read, ended with all their workers."""

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

from bench.stores import ROOT
from tests.support.server import clean_environ

PATIENCE_SECONDS = 60
TICKS = os.sysconf("SC_CLK_TCK")
MEBIBYTE = 1024


class Program(NamedTuple):
    """How a server is started: its command line for a port, what its environment has besides."""

    name: str
    command: Callable[[int], Sequence[str]]
    environ: Mapping[str, str]


class Running(NamedTuple):
    """A server that answers at `port`; `pid` is its first process."""

    port: int
    pid: int

    def get(
        self, path: str, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Ask once; gives status, header fields and body."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", path, headers=dict(headers or {}))
            response = connection.getresponse()
            return response.status, dict(response.headers), response.read()
        finally:
            connection.close()

    def cpu_seconds(self) -> float:
        """Give the seconds of CPU that its processes have taken, in user and system mode."""
        fields = [_stat(pid) for pid in _family(self.pid)]
        return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS

    def memory(self) -> float:
        """Give the MiB of its largest process: what is its alone, and its part of what it shares (PSS)."""
        return max(_proportional(pid) for pid in _family(self.pid)) / MEBIBYTE


@contextmanager
def running(program: Program, path: str) -> Iterator[Running]:
    """Start a server and give it when it answers `path` with 200."""
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
            server = Running(port, process.pid)
            _wait(program, server, process, path, output)
            yield server
        finally:
            _end(process)


def _wait(
    program: Program, server: Running, process: subprocess.Popen[bytes], path: str, output: Path
) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    status = 0
    while status != 200:
        if process.poll() is not None or time.monotonic() > deadline:
            said = output.read_text(errors="replace")[-2000:]
            raise click.ClickException(f"{program.name} does not answer (last status {status}): {said}")
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


def _family(pid: int) -> list[int]:
    """Give a process and all that it has started, and those that these have."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(each for child in children for each in _family(int(child)))]


def _stat(pid: int) -> list[str]:
    # After the name, which may hold spaces: see proc(5).
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _proportional(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
