"""The main loop of a worker, which waits for requests and for slow clients."""

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
from typing import Any

from gunicorn.config import Config
from gunicorn.workers.gthread import ThreadWorker

from api.server.connections import MAX_HEAD_BYTES, Connection, State
from api.server.refusals import refusal
from api.server.response_stream import ClientGoneError

# Seconds that a worker waits after it has accepted a connection.
ACCEPT_PAUSE = 0.0001
# The number of threads for the requests of monitors.
PROBE_THREADS = 2
# The connections above the limit of gunicorn that a worker accepts if all clients wait for responses.
EXTRA_CONNECTIONS = 100
RECEIVE_BYTES = 16_384
# The bytes of responses that a worker keeps for clients that do not receive them.
MAX_UNSENT_BYTES_OF_ALL = 64 * 1024 * 1024
# Before a connection is closed, at most as many bytes of the client are read and ignored.
MAX_DISCARDED_BYTES = 1024 * 1024
# Seconds between two looks at deadlines.
TICK = 1.0
# Seconds that a stopping worker waits for requests on connections that are kept alive.
STOP_KEEPALIVE_SECONDS = 2.0

SILENCE = attrgetter("since")


class PollingWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """The threaded worker of gunicorn with a different main loop.

    A connection goes to a thread when a whole request head has arrived. A response that the client does not
    receive at once is sent by the main loop. Slow and silent clients therefore occupy no thread.

    Attributes:
        head_seconds: Seconds in which the head of a request must arrive.
        queue_seconds: Seconds in which a thread must begin to work on a request.
        send_seconds: Seconds without progress after which a response is abandoned.
        linger_seconds: Seconds that the client has to close the connection after the last response.
        connections: All open connections. Only the main loop changes this set.
        count_unreadable: Counts a request that never reached the application, by the status of the response.
    """

    head_seconds = 10.0
    queue_seconds = 10.0
    send_seconds = 20.0
    linger_seconds = 2.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.count_unreadable: Callable[[int], object] = bool
        self._accepting = False
        self._probe_pool = ThreadPoolExecutor(PROBE_THREADS)

    @classmethod
    def check_config(cls, cfg: Config, log: Any) -> None:
        """End the process if gunicorn is configured for TLS, which only a proxy in front can add."""
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
                tick = now + TICK
                self.notify()
                self._close_expired(now)
                self.set_accept_enabled(True)
            self.wait_for_and_dispatch_events(TICK)
        self._stop()
        self.tpool.shutdown(wait=False)
        self._probe_pool.shutdown(wait=False)

    def _stop(self) -> None:
        """Accept the connections that clients have already opened, and serve until all are closed."""
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
        while self.connections and now < end:
            self.notify()
            self.wait_for_and_dispatch_events(TICK / 10)
            now = time.monotonic()
            self._close_expired(now)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Wait for events on sockets and call their functions."""
        for key, _ in self.poller.select(timeout):
            key.data()

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting connections."""
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

        Without the pause, the worker that wakes up first accepts all connections of a burst and serves them
        as long as they are kept alive. Two workers then have a third of their usual throughput.

        Returns:
            True if a connection was accepted.
        """
        try:
            connected, client = listener.accept()
        except OSError as error:
            if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                if not self._make_room():
                    self._refuse_oldest()
            elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED):
                raise
            return False
        excess = len(self.connections) - self.worker_connections
        if excess >= 0 and not self._make_room() and excess >= EXTRA_CONNECTIONS:
            self._refuse_oldest()
        connection = Connection(self.cfg, connected, client, listener.getsockname(), self.send_seconds)
        connection.deadline = connection.since + self.head_seconds
        self.connections.add(connection)
        self._watch(connection, selectors.EVENT_READ)
        time.sleep(ACCEPT_PAUSE)
        return True

    def _make_room(self) -> bool:
        """Close a tenth of the connections: those whose clients have been silent for the longest time.

        Returns:
            True if a connection was closed.
        """
        before = len(self.connections)
        silent = [each for each in self.connections if each.state is not State.ANSWERING]
        for connection in nsmallest(before // 10 + 1, silent, key=SILENCE):
            if connection.state is State.RECEIVING:
                # A request can have arrived since the last look at the socket.
                self._receive(connection)
            if connection.state not in (State.ANSWERING, State.CLOSED):
                self._close(connection)
        return len(self.connections) < before

    def _refuse_oldest(self) -> None:
        """Answer a tenth of the requests that wait for a thread with 503.

        If no request waits for a thread, stop accepting connections until the next look at deadlines.
        """
        oldest = sorted(self.connections, key=SILENCE)
        refused = islice(filter(self._refuse_if_queued, oldest), len(oldest) // 10 + 1)
        if not list(refused) and self.alive:
            self.set_accept_enabled(False)

    def _watch(self, connection: Connection, events: int) -> None:
        """Wait for `events` on a connection instead of the present ones. No events are 0."""
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
            # The client sends another request, or closes the connection. Look at it after the response.
            self._watch(connection, 0)
            self.watch_again(connection)
        elif state is State.SENDING:
            self._send(connection)
        elif state is State.CLOSING:
            self._discard(connection)

    def watch_again(self, connection: Connection) -> None:
        """Wait for the next request on a connection if its thread has finished."""
        if connection.state is State.RECEIVING:
            self._watch(connection, selectors.EVENT_READ)

    def _receive(self, connection: Connection) -> None:
        """Receive a part of a request head. If the head is complete, let a thread answer."""
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
            pool = self._probe_pool if connection.is_probe() else self.tpool
            connection.work = pool.submit(self.handle, connection)
        elif len(connection.received) > MAX_HEAD_BYTES:
            self._refuse(connection, 431, "the head is too long")

    def expect_request(self, connection: Connection) -> None:
        connection.since = time.monotonic()
        seconds = self.cfg.keepalive if self.alive else STOP_KEEPALIVE_SECONDS
        connection.deadline = connection.since + seconds
        connection.state = State.RECEIVING

    def finish(self, connection: Connection) -> None:
        """Send the rest of a response, and then close the connection or look for the next request."""
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
        """Close the connections without progress for the longest time if too many bytes wait to be sent."""
        sending = sorted((each for each in self.connections if each.state is State.SENDING), key=SILENCE)
        total = sum(each.sock.unsent_bytes for each in sending)
        for connection in sending:
            if total <= MAX_UNSENT_BYTES_OF_ALL:
                return
            total -= connection.sock.unsent_bytes
            self._close(connection)

    def _linger(self, connection: Connection) -> None:
        """Close the connection for sending, and wait until the client closes it (RFC 9112, section 9.6)."""
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
        """Discard what the client sends. An unread rest would reset the connection when it is closed."""
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
        """Close the connections whose deadline has passed, with a response if the client waits for one."""
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
        """Send a 503 in response to a request for which no thread was free.

        Returns:
            False if a thread has already begun to work on the request.
        """
        if connection.work is None or not connection.work.cancel():
            return False
        self._refuse(connection, 503, "all threads are busy")
        return True

    def _refuse(self, connection: Connection, status: int, reason: str) -> None:
        """Send a problem in response to a request that gets no thread, and close the connection."""
        connection.is_kept = False
        self.count_unreadable(status)
        with suppress(ClientGoneError):
            connection.sock.sendall(refusal(self.log.error_log, status, reason))
            connection.sock.end()
        self.finish(connection)
