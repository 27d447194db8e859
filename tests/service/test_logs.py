"""Tests of the log of a real service: nobody reads it, the disk is full, or many requests fail.

If many requests fail, the number of log lines about the failures is limited.
"""

import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from socket import AF_UNIX, SOCK_STREAM, socket
from typing import Any

import orjson

from tests.support.server import PATIENCE_SECONDS, ROOT, clean_environ, running_gunicorn

# Requests are answered in milliseconds. A request that waits for the log would wait for ever.
MAX_SECONDS = 10


class UnixConnection(HTTPConnection):
    """An HTTP connection to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=MAX_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket(AF_UNIX, SOCK_STREAM)
        self.sock.settimeout(MAX_SECONDS)
        self.sock.connect(str(self._path))


@dataclass
class Service:
    """A gunicorn server on the Unix socket `path`, whose log the test reads from the pipe `log`.

    `text` is the part of the log that has been read.
    """

    process: subprocess.Popen[bytes]
    path: Path
    log: int = -1
    text: bytearray = field(default_factory=bytearray)

    def get(self, numbers: range) -> list[int]:
        """Send a request for each of `numbers` on one connection, and return the statuses.

        The request id contains the number.
        """
        statuses = []
        with closing(UnixConnection(self.path)) as connection:
            for number in numbers:
                headers = {"X-Request-ID": f"n{number}", "X-Forwarded-For": "203.0.113.9"}
                connection.request("GET", "/v1/articles?limit=1", headers=headers)
                response = connection.getresponse()
                response.read()
                statuses.append(response.status)
        return statuses

    def get_from_four_clients(self, numbers: range) -> list[int]:
        """Do what `get` does, with `numbers` divided among four simultaneous connections."""
        ranges = [numbers[part::4] for part in range(4)]
        with ThreadPoolExecutor(4) as clients:
            return [status for statuses in clients.map(self.get, ranges) for status in statuses]

    @property
    def workers(self) -> set[str]:
        """Return the process ids of the workers."""
        pid = self.process.pid
        return set(Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split())

    def read_log_until(self, is_complete: Callable[[list[dict[str, Any]]], bool]) -> list[dict[str, Any]]:
        """Read the log until `is_complete(lines)` is true, and return all lines."""
        lines: list[dict[str, Any]] = []
        while not is_complete(lines):
            assert select.select([self.log], [], [], PATIENCE_SECONDS)[0], lines[-3:]
            self.text += os.read(self.log, 65_536)
            lines = [orjson.loads(line) for line in self.text[: self.text.rfind(b"\n") + 1].splitlines()]
        return lines


@contextmanager
def running_service(stderr: int, application: str, environ: Mapping[str, str]) -> Iterator[Service]:
    """Start gunicorn with `stderr` as its standard error, and yield it when it answers."""
    # The path of a Unix socket is limited to about a hundred bytes.
    folder = Path(tempfile.mkdtemp(prefix="briefs-"))
    path = folder / "socket"
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application],
        cwd=ROOT,
        env=clean_environ({"BRIEFS_BIND": f"unix:{path}", "BRIEFS_WORKERS": "1", **environ}),
        stderr=stderr,
        start_new_session=True,
    )
    try:
        service = Service(process, path)
        wait_until("an answer", lambda: is_answering(service))
        yield service
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        shutil.rmtree(folder)


def is_answering(service: Service) -> bool:
    try:
        return service.get(range(1)) == [200]
    except OSError:
        return False


def wait_until(what: str, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


def test_a_log_that_nobody_reads_delays_no_request_no_reload_and_no_end(database: str) -> None:
    reading, writing = os.pipe()
    environ = {"DATABASE_URL": database, "BRIEFS_TRUSTED_PROXIES": "unix", "BRIEFS_LOG_ADDRESSES": "full"}
    with running_service(writing, "tests.support.programs.short_log_queue:app", environ) as service:
        os.close(writing)
        service.log = reading
        assert service.get_from_four_clients(range(10_000, 12_000)) == [200] * 2_000

        before = service.workers
        assert len(before) == 1
        service.process.send_signal(signal.SIGHUP)
        wait_until("new workers", lambda: len(service.workers - before) == 1)
        assert service.get(range(15_000, 15_100)) == [200] * 100
        # The lines that wait in a process that ends are lost.
        wait_until("the end of the old workers", lambda: not service.workers & before)
        assert service.get_from_four_clients(range(20_000, 21_200)) == [200] * 1_200

        # Each line of the second part is in the log or among the dropped lines.
        def is_accounted(lines: list[dict[str, Any]]) -> bool:
            written = [line for line in lines if line.get("request_id", "").startswith("n2")]
            dropped = [line["lines"] for line in lines if line["message"] == "log lines dropped"]
            return bool(dropped) and len(written) + sum(dropped) >= 1_200

        lines = service.read_log_until(is_accounted)
        requests = [line for line in lines if line["message"] == "request"]
        assert {line["client_address"] for line in requests} == {"203.0.113.9"}
        assert "Handling signal: hup" in {line["message"] for line in lines}
        assert service.get(range(30_000, 30_001)) == [200]
        service.read_log_until(lambda lines: any(line.get("request_id") == "n30000" for line in lines))

        assert service.get(range(40_000, 40_300)) == [200] * 300
        service.process.send_signal(signal.SIGTERM)
        # gunicorn.conf.py gives requests 30 seconds. No request is running.
        assert service.process.wait(20) == 0
    os.close(reading)


def test_a_full_disk_under_the_log_delays_no_request_and_no_end(database: str) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    environ = {"DATABASE_URL": database, "BRIEFS_LOG_FORMAT": "text"}
    with running_service(full, "wsgi:app", environ) as service:
        assert service.get(range(500)) == [200] * 500
        service.process.send_signal(signal.SIGTERM)
        assert service.process.wait(20) == 0
    os.close(full)


def test_lines_of_failures_are_limited_and_counted(tmp_path: Path) -> None:
    address, url = "203.0.113.9", f"sqlite:///{tmp_path / 'missing.db'}"
    with running_gunicorn(
        url, tmp_path, BRIEFS_WORKERS="1", BRIEFS_TRUSTED_PROXIES="127.0.0.1", BRIEFS_LOG_ADDRESSES="full"
    ) as server:
        forwarded_for = f"198.51.100.1, {address}"
        for _ in range(100):
            assert server.get("/v1/articles?limit=1", X_Forwarded_For=forwarded_for).status == 503
        for _ in range(60):
            server.exchange(b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n")

        def count(message: str) -> tuple[int, int]:
            lines = [orjson.loads(line) for line in server.lines]
            written = [line for line in lines if line["message"] == message]
            suppressed = [line for line in lines if line.get("like") == message]
            return len(written), sum(line["suppressed"] for line in suppressed)

        for message, requests in (("request failed", 100), ("request refused", 60)):
            server.wait_until("the lines", lambda: sum(count(message)) == requests)  # noqa: B023
            written, suppressed = count(message)
            assert written < requests
            assert suppressed > 0
        lines = [orjson.loads(line) for line in server.lines]
        failed = [line for line in lines if line["message"] == "request" and line["status"] == 503]
        # The lines of the requests themselves are not limited.
        assert [line["client_address"] for line in failed] == [address] * 100
        assert {line["query"] for line in failed} == {"limit=1"}
