"""A real Redis server on a Unix socket. Tests that need it are skipped if it is not installed."""

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.support.server import PATIENCE_SECONDS, find_program

REDIS_SERVER = find_program("redis-server")

needs_redis = pytest.mark.skipif(REDIS_SERVER is None, reason="redis-server is not installed")


class RedisServer:
    """A Redis server that a test can start, kill and make silent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL of the server, for BRIEFS_RATE_LIMIT_STORAGE."""
        return f"redis+unix://{self._socket}"

    @property
    def _socket(self) -> Path:
        return self._folder / "redis.sock"

    def start(self) -> None:
        """Start the server without data and wait until it answers."""
        assert REDIS_SERVER
        command = [
            REDIS_SERVER,
            "--port",
            "0",
            "--unixsocket",
            str(self._socket),
            "--save",
            "",
            "--daemonize",
            "no",
        ]
        self._process = subprocess.Popen(command, cwd=self._folder, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._is_answering():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the server. Its data is lost."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the server. SIGSTOP makes it silent until SIGCONT."""
        assert self._process
        self._process.send_signal(number)

    def _is_answering(self) -> bool:
        with Redis(unix_socket_path=str(self._socket)) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Start a Redis server and yield it. It ends with the `with` block."""
    # The path of a Unix socket is at most 107 bytes long. The folders of pytest can be longer.
    with tempfile.TemporaryDirectory(prefix="briefs-redis-") as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.kill()
