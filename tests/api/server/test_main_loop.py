"""Tests of signals and errors that reach a worker while its main loop works."""

import os
import selectors
import signal
import socket
import threading
from collections.abc import Iterator

import pytest
from gunicorn.config import Config
from gunicorn.glogging import Logger

from api.server import connections
from api.server.worker import ServiceWorker

PATIENCE_SECONDS = 10


@pytest.fixture
def worker() -> Iterator[ServiceWorker]:
    """Yield a worker that has not begun its main loop."""
    worker = ServiceWorker(1, os.getpid(), [], None, 30, Config(), Logger(Config()))
    worker.tpool = worker.get_thread_pool()
    worker.poller = selectors.DefaultSelector()
    worker.method_queue.init()
    yield worker
    worker.tpool.shutdown()
    worker.method_queue.close()
    worker.poller.close()
    worker.tmp.close()


def test_a_signal_to_end_at_once_never_waits_for_the_main_loop(
    worker: ServiceWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = threading.Thread.start
    handled: list[bool] = []

    def start_interrupted(thread: threading.Thread) -> None:
        # The pool starts its first thread while it holds its lock.
        handler = threading.Thread(target=worker.handle_quit, args=(signal.SIGQUIT, None))
        start(handler)
        handler.join(PATIENCE_SECONDS)
        handled.append(not handler.is_alive())
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_interrupted)
    worker.tpool.submit(bool)
    monkeypatch.undo()
    assert handled == [True]
    assert not worker.alive


def test_an_error_in_what_a_client_sent_closes_only_its_connection(
    worker: ServiceWorker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: bytes) -> None:
        raise ValueError

    monkeypatch.setattr(connections, "body_of", fail)
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, socket.create_connection(listener.getsockname()) as client:
        worker.accept(listener)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        worker.wait_for_and_dispatch_events(PATIENCE_SECONDS)
        client.settimeout(PATIENCE_SECONDS)
        assert client.recv(1) == b""
    assert not worker.connections
    assert [each.message for each in caplog.records] == ["connection closed after an error"]
