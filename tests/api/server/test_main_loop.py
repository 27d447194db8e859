"""Tests of signals that reach a worker while its main loop works."""

import logging
import os
import signal
import threading

import pytest
from gunicorn.config import Config

from api.server.worker import ServiceWorker

PATIENCE_SECONDS = 10


def test_a_signal_to_end_at_once_never_waits_for_the_main_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    worker = ServiceWorker(1, os.getpid(), [], None, 30, Config(), logging.getLogger("gunicorn.error"))
    worker.tpool = worker.get_thread_pool()
    worker.method_queue.init()
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
    worker.tpool.shutdown()
    worker.method_queue.close()
    worker.tmp.close()
    assert handled == [True]
    assert not worker.alive
