"""Connections to clients: the request head that has arrived, and the unsent part of a response."""

import math
import re
import select
import socket
import time
from enum import Enum, auto
from typing import Any

from gunicorn.config import Config
from gunicorn.http import RequestParser

# A request head can be as long as this. gunicorn limits the request line and each field.
MAX_HEAD_BYTES = 65_536
# A thread that has left as many bytes of its response unsent waits until the client has received them.
MAX_UNSENT_BYTES = 1_048_576
# The system sends at most as many blocks at once (IOV_MAX of POSIX is at least 16).
MAX_BLOCKS = 16
# Requests of monitors.
PROBE = re.compile(rb"(?:GET|HEAD) /(?:healthz|readyz|metrics)[ ?]")


class State(Enum):
    """What happens on a connection."""

    # The main loop waits for a complete request head.
    RECEIVING = auto()
    # A thread creates a response.
    ANSWERING = auto()
    # The main loop sends the rest of a response.
    SENDING = auto()
    # The last response is sent. The main loop discards what arrives until the client closes the connection.
    CLOSING = auto()
    CLOSED = auto()


class ClientGoneError(OSError):
    """The client has closed the connection or does not receive its response."""


class ResponseStream:
    """The object that gunicorn uses as the socket of a connection.

    `sendall` sends what the client receives without waiting, and keeps the rest for the main loop.

    Args:
        connected: The real socket, which does not block.
        send_seconds: If a long response makes no progress for as many seconds, the thread gives up.
    """

    def __init__(self, connected: socket.socket, send_seconds: float) -> None:
        self.unsent_bytes = 0
        self._socket, self._send_seconds = connected, send_seconds
        self._blocks: list[bytes | memoryview] = []
        self._is_begun = False

    def sendall(self, data: bytes) -> None:
        """Send a block of a response, or keep it if the client does not receive it now.

        The first block of a response is its head. It is sent together with the second block. If more than
        MAX_UNSENT_BYTES wait to be sent, wait for the client first.

        Raises:
            ClientGoneError: The client is gone, or received nothing for too long.
        """
        if self.unsent_bytes > MAX_UNSENT_BYTES:
            self._wait()
        self._blocks.append(data)
        self.unsent_bytes += len(data)
        if self._is_begun:
            self.flush()
        self._is_begun = True

    def flush(self) -> None:
        """Send as much as possible without waiting.

        Raises:
            ClientGoneError: The client has closed the connection.
        """
        blocks = self._blocks
        while blocks:
            try:
                sent = self._socket.sendmsg(blocks[:MAX_BLOCKS])
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:
                raise ClientGoneError from error
            self.unsent_bytes -= sent
            while blocks and sent >= len(blocks[0]):
                sent -= len(blocks.pop(0))
            if sent:
                blocks[0] = memoryview(blocks[0])[sent:]

    def end(self) -> None:
        """End a response: send what is kept, and expect the head of another response.

        Raises:
            ClientGoneError: The client has closed the connection.
        """
        self._is_begun = False
        self.flush()

    def discard(self) -> None:
        """Discard all bytes that wait to be sent."""
        self._blocks.clear()
        self.unsent_bytes = 0

    def _wait(self) -> None:
        poll = select.poll()
        poll.register(self._socket, select.POLLOUT)
        while self.unsent_bytes > MAX_UNSENT_BYTES // 2:
            if not poll.poll(self._send_seconds * 1000):
                raise ClientGoneError
            self.flush()

    # gunicorn calls the following methods too.

    def send(self, data: bytes) -> int:
        """Send nothing: gunicorn sends `100 Continue` with this method, which would ask for the body."""
        return len(data)

    def recv(self, _size: int) -> bytes:
        """Return the end of the data: the parser already has the whole head, and no body is read."""
        return b""

    def shutdown(self, _how: int) -> None:
        """Do nothing, since the main loop closes the connection."""

    def settimeout(self, _seconds: float | None) -> None:
        """Do nothing, since the socket never blocks."""

    def close(self) -> None:
        """Do nothing, since the main loop closes the connection."""


class Connection:
    """A connection to a client.

    A thread uses a connection in the state ANSWERING. Otherwise, only the main loop uses it.

    Attributes:
        client: The address of the client.
        server: The address that the client connected to.
        sock: The object that gunicorn sends responses to.
        parser: gunicorn's parser of requests.
        state: What happens on the connection.
        received: The bytes of an incomplete request head.
        events: The events of the socket for which the main loop waits. A thread only reads this attribute.
        since: The time since which the main loop waits for the client.
        deadline: The time at which the main loop closes the connection.
        requests: The number of requests.
        is_kept: True if the connection remains open after its current response.
        discarded_bytes: The number of bytes that arrived in the state CLOSING.
    """

    def __init__(
        self, cfg: Config, connected: socket.socket, client: Any, server: Any, send_seconds: float
    ) -> None:
        connected.setblocking(False)
        self.socket, self.client, self.server = connected, client, server
        self.sock = ResponseStream(connected, send_seconds)
        self.parser = RequestParser(cfg, self.sock, client)
        self.state = State.RECEIVING
        self.received = b""
        self.events = 0
        self.since = time.monotonic()
        self.deadline = math.inf
        self.requests = 0
        self.is_kept = False
        self.discarded_bytes = 0

    def has_head(self, max_line_bytes: int) -> bool:
        """Return True if a whole request head has arrived, or one that gunicorn's parser refuses.

        Args:
            max_line_bytes: The maximum length of a request line.
        """
        received = self.received
        if b"\r\n\r\n" in received:
            return True
        if len(received) > max_line_bytes + 2 and b"\r\n" not in received:
            return True
        return received.count(b"\n") != received.count(b"\r\n")

    def is_probe(self) -> bool:
        """Return True if a monitor sends the request. It must be answered even if all threads are busy."""
        return PROBE.match(self.received) is not None

    def take_request(self) -> Any:
        """Return the request whose head has arrived.

        Raises:
            StopIteration: The last request asked to close the connection.
            gunicorn.http.errors.ParseException: The head is invalid.
        """
        self.requests += 1
        self.parser.unreader.unread(self.received)
        self.received = b""
        return next(self.parser)

    def take_rest(self) -> None:
        """Put the bytes that arrived after the last request into `received`."""
        self.received = self.parser.unreader.take_buffered()
