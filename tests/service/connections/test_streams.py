"""Streams of a real server: clients that do not read, too many streams, and a server that stops."""

import json
import signal
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from api.server.response_stream import MAX_UNSENT_BYTES
from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn

APPLICATION = "tests.support.programs.endless_streams:app"
QUICK = "--worker-class tests.support.programs.quick_worker.QuickWorker --graceful-timeout 2"
# The sizes of the portions of APPLICATION: of NDJSON, and of CSV before compression.
PORTION_BYTES, LONG_BYTES = 38_000, 10_000_000
STREAM = b"GET /v1/articles.ndjson HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Server]:
    """Start a server that sends very long streams.

    Its only worker has two threads, and sends one stream at a time.
    """
    with running_gunicorn(
        database,
        tmp_path,
        application=APPLICATION,
        BRIEFS_WORKERS="1",
        BRIEFS_THREADS="2",
        BRIEFS_STREAMS="1",
        GUNICORN_CMD_ARGS=QUICK,
    ) as server:
        yield server


def open_stream(server: Server, request: bytes = STREAM) -> socket.socket:
    """Return a connection on which a stream has begun."""
    connection = socket.socket()
    # The system receives few bytes before the test does.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(request)
    assert connection.recv(15, socket.MSG_WAITALL).endswith(b" 200 OK")
    return connection


def receive_all(connection: socket.socket) -> None:
    """Receive until the server closes the connection."""
    while connection.recv(1_000_000):
        pass


def test_streams_leave_threads_for_others_and_end_if_the_client_does_not_read(server: Server) -> None:
    with open_stream(server) as connection:
        refused = server.get("/v1/entities.csv")
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "5"
        assert server.get("/v1/articles?limit=1").status == 200
        # The client does not read. The stream is logged when it ends, with the bytes that were sent.
        server.wait_until("the log line of the stream", lambda: bool(_streams(server)))
        with pytest.raises(ConnectionResetError):
            receive_all(connection)
    (line,) = _streams(server)
    assert line["status"] == 200
    (aborted,) = _aborted(server)
    assert aborted["request_id"] == line["request_id"]
    assert aborted["unsent_bytes"] > MAX_UNSENT_BYTES // 2
    assert line["bytes"] > 10_000
    # Each portion has the same size.
    assert (line["bytes"] + aborted["unsent_bytes"]) % PORTION_BYTES == 0
    with open_stream(server):
        assert server.get("/healthz").status == 200


@pytest.mark.parametrize("fields", [b"", b"Accept-Encoding: gzip\r\n"])
def test_streams_of_one_portion_occupy_no_thread_while_the_client_does_not_read(
    server: Server, fields: bytes
) -> None:
    request = b"GET /v1/articles.csv HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n"
    with ExitStack() as stack:
        for number in range(1, 5):
            stack.enter_context(open_stream(server, request))
            server.wait_until("the log line", lambda: len(_streams(server, ".csv")) == number)  # noqa: B023
        assert server.get("/v1/articles?limit=1").status == 200
        server.wait_until("the end of all streams", lambda: len(_aborted(server)) == 4)
    assert all(line["unsent_bytes"] > 0 for line in _aborted(server))
    # The threads passed on whole streams. A thread that waits for its client fails before the end.
    assert all(line["bytes"] >= LONG_BYTES for line in _streams(server, ".csv"))


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_stopping_server_resets_streams_after_a_deadline(server: Server, version: bytes) -> None:
    with open_stream(server, STREAM.replace(b"1.1", version)) as connection:
        server.signal(signal.SIGTERM)
        with pytest.raises(ConnectionResetError):
            receive_all(connection)
    assert server.wait() == 0


def _lines(server: Server) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.lines if line.startswith("{")]


def _streams(server: Server, suffix: str = ".ndjson") -> list[dict[str, Any]]:
    return [each for each in _lines(server) if each.get("route") == f"/v1/articles{suffix}"]


def _aborted(server: Server) -> list[dict[str, Any]]:
    return [each for each in _lines(server) if each["message"] == "stream aborted"]
