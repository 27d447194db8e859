"""The state of a connection to a client, and the request that has arrived."""

import logging
import math
import re
import socket
import struct
import time
from concurrent.futures import Future
from contextlib import suppress
from enum import Enum, auto
from functools import lru_cache
from io import BytesIO
from typing import Any

from gunicorn.config import Config
from gunicorn.http import RequestParser
from gunicorn.http.errors import InvalidHeader, UnsupportedTransferCoding

from api.server.request_bodies import Arrival, RequestBody, body_of
from api.server.response_stream import ClientGoneError, ResponseStream
from api.urls import STATUS_PATHS

# The maximum size of a request head. gunicorn also limits the request line and each header field.
MAX_HEAD_BYTES = 65_536
RECEIVE_BYTES = 16_384
HTTP_1_1 = (1, 1)
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# The value of the socket option SO_LINGER (on, 0 seconds) with which closing a socket resets the connection.
RESET = struct.pack("ii", 1, 0)
# A host name or address with an optional port (RFC 3986, 3.2.2), or an empty text (RFC 9112, 3.2).
HOST = re.compile(r"(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*(?::\d*)?|\[[0-9a-f:.]+\](?::\d*)?", re.A | re.I)
# The beginning of a request that a monitor sends.
MONITOR_REQUEST = re.compile(rf"(?:GET|HEAD) (?:{'|'.join(sorted(STATUS_PATHS))})[ ?]".encode())

log = logging.getLogger("briefs.error")


class State(Enum):
    """The state of a connection: what the main loop or a thread currently does with it."""

    # The main loop waits for a complete request: the head, and the body if the worker reads it.
    RECEIVING = auto()
    # A request waits for a thread, or a thread creates a response.
    ANSWERING = auto()
    # The main loop sends the rest of a response.
    SENDING = auto()
    # The last response is sent. The main loop discards what arrives until the client closes the connection.
    CLOSING = auto()
    CLOSED = auto()


class Connection:
    """A connection to a client.

    A thread uses a connection in the state ANSWERING. Otherwise, only the main loop uses the connection.

    Attributes:
        server: The address that the client connected to.
        sock: The object that gunicorn sends responses to.
        state: What the main loop or a thread currently does with the connection.
        received: The bytes of an incomplete request.
        body: The body of the current request, or None if no body is read.
        events: The events that the main loop waits for, as in `selectors`, or 0.
        since: When the current wait for the client or a thread began, as a value of `time.monotonic`.
        deadline: When the main loop closes the connection, as a value of `time.monotonic`.
        work: The future of the last request that was given to a thread, or None.
        requests: The number of requests that arrived.
        is_kept: True if the connection remains open after its current response.
        is_incomplete: True if a response could not be completed, so that the connection is reset.
        discarded_bytes: The number of bytes that arrived in the state CLOSING.
        stream_id: The id of the last request if its response is a stream, or an empty text.
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
        self.body: RequestBody | None = None
        self.events = 0
        self.since = time.monotonic()
        self.deadline = math.inf
        self.work: Future[None] | None = None
        self.requests = 0
        self.is_kept = self.is_incomplete = False
        self.discarded_bytes = 0
        self.stream_id = ""

    def receive(self) -> bytes | None:
        """Return what the client has sent, at most RECEIVE_BYTES.

        Return nothing (`b""`) if the connection is closed or broken, and None if nothing has arrived.
        """
        try:
            return self.socket.recv(RECEIVE_BYTES)
        except (BlockingIOError, InterruptedError):
            return None
        except OSError:
            return b""

    def discard_unsent(self) -> None:
        """Discard the bytes of a response that the client did not receive.

        If the response is a stream, log the loss and let the connection be reset when it is closed.
        """
        if self.stream_id and self.sock.unsent_bytes:
            self.is_incomplete = True
            self.reset_at_close()
            extra = {
                "request_id": self.stream_id,
                "error": ClientGoneError.__name__,
                "unsent_bytes": self.sock.unsent_bytes,
            }
            log.error("stream aborted", extra=extra)
        self.sock.discard()

    def reset_at_close(self) -> None:
        """Set the socket so that closing it resets the connection, and the client sees an error."""
        with suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def has_head(self, max_line_bytes: int) -> bool:
        """Return True if the received bytes contain a whole request head, or show that it is invalid.

        A request line of more than `max_line_bytes` or a line feed without a carriage return is invalid.
        """
        received = self.received
        if b"\r\n\r\n" in received:
            return True
        if len(received) > max_line_bytes + 2 and b"\r\n" not in received:
            return True
        return received.count(b"\n") != received.count(b"\r\n")

    def body_arrival(self) -> Arrival:
        """Return how much of the request body is in `received`, the bytes that have arrived.

        Call this only if `received` contains the whole head of the request.
        """
        if self.body is None:
            self.body = body_of(self.received)
        return self.body.arrival(self.received) if self.body else Arrival.COMPLETE

    def send_continue(self) -> None:
        """Send `100 Continue` if the client waits for it before sending the body (RFC 9110, 10.1.1)."""
        if self.body and self.body.expects_continue:
            self.body.expects_continue = False
            # A client that does not receive this response sends the body anyway, after some time.
            with suppress(OSError):
                self.socket.send(CONTINUE)

    def is_from_monitor(self) -> bool:
        """Return True if the request asks for the health or the metrics of the service.

        Monitors must get a response even if all threads are busy.
        """
        return MONITOR_REQUEST.match(self.received) is not None

    def take_request(self) -> Any:
        """Parse and return the request in the bytes `received`, which contain its whole head.

        A POST request to `/mcp` includes its whole body. Other bodies are not read.

        Raises:
            StopIteration: The previous request asked to close the connection.
            gunicorn.http.errors.ParseException: The head is invalid or not supported.
            OSError: The body is invalid.
        """
        self.requests += 1
        self.stream_id = ""
        self.parser.unreader.unread(self.received)
        self.received = b""
        request = next(self.parser)
        check_host(request)
        check_transfer_coding(request)
        if self.body:
            request.body = BytesIO(request.body.read())
        # The response has this version too (RFC 9110, 2.5).
        request.version = min(request.version, HTTP_1_1)
        return request

    def keep_next_bytes(self) -> None:
        """Move the bytes that arrived after the last request from the parser to `received`.

        They are the beginning of the next request.
        """
        self.body = None
        self.received = self.parser.unreader.take_buffered()


def check_host(request: Any) -> None:
    """Raise an error if the header `Host` of a parsed request is missing, repeated or invalid.

    A request in HTTP/1.0 passes without the header (RFC 9112, 3.2).

    Raises:
        gunicorn.http.errors.InvalidHeader: The header is missing, repeated or invalid.
    """
    hosts = [value for name, value in request.headers if name == "HOST"]
    is_missing = not hosts and request.version >= HTTP_1_1
    if is_missing or len(hosts) > 1 or not all(map(is_host, hosts)):
        raise InvalidHeader("HOST")


def check_transfer_coding(request: Any) -> None:
    """Raise an error if the body of a parsed request has a transfer coding other than `chunked`.

    gunicorn accepts `gzip, chunked`, but does not decompress the body (RFC 9112, 6.1).

    Raises:
        gunicorn.http.errors.UnsupportedTransferCoding: The body has a different transfer coding.
    """
    for name, value in request.headers:
        if name == "TRANSFER-ENCODING" and not is_chunked(value):
            raise UnsupportedTransferCoding(value)


def is_chunked(transfer_encoding: str) -> bool:
    """Return True if this value of the header `Transfer-Encoding` is only `chunked`."""
    return transfer_encoding.strip().lower() == "chunked"


@lru_cache(maxsize=100)
def is_host(value: str) -> bool:
    """Return True if `value` is a valid value of the header `Host`."""
    return HOST.fullmatch(value) is not None
