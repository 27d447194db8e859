"""The main loop of a worker process, which accepts connections and waits for requests and slow clients."""

import errno
import selectors
import socket
import sys
import time
from functools import partial
from heapq import nsmallest
from itertools import islice
from types import FrameType
from typing import Any

from gunicorn.config import Config

from api.server.connection_worker import LONGEST_WAIT, ConnectionWorker
from api.server.connections import Connection, State

# The pause of a worker after it has accepted a connection.
ACCEPT_PAUSE_SECONDS = 0.0001
# If all clients wait for responses, a worker accepts this many connections in addition to the limit of
# gunicorn (`worker_connections`).
EXTRA_CONNECTIONS = 100
# Streams end after this share of the time that a stopping worker has (`graceful_timeout` of gunicorn).
STREAMING_SHARE = 0.8
# The time between two checks of all deadlines.
TICK_SECONDS = 1.0


class PollingWorker(ConnectionWorker):
    """A worker whose main loop accepts connections, and waits for requests and slow clients.

    Threads answer the requests that the main loop has received.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._is_accepting = self._is_quitting = False

    @classmethod
    def check_config(cls, cfg: Config, log: Any) -> None:
        """End the process if gunicorn is configured for TLS, which this worker does not support."""
        if cfg.is_ssl:
            log.error("gunicorn's options for TLS are not supported; put a proxy in front")
            sys.exit(1)

    def run(self) -> None:
        """Serve until the worker is told to stop, then finish the requests that have arrived."""
        queue = self.method_queue
        self.poller.register(
            queue.fileno(), selectors.EVENT_READ, lambda: queue.run_callbacks(queue.fileno())
        )
        self.set_accept_enabled(True)
        tick = 0.0
        while self.alive:
            if (now := time.monotonic()) >= tick:
                if not self.is_parent_alive():
                    break
                tick = now + TICK_SECONDS
                self.notify()
                self._close_expired(now)
                self.set_accept_enabled(True)
            self.wait_for_and_dispatch_events(TICK_SECONDS)
        if not self._is_quitting:
            self._stop()
        self.streams_end_at = 0
        # Python waits for the running requests when the process ends.
        self.tpool.shutdown(wait=False, cancel_futures=True)
        self._monitor_pool.shutdown(wait=False, cancel_futures=True)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Handle INT and QUIT: end the main loop, without finishing the requests that wait for a thread."""
        # The method of gunicorn shuts down the pool of threads. It would wait forever for a lock of the pool
        # if the main loop held this lock when the signal arrived.
        self._is_quitting = True
        self.handle_exit(sig, frame)

    def _stop(self) -> None:
        """Accept the connections that clients have already opened, and finish the requests that arrive.

        Return when all connections are closed, when the `graceful_timeout` of gunicorn has passed, or when
        the signal INT or QUIT arrives.
        """
        self.alive = False
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.setblocking(False)
            # If the listener were closed first, the system would reset these connections.
            while self.accept(listener):
                pass
            listener.close()
        now = time.monotonic()
        end = now + self.cfg.graceful_timeout
        self.streams_end_at = now + self.cfg.graceful_timeout * STREAMING_SHARE
        for connection in self.connections:
            if connection.state is State.RECEIVING and not connection.received:
                connection.deadline = min(connection.deadline, now + self.time_limits.stop_keepalive_seconds)
        while self.connections and now < end and not self._is_quitting:
            self.notify()
            self.wait_for_and_dispatch_events(TICK_SECONDS / 10)
            now = time.monotonic()
            self._close_expired(now)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for events on sockets, and call the function of each event."""
        for key, _ in self.poller.select(timeout):
            key.data()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Accept new connections if `enabled` is True, and stop accepting them if it is False."""
        if enabled != self._is_accepting:
            for listener in self.sockets:
                if enabled:
                    listener.setblocking(False)
                    self.poller.register(listener, selectors.EVENT_READ, partial(self.accept, listener))
                else:
                    self.poller.unregister(listener)
            self._is_accepting = enabled

    def accept(self, listener: socket.socket) -> bool:
        """Accept a connection and pause, so that other workers can accept the next connection.

        Returns:
            True if a connection was accepted.
        """
        try:
            connected, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                if not self._make_room(min_silent_seconds=0):
                    self._refuse_oldest()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return False
        excess = len(self.connections) - self.worker_connections
        if excess >= 0:
            is_full = excess >= EXTRA_CONNECTIONS
            if not self._make_room(0 if is_full else self.time_limits.min_silent_seconds) and is_full:
                self._refuse_oldest()
        connection = Connection(
            self.cfg, connected, client, listener.getsockname(), self.time_limits.send_seconds
        )
        connection.deadline = connection.since + self.time_limits.head_seconds
        self.connections.add(connection)
        self._watch(connection, selectors.EVENT_READ)
        # Without the pause, the worker that wakes up first would accept all connections of a burst and serve
        # them until they are closed. Two workers would then have a third of their usual throughput.
        time.sleep(ACCEPT_PAUSE_SECONDS)
        return True

    def _make_room(self, min_silent_seconds: float) -> bool:
        """Close at most about a tenth of all connections, those whose clients have been silent longest.

        Args:
            min_silent_seconds: Keep the connections of clients that have been silent for a shorter time.

        Returns:
            True if a connection was closed.
        """
        before = len(self.connections)
        latest = time.monotonic() - min_silent_seconds
        silent = [
            each for each in self.connections if each.state is not State.ANSWERING and each.since <= latest
        ]
        for connection in nsmallest(before // 10 + 1, silent, key=LONGEST_WAIT):
            if connection.state is State.RECEIVING:
                # A request can have arrived since the last look at the socket.
                self._receive(connection)
            if connection.state not in (State.ANSWERING, State.CLOSED):
                self._close(connection)
        return len(self.connections) < before

    def _refuse_oldest(self) -> None:
        """Send 503 to the clients whose requests have waited for a thread for the longest time.

        Refuse at most about a tenth of all connections. If no request waits for a thread, accept no new
        connections for about TICK_SECONDS.
        """
        oldest = sorted(self.connections, key=LONGEST_WAIT)
        refused = islice(filter(self._refuse_if_queued, oldest), len(oldest) // 10 + 1)
        if not list(refused) and self.alive:
            self.set_accept_enabled(False)

    def _close_expired(self, now: float) -> None:
        """Close the connections whose deadline is at or before `now`.

        A client gets an error first if its request is incomplete (408) or waits for a thread (503). A client
        that still receives its response gets a new deadline instead. Running requests are not interrupted.
        """
        for connection in self.connections:
            if connection.state is State.SENDING and connection.sock.has_progressed():
                connection.since, connection.deadline = now, now + self.time_limits.send_seconds
        for connection in [each for each in self.connections if each.deadline <= now]:
            state = connection.state
            if state is State.ANSWERING:
                self._refuse_if_queued(connection)
            elif connection.deadline > now:
                # A thread has finished the request in the meantime.
                continue
            elif state is State.RECEIVING and connection.received:
                self._refuse(connection, 408, f"the {'body' if connection.body else 'head'} is incomplete")
            else:
                self._close(connection)
