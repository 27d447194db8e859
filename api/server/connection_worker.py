"""Receive requests and send responses on the connections of a worker, without waiting for slow clients."""

import math
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from api.server.connections import MAX_HEAD_BYTES, Connection, State
from api.server.refusals import refusal
from api.server.request_bodies import Arrival
from api.server.response_stream import ClientGoneError
from api.server.time_limits import TIME_LIMITS
from api.urls import MCP_PATH

# The number of threads for the requests of monitors.
MONITOR_THREADS = 2
# The maximum size of the responses that a worker keeps for clients that do not receive them.
MAX_TOTAL_UNSENT_BYTES = 64 * 1024 * 1024
# Before a connection is closed, at most this many bytes from the client are read and ignored.
MAX_DISCARDED_BYTES = 1024 * 1024

# A sort key: the connection that has waited for the longest time comes first.
LONGEST_WAIT = attrgetter("since")


class ConnectionWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """A worker that handles the events on its open connections. `PollingWorker` adds the main loop.

    Slow and silent clients occupy no thread. The main loop receives requests, and it sends what a client
    could not receive at once.

    Attributes:
        time_limits: How long the worker waits for clients and for its threads.
        connections: All open connections. Only the main loop changes this set.
        count_refused: A function to call with the HTTP status of each request that the worker itself refuses.
        streams_end_at: The time after which each streamed response ends with its current chunk, as a value
            of `time.monotonic`. It is infinite until the worker is told to stop.
        base_url: The value of BRIEFS_BASE_URL, or an empty text.
    """

    time_limits = TIME_LIMITS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connections: set[Connection] = set()
        self.count_refused: Callable[[int], object] = bool
        self.base_url = ""
        self.streams_end_at = math.inf
        self._monitor_pool = ThreadPoolExecutor(MONITOR_THREADS)

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
        """Let the main loop wait for the next request on a connection. This method returns at once.

        Do nothing if a thread still works on the previous request.
        """
        if connection.state is State.RECEIVING:
            self._watch(connection, selectors.EVENT_READ)

    def _receive(self, connection: Connection) -> None:
        """Receive a part of a request. If the request is then complete, give it to a thread."""
        data = connection.receive()
        if data is None:
            return
        if not data:
            self._close(connection)
            return
        if connection.requests and not connection.received:
            connection.deadline = time.monotonic() + self.time_limits.head_seconds
        connection.received += data
        self._answer_if_complete(connection)

    def _answer_if_complete(self, connection: Connection) -> None:
        """Answer or refuse the request of a connection, or wait for more bytes if it is incomplete.

        An error in what the client sent closes only this connection.
        """
        try:
            self._check_arrival(connection)
        except Exception as error:
            # The error would end the main loop, and with it all connections of the worker.
            extra = {"error": type(error).__name__}
            self.log.error_log.error("connection closed after an error", exc_info=error, extra=extra)
            self._close(connection)

    def _check_arrival(self, connection: Connection) -> None:
        if not connection.has_head(self.cfg.limit_request_line):
            if len(connection.received) > MAX_HEAD_BYTES:
                self._refuse(connection, 431, "the head is too long")
            return
        is_new = connection.body is None
        arrival = connection.body_arrival()
        if arrival is Arrival.COMPLETE:
            self._answer(connection)
        elif arrival is Arrival.TOO_LARGE:
            self._refuse(connection, 413, "the body is too large")
        elif is_new:
            connection.deadline = time.monotonic() + self.time_limits.body_seconds
            connection.send_continue()

    def _answer(self, connection: Connection) -> None:
        """Let a thread answer the request that has arrived."""
        connection.state = State.ANSWERING
        connection.since = time.monotonic()
        connection.deadline = connection.since + self.time_limits.queue_seconds
        pool = self._monitor_pool if connection.is_from_monitor() else self.tpool
        connection.work = pool.submit(self.handle, connection)

    def expect_request(self, connection: Connection) -> None:
        """Let a connection whose response has been sent wait for its next request, for a limited time."""
        connection.since = time.monotonic()
        seconds = self.cfg.keepalive if self.alive else self.time_limits.stop_keepalive_seconds
        connection.deadline = connection.since + seconds
        connection.state = State.RECEIVING

    def finish(self, connection: Connection) -> None:
        """Let the main loop send the rest of a response, or expect the next request if nothing is left.

        Close the connection instead if it must not remain open. Return at once.
        """
        connection.state = State.SENDING
        connection.since = time.monotonic()
        if connection.sock.unsent_bytes:
            connection.deadline = connection.since + self.time_limits.send_seconds
            connection.sock.has_progressed()
            self._watch(connection, selectors.EVENT_WRITE)
            self._limit_unsent_bytes()
        elif connection.is_kept:
            self.expect_request(connection)
            self._watch(connection, selectors.EVENT_READ)
            if connection.received:
                connection.deadline = connection.since + self.time_limits.head_seconds
                self._answer_if_complete(connection)
        elif connection.is_incomplete:
            # A client of HTTP/1.0 would take a regular close of the connection for the end of the response.
            connection.reset_at_close()
            self._close(connection)
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
            connection.deadline = connection.since + self.time_limits.send_seconds

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
        """End the sending side of a connection, and let the main loop wait for the client to close it.

        RFC 9112, 9.6, recommends this wait, which ends after `time_limits.linger_seconds`.
        """
        try:
            # The client could lose the response if the connection was closed at once.
            connection.socket.shutdown(socket.SHUT_WR)
        except OSError:
            self._close(connection)
            return
        connection.state = State.CLOSING
        connection.since = time.monotonic()
        connection.deadline = connection.since + self.time_limits.linger_seconds
        self._watch(connection, selectors.EVENT_READ)

    def _discard(self, connection: Connection) -> None:
        """Discard what the client sends, and close the connection when the client has closed it.

        If bytes remained unread, closing would reset the connection, and the client could lose the response.
        """
        data = connection.receive()
        if data is None:
            return
        connection.discarded_bytes += len(data)
        if not data or connection.discarded_bytes > MAX_DISCARDED_BYTES:
            self._close(connection)

    def _close(self, connection: Connection) -> None:
        self._watch(connection, 0)
        connection.state = State.CLOSED
        self.connections.discard(connection)
        connection.discard_unsent()
        connection.socket.close()

    def _refuse_if_queued(self, connection: Connection) -> bool:
        """Send 503 if the request of `connection` still waits for a thread.

        Return True if 503 was sent. Return False if the connection has no request, or if a thread has begun
        to work on the request.
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
        path = MCP_PATH if connection.body else "/"
        with suppress(ClientGoneError):
            connection.sock.sendall(refusal(self.log.error_log, status, reason, self.base_url, path))
            connection.sock.end()
        self.finish(connection)
