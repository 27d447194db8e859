"""The main loop of a worker process, which waits for requests and for slow clients."""

import errno
import selectors
import socket
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from heapq import nsmallest
from itertools import islice
from operator import attrgetter
from types import FrameType
from typing import Any

from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from api.server.connections import MAX_HEAD_BYTES, Connection, State
from api.server.refusals import refusal
from api.server.response_stream import ClientGoneError

# The pause of a worker after it has accepted a connection.
ACCEPT_PAUSE_SECONDS = 0.0001
# The number of threads for the requests of monitors.
MONITOR_THREADS = 2
# If all clients wait for responses, a worker accepts this many connections in addition to the limit of
# gunicorn (`worker_connections`).
EXTRA_CONNECTIONS = 100
# A client that has been silent for a shorter time may be about to send its request.
MIN_SILENT_SECONDS = 1.0
RECEIVE_BYTES = 16_384
# The maximum size of the responses that a worker keeps for clients that do not receive them.
MAX_TOTAL_UNSENT_BYTES = 64 * 1024 * 1024
# Before a connection is closed, at most this many bytes from the client are read and ignored.
MAX_DISCARDED_BYTES = 1024 * 1024
# The time between two checks of all deadlines.
TICK_SECONDS = 1.0
# How long a stopping worker waits for requests on connections that are kept alive.
STOP_KEEPALIVE_SECONDS = 2.0

# A sort key: the connection that has waited for the longest time comes first.
LONGEST_WAIT = attrgetter("since")


class PollingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """The threaded worker of gunicorn with a different main loop.

    A thread gets a connection when a whole request head has arrived. If the client does not receive the
    response at once, the main loop sends it. Slow and silent clients therefore occupy no thread.

    Attributes:
        head_seconds: The time in which the head of a request must arrive.
        queue_seconds: The time in which a thread must begin to work on a request.
        send_seconds: The time without progress after which a response is abandoned.
        linger_seconds: The time in which the client must close the connection after the last response.
        connections: All open connections. Only the main loop changes this set.
        count_refused: A function that is called for each request that the worker refuses without calling the
            application. Its argument is the HTTP status of the response.
    """

    head_seconds = 10.0
    queue_seconds = 10.0
    send_seconds = 20.0
    linger_seconds = 2.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.count_refused: Callable[[int], object] = bool
        self._accepting = self._is_quitting = False
        self._monitor_pool = ThreadPoolExecutor(MONITOR_THREADS)

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
        # Python waits for the running requests when the process ends.
        self.tpool.shutdown(wait=False, cancel_futures=True)
        self._monitor_pool.shutdown(wait=False, cancel_futures=True)

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """Handle INT and QUIT: end the main loop, without finishing the requests that wait for a thread.

        gunicorn's own method shuts down the pool of threads. If the signal arrives while the main loop
        submits a request, it would wait for ever for a lock of the pool, which the main loop holds.
        """
        self._is_quitting = True
        self.handle_exit(sig, frame)

    def _stop(self) -> None:
        """Accept the connections that clients have already opened, and finish the requests that arrive.

        Return when all connections are closed, or after the `graceful_timeout` of gunicorn, or if a signal
        says to end at once.
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
        for connection in self.connections:
            if connection.state is State.RECEIVING and not connection.received:
                connection.deadline = min(connection.deadline, now + STOP_KEEPALIVE_SECONDS)
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
        """Start or stop accepting new connections, as `enabled` says."""
        if enabled != self._accepting:
            for listener in self.sockets:
                if enabled:
                    listener.setblocking(False)
                    self.poller.register(listener, selectors.EVENT_READ, partial(self.accept, listener))
                else:
                    self.poller.unregister(listener)
            self._accepting = enabled

    def accept(self, listener: socket.socket) -> bool:
        """Accept a connection and pause, so that other workers can accept the next one.

        Without the pause, the worker that wakes up first would accept all connections of a burst and serve
        them until they are closed. Two workers would then have a third of their usual throughput.

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
            if not self._make_room(0 if is_full else MIN_SILENT_SECONDS) and is_full:
                self._refuse_oldest()
        connection = Connection(self.cfg, connected, client, listener.getsockname(), self.send_seconds)
        connection.deadline = connection.since + self.head_seconds
        self.connections.add(connection)
        self._watch(connection, selectors.EVENT_READ)
        time.sleep(ACCEPT_PAUSE_SECONDS)
        return True

    def _make_room(self, min_silent_seconds: float) -> bool:
        """Close a tenth of the connections: those whose clients have been silent for the longest time.

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
        """Send 503 to some of the clients whose requests have waited for a thread for the longest time.

        Their number is at most a tenth of all connections. If no request waits for a thread, stop accepting
        connections until the next check of the deadlines.
        """
        oldest = sorted(self.connections, key=LONGEST_WAIT)
        refused = islice(filter(self._refuse_if_queued, oldest), len(oldest) // 10 + 1)
        if not list(refused) and self.alive:
            self.set_accept_enabled(False)

    def _watch(self, connection: Connection, events: int) -> None:
        """Let the main loop wait for `events` on a connection, and no longer for other events.

        `events` is a combination of the constants of `selectors`, or 0 to wait for no events.
        """
        if events == connection.events:
            return
        if not connection.events:
            self.poller.register(connection.socket, events, partial(self._on_event, connection))
        elif not events:
            self.poller.unregister(connection.socket)
        else:
            self.poller.modify(connection.socket, events, partial(self._on_event, connection))
        connection.events = events

    def _on_event(self, connection: Connection) -> None:
        state = connection.state
        if state is State.RECEIVING:
            self._receive(connection)
        elif state is State.ANSWERING:
            # The client has sent the next request or closed the connection. Both can wait until the response
            # is complete. The thread can have completed the response just now.
            self._watch(connection, 0)
            self.watch_idle(connection)
        elif state is State.SENDING:
            self._send(connection)
        elif state is State.CLOSING:
            self._discard(connection)

    def watch_idle(self, connection: Connection) -> None:
        """Wait for the next request on a connection, unless a thread still works on the previous request."""
        if connection.state is State.RECEIVING:
            self._watch(connection, selectors.EVENT_READ)

    def _receive(self, connection: Connection) -> None:
        """Receive a part of a request head. If the head is then complete, give the request to a thread."""
        try:
            data = connection.socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        if connection.requests and not connection.received:
            connection.deadline = time.monotonic() + self.head_seconds
        connection.received += data
        self._answer_if_complete(connection)

    def _answer_if_complete(self, connection: Connection) -> None:
        if connection.has_head(self.cfg.limit_request_line):
            connection.state = State.ANSWERING
            connection.since = time.monotonic()
            connection.deadline = connection.since + self.queue_seconds
            pool = self._monitor_pool if connection.is_from_monitor() else self.tpool
            connection.work = pool.submit(self.handle, connection)
        elif len(connection.received) > MAX_HEAD_BYTES:
            self._refuse(connection, 431, "the head is too long")

    def expect_request(self, connection: Connection) -> None:
        """Set the state of a connection whose response is complete, so that it waits for the next request."""
        connection.since = time.monotonic()
        seconds = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_SECONDS
        connection.deadline = connection.since + seconds
        connection.state = State.RECEIVING

    def finish(self, connection: Connection) -> None:
        """Send the rest of a response. After it, wait for the next request or close the connection."""
        connection.state = State.SENDING
        connection.since = time.monotonic()
        if connection.sock.unsent_bytes:
            connection.deadline = connection.since + self.send_seconds
            connection.sock.has_progressed()
            self._watch(connection, selectors.EVENT_WRITE)
            self._limit_unsent_bytes()
        elif connection.is_kept:
            self.expect_request(connection)
            self._watch(connection, selectors.EVENT_READ)
            if connection.received:
                connection.deadline = connection.since + self.head_seconds
                self._answer_if_complete(connection)
        else:
            self._linger(connection)

    def _send(self, connection: Connection) -> None:
        before = connection.sock.unsent_bytes
        try:
            connection.sock.flush()
        except ClientGoneError:
            self._close(connection)
            return
        if not connection.sock.unsent_bytes:
            self.finish(connection)
        elif connection.sock.unsent_bytes < before:
            connection.since = time.monotonic()
            connection.deadline = connection.since + self.send_seconds

    def _limit_unsent_bytes(self) -> None:
        """Close connections if the unsent bytes of all responses exceed MAX_TOTAL_UNSENT_BYTES.

        The connections whose clients have received nothing for the longest time are closed first.
        """
        sending = sorted((each for each in self.connections if each.state is State.SENDING), key=LONGEST_WAIT)
        total = sum(each.sock.unsent_bytes for each in sending)
        for connection in sending:
            if total <= MAX_TOTAL_UNSENT_BYTES:
                return
            total -= connection.sock.unsent_bytes
            self._close(connection)

    def _linger(self, connection: Connection) -> None:
        """End the sending side, and wait until the client closes the connection (RFC 9112, 9.6)."""
        try:
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        connection.state = State.CLOSING
        connection.since = time.monotonic()
        connection.deadline = connection.since + self.linger_seconds
        self._watch(connection, selectors.EVENT_READ)

    def _discard(self, connection: Connection) -> None:
        """Discard what the client sends, and close the connection when the client has closed it.

        If bytes remained unread, closing would reset the connection, and the client could lose the response.
        """
        try:
            data = connection.socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        connection.discarded_bytes += len(data)
        if not data or connection.discarded_bytes > MAX_DISCARDED_BYTES:
            self._close(connection)

    def _close_expired(self, now: float) -> None:
        """Close the connections whose deadline has passed. Send 408 or 503 first if a request has begun."""
        for connection in [each for each in self.connections if each.deadline <= now]:
            state = connection.state
            if state is State.ANSWERING:
                self._refuse_if_queued(connection)
            elif connection.deadline > now:
                # A thread has finished the request in the meantime.
                continue
            elif state is State.RECEIVING and connection.received:
                self._refuse(connection, 408, "the head is incomplete")
            elif state is State.SENDING and connection.sock.has_progressed():
                connection.since, connection.deadline = now, now + self.send_seconds
            else:
                self._close(connection)

    def _close(self, connection: Connection) -> None:
        self._watch(connection, 0)
        connection.state = State.CLOSED
        self.connections.discard(connection)
        connection.socket.close()

    def _refuse_if_queued(self, connection: Connection) -> bool:
        """Send 503 if the request of `connection` still waits for a thread.

        Returns:
            False if no request waits, for example because a thread has begun to work on it.
        """
        if connection.work is None or not connection.work.cancel():
            return False
        self._refuse(connection, 503, "all threads are busy")
        return True

    def _refuse(self, connection: Connection, status: int, reason: str) -> None:
        """Refuse a request without calling the application: send a problem and close the connection.

        `reason` is logged. The problem has the HTTP status `status`.
        """
        connection.is_kept = False
        self.count_refused(status)
        with suppress(ClientGoneError):
            connection.sock.sendall(refusal(self.log.error_log, status, reason))
            connection.sock.end()
        self.finish(connection)
