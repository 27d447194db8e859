"""Tests of the deadline of a thread that waits for its client."""

import socket
import threading
import time

import pytest

from api.server import response_stream
from api.server.response_stream import ClientGoneError, ResponseStream

SEND_SECONDS = 2.0
LONG_BYTES = 16_000_000


def test_the_deadline_begins_when_the_client_last_received_something(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(response_stream, "PROGRESS_CHECK_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        connected, _ = listener.accept()
    with client, connected:
        connected.setblocking(False)
        stream = ResponseStream(connected, SEND_SECONDS)
        stream.sendall(b"head")
        stream.sendall(bytes(LONG_BYTES))
        received_at: list[float] = []

        def receive() -> None:
            client.recv(LONG_BYTES)
            received_at.append(time.monotonic())

        timer = threading.Timer(0.2, receive)
        timer.start()
        with pytest.raises(ClientGoneError):
            stream.wait_if_full()
        timer.join()
    seconds = time.monotonic() - received_at[0]
    assert SEND_SECONDS - 0.1 < seconds < 2 * SEND_SECONDS - 0.2
