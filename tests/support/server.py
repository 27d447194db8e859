"""A real gunicorn for tests: on a free port, its output captured, gone when the test ends."""

import os
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

from api.db import db
from tests.conftest import make_app

ROOT = Path(__file__).parents[2]
# Long enough for a slow machine; whatever waits this long has failed, nothing is measured by it.
PATIENCE_SECONDS = 60
LISTENING = re.compile(r"Listening at: http://127\.0\.0\.1:(\d+)")
BOOTING = re.compile(r"Booting worker with pid: (\d+)")
EXITING = re.compile(r"Worker exiting \(pid: (\d+)\)")


@dataclass(frozen=True)
class Answer:
    """What a server answered: status, header fields, body."""

    status: int
    headers: HTTPMessage
    body: bytes


@dataclass
class Server:
    """A running server; `lines` is what it wrote to standard error so far, `output` to standard output."""

    process: subprocess.Popen[bytes]
    folder: Path
    port: int = 0

    @property
    def lines(self) -> list[str]:
        """Whole lines only: the last one may be still being written."""
        text = (self.folder / "stderr").read_text(encoding="utf-8")
        return text[: text.rfind("\n") + 1].split("\n")[:-1]

    @property
    def output(self) -> str:
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def booted(self) -> list[str]:
        """Process ids of all workers that were started."""
        return BOOTING.findall("\n".join(self.lines))

    @property
    def exited(self) -> list[str]:
        """Process ids of all workers that ended."""
        return EXITING.findall("\n".join(self.lines))

    def get(self, target: str, method: str = "GET", **headers: str) -> Answer:
        """Send one request on a new connection; `_` in a header's name stands for `-`."""
        connection = self.connect()
        try:
            connection.request(method, target, headers={k.replace("_", "-"): v for k, v in headers.items()})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def connect(self) -> HTTPConnection:
        """Open a connection that keeps alive."""
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)

    def exchange(self, request: bytes) -> bytes:
        """Send `request` as it is and give all that comes until the server closes the connection."""
        received = bytearray()
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as connection:
            connection.sendall(request)
            while chunk := connection.recv(65536):
                received += chunk
        return bytes(received)

    def wait_until(self, what: str, condition: Callable[[], bool]) -> None:
        """Wait until `condition` holds; fails, naming `what`, when the time is up or the server has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        is_last = False
        while not condition():
            assert not is_last, "\n".join([f"never came: {what}", *self.lines])
            is_last = self.process.poll() is not None or time.monotonic() > deadline
            time.sleep(0.02)

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self) -> int:
        """Wait for the end; gives the exit status."""
        return self.process.wait(PATIENCE_SECONDS)


def seeded_copy(template: Path, folder: Path) -> str:
    """Copy the migrated SQLite file `template` into `folder`, seed it with our documents and give its URL."""
    path = folder / "briefs.db"
    shutil.copyfile(template, path)
    url = f"sqlite:///{path}"
    app = make_app(url)
    result = app.test_cli_runner().invoke(args=["seed", "load"])
    assert result.exit_code == 0, result.output
    with app.app_context():
        db.engine.dispose()
    return url


def clean_environ(given: Mapping[str, str]) -> dict[str, str]:
    """Give this process's environment without what is set for the service on this machine, and `given`."""
    ours = ("BRIEFS_", "DATABASE_", "REDIS_", "GUNICORN_", "FLASK_", "PORT")
    return {name: text for name, text in os.environ.items() if not name.startswith(ours)} | {**given}


@contextmanager
def running(command: Sequence[str], folder: Path, environ: Mapping[str, str], root: Path) -> Iterator[Server]:
    """Run the server of `command` in `root`, its output going to `folder`.

    Whether it comes up is for the caller to see; in the end it is gone, with all its workers.
    """
    with (folder / "stdout").open("wb") as stdout, (folder / "stderr").open("wb") as stderr:
        process = subprocess.Popen(
            command, cwd=root, env=environ, stdout=stdout, stderr=stderr, start_new_session=True
        )
    try:
        yield Server(process, folder)
    finally:
        _end(process)


@contextmanager
def started(
    folder: Path, environ: Mapping[str, str], *, application: str = "wsgi:app", root: Path = ROOT
) -> Iterator[Server]:
    """Start gunicorn with the gunicorn.conf.py of `root` and `environ`, its output going to `folder`."""
    command = [sys.executable, "-m", "gunicorn", application]
    # Port 0: the kernel chooses a free one.
    with running(command, folder, clean_environ({"PORT": "0", **environ}), root) as server:
        yield server


@contextmanager
def serving(
    database_url: str, folder: Path, *, application: str = "wsgi:app", root: Path = ROOT, **environ: str
) -> Iterator[Server]:
    """Start gunicorn on the database of `database_url` and give it when it answers."""
    environ["DATABASE_URL"] = database_url
    with started(folder, environ, application=application, root=root) as server:
        server.wait_until("an answer from /healthz", lambda: answers(server))
        yield server


def answers(server: Server) -> bool:
    """Return True if `server` listens and answers; remember its port."""
    listening = LISTENING.search("\n".join(server.lines))
    if listening is None:
        return False
    server.port = int(listening[1])
    try:
        return server.get("/healthz").status == 200
    except (OSError, HTTPException):
        return False


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        # INT is the quick stop of gunicorn and nginx: nobody waits for connections
        # that a failed test left open.
        process.send_signal(signal.SIGINT)
        process.wait(10)
    except subprocess.TimeoutExpired:
        pass
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
