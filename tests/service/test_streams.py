"""Streams of a real server: clients that do not read, too many streams, and a server that stops."""

import json
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn

APPLICATION = "tests.support.endless_streams:app"
QUICK = "--worker-class tests.support.quick_worker.QuickWorker --graceful-timeout 2"
STREAM = b"GET /v1/articles.ndjson HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Server]:
    """Start a server whose streams never end, with one worker that sends one stream at a time."""
    with running_gunicorn(
        database,
        tmp_path,
        application=APPLICATION,
        BRIEFS_WORKERS="1",
        BRIEFS_STREAMS="1",
        GUNICORN_CMD_ARGS=QUICK,
    ) as server:
        yield server


def open_stream(server: Server, request: bytes = STREAM) -> socket.socket:
    """Return a connection on which a stream has begun."""
    connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS)
    connection.sendall(request)
    assert connection.recv(15, socket.MSG_WAITALL).startswith(b"HTTP/1.")
    return connection


def receive_all(connection: socket.socket) -> None:
    """Receive until the server closes the connection."""
    while connection.recv(1_000_000):
        pass


def test_streams_leave_threads_for_others_and_end_if_the_client_does_not_read(server: Server) -> None:
    with open_stream(server):
        refused = server.get("/v1/entities.csv")
        assert refused.status == 503
        assert refused.headers["Retry-After"] == "5"
        assert server.get("/v1/articles?limit=1").status == 200
        # The client does not read. The stream is logged when it ends, with the bytes that were sent.
        server.wait_until("the log line of the stream", lambda: bool(_streams(server)))
    (line,) = _streams(server)
    assert line["status"] == 200
    assert int(str(line["bytes"])) > 100_000
    with open_stream(server):
        assert server.get("/healthz").status == 200


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_a_stopping_server_resets_streams_after_a_deadline(server: Server, version: bytes) -> None:
    with open_stream(server, STREAM.replace(b"1.1", version)) as connection:
        server.signal(signal.SIGTERM)
        with pytest.raises(ConnectionResetError):
            receive_all(connection)
    assert server.wait() == 0


def _streams(server: Server) -> list[dict[str, object]]:
    lines = [json.loads(line) for line in server.lines if line.startswith("{")]
    return [each for each in lines if each.get("route") == "/v1/articles.ndjson"]
