"""Run real servers on free ports during a test, and read their responses and output."""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPMessage
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# The timeout is long enough for a slow machine. No test measures time with it.
PATIENCE_SECONDS = 60
# Ports below those that Linux and macOS choose themselves.
OWN_PORTS = range(20_000, 30_000)
LISTENING = re.compile(r"Listening at: http://[\d.]+:(\d+)")
BOOTING = re.compile(r"Booting worker with pid: (\d+)")
EXITING = re.compile(r"Worker exiting \(pid: (\d+)\)")


@dataclass(frozen=True)
class Answer:
    """The response of a server: its status, header fields and body."""

    status: int
    headers: HTTPMessage
    body: bytes


@dataclass
class Server:
    """A running server process of a test, the folder with its output, and its port (0 until it is known)."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int = 0

    @property
    def lines(self) -> list[str]:
        """Return the complete lines that the server has written to standard error."""
        text = (self.folder / "stderr").read_text(encoding="utf-8")
        return text[: text.rfind("\n") + 1].split("\n")[:-1]

    @property
    def output(self) -> str:
        """Return what the server has written to standard output."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def booted(self) -> list[str]:
        """Return the process ids of all workers that gunicorn has started, according to its log."""
        return BOOTING.findall("\n".join(self.lines))

    @property
    def exited(self) -> list[str]:
        """Return the process ids of all workers that have ended, according to the log."""
        return EXITING.findall("\n".join(self.lines))

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """Send a request on a new connection, and return the response.

        `headers` are header fields; `_` in a name means `-`, as in `If_None_Match`.
        """
        connection = self.connect()
        try:
            connection.request(method, target, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def connect(self) -> HTTPConnection:
        """Return a new connection to the server, on which several requests can be sent."""
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def exchange(self, request: bytes) -> bytes:
        """Send the bytes of a request and return all bytes until the server closes the connection."""
        received = bytearray()
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            while chunk := connection.recv(65536):
                received += chunk
        return bytes(received)

    def wait_until(self, description: str, condition: Callable[[], bool]) -> None:
        """Wait until `condition` returns True.

        Fail with `description` if the server has ended or the timeout has passed.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        is_last = False
        while not condition():
            assert not is_last, "\n".join([f"did not happen: {description}", *self.lines])
            is_last = self.process.poll() is not None or time.monotonic() > deadline
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait until the server process has ended, and return its exit status."""
        return self.process.wait(PATIENCE_SECONDS)


def clean_environ(given: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a server: `given`, and all variables of this process except settings."""
    prefixes = ("BRIEFS_", "DATABASE_", "REDIS_", "GUNICORN_", "FLASK_", "PORT")
    return {name: text for name, text in os.environ.items() if not name.startswith(prefixes)} | {**given}


@contextmanager
def running_process(
    command: Sequence[str],
    folder: Path,
    environ: Mapping[str, str],
    root: Path,
    pass_fds: Sequence[int] = (),
) -> Iterator[Server]:
    """Run a server by its command line, and write its output to files in `folder`.

    The working directory is `root`. The server inherits the open files with the numbers `pass_fds`. The
    caller must wait until the server answers. The server and its workers end with the `with` block.
    """
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environ,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
            pass_fds=pass_fds,
        )
    try:
        yield Server(process, folder)
    finally:
        _end(process)


@contextmanager
def starting_gunicorn(
    folder: Path, environ: Mapping[str, str], *, application: str = "wsgi:app", root: Path = ROOT
) -> Iterator[Server]:
    """Start gunicorn, and yield the server at once, possibly before it answers.

    Its settings come from the gunicorn.conf.py of `root`, and its output goes to files in `folder`.
    """
    command = [sys.executable, "-m", "gunicorn", application]
    # With port 0, the kernel chooses a free port.
    with running_process(command, folder, clean_environ({"PORT": "0", **environ}), root) as server:
        yield server


@contextmanager
def running_gunicorn(
    database_url: str, folder: Path, *, application: str = "wsgi:app", root: Path = ROOT, **environ: str
) -> Iterator[Server]:
    """Start gunicorn on the database at `database_url` and yield it when it answers.

    Args:
        database_url: The URL of the database.
        folder: The folder for the files with the output of gunicorn.
        application: The WSGI application, as `module:name`.
        root: The working directory of gunicorn. It contains gunicorn.conf.py.
        **environ: Further environment variables.
    """
    environ["DATABASE_URL"] = database_url
    with starting_gunicorn(folder, environ, application=application, root=root) as server:
        server.wait_until("an answer from /healthz", lambda: is_answering(server))
        yield server


@contextmanager
def running_granian(
    database_url: str, folder: Path, *, application: str = "wsgi:app", **environ: str
) -> Iterator[Server]:
    """Start granian on the database at `database_url` and yield it when it answers.

    Skip the test if granian is not installed.
    """
    pytest.importorskip("granian")
    command = [sys.executable, "-m", "api.server.granian_server", application]
    environ |= {"DATABASE_URL": database_url}
    # Each worker of granian opens the port itself, so that the kernel cannot choose one.
    with running_process(
        command, folder, clean_environ({"PORT": str(free_port()), **environ}), ROOT
    ) as server:
        server.wait_until("an answer from /healthz", lambda: is_answering(server))
        yield server


def is_answering(server: Server) -> bool:
    """Return True if `server` listens on a port and answers. Its port is then stored in `server`."""
    listening = LISTENING.search("\n".join(server.lines))
    if listening is None:
        return False
    server.port = int(listening[1])
    try:
        return server.get("/healthz").status == 200
    except (OSError, HTTPException):
        return False


def free_port() -> int:
    """Return the number of a random free TCP port in OWN_PORTS.

    The kernel does not assign ports of this range by itself, so the port stays free until the test uses it.
    """
    for port in random.sample(OWN_PORTS, 100):
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port
    raise AssertionError(f"a hundred ports of {OWN_PORTS} are in use")


def find_program(name: str) -> str | None:
    """Return the path of the program `name`, or None if it is not installed."""
    # The PATH of ordinary users often lacks sbin.
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        # After INT, gunicorn and nginx do not wait for connections that a failed test left open.
        process.send_signal(signal.SIGINT)
        process.wait(10)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
