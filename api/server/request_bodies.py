"""The bodies of requests to `/mcp`, the only bodies that the worker reads.

A thread gets the request when its body is complete. The parser of gunicorn then reads the body from memory.
"""

import re
from enum import Enum, auto

from api.problem_kinds import MAX_BODY_BYTES
from api.urls import MCP_PATH

# The maximum size of a chunked body, including the lines with the sizes of the chunks.
MAX_CHUNKED_BYTES = 2 * MAX_BODY_BYTES

# The first line of a request whose body is read. The path can follow a scheme and a host (RFC 9112, 3.2.2).
REQUEST_LINE = re.compile(rb"POST (?:(?i:https?)://[^/?# ]*)?%s[ ?]" % re.escape(MCP_PATH.encode()))
CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*0*([0-9]+)[ \t]*\r\n", re.IGNORECASE)
# A length with more digits is larger than any limit. Python refuses to convert thousands of digits.
MAX_LENGTH_DIGITS = 12
CHUNKED = re.compile(rb"\r\nTransfer-Encoding:[ \t]*chunked[ \t]*\r\n", re.IGNORECASE)
EXPECT = re.compile(rb"\r\nExpect:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
CHUNK_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}")
LINE_END = b"\r\n"
HEAD_END = b"\r\n\r\n"
HTTP_1_0 = b" HTTP/1.0\r\n"


class Arrival(Enum):
    """How much of a request body has arrived."""

    INCOMPLETE = auto()
    # The body is complete, or so malformed that the parser refuses it.
    COMPLETE = auto()
    TOO_LARGE = auto()


class RequestBody:
    """The body of a request whose head has arrived.

    Args:
        head: The head of the request, with the empty line at its end.

    Attributes:
        expects_continue: True if the client waits for the response `100 Continue` before it sends the body.
    """

    def __init__(self, head: bytes) -> None:
        lengths = CONTENT_LENGTH.findall(head)
        # The parser refuses a request with several lengths, or with a length and chunks.
        self._length = int(lengths[0][:MAX_LENGTH_DIGITS]) if len(lengths) == 1 else 0
        self._is_chunked = not lengths and CHUNKED.search(head) is not None
        # Clients of HTTP/1.0 do not understand the response.
        self.expects_continue = EXPECT.search(head) is not None and HTTP_1_0 not in head
        self._start = self._line_start = len(head)
        self._chunk_bytes = 0
        self._is_last_chunk = False

    def arrival(self, received: bytes) -> Arrival:
        """Return how much of the body has arrived: a part, the whole body, or more than is allowed.

        `received` has the bytes of the request that have arrived: the head, followed by the body.
        """
        if self._is_chunked:
            return self._chunk_arrival(received)
        if self._length > MAX_BODY_BYTES:
            return Arrival.TOO_LARGE
        is_complete = len(received) - self._start >= self._length
        return Arrival.COMPLETE if is_complete else Arrival.INCOMPLETE

    def _chunk_arrival(self, received: bytes) -> Arrival:
        """Return how much of a chunked body has arrived: a part, the whole body, or more than is allowed.

        Args:
            received: All bytes of the request that have arrived so far.
        """
        while (line_end := received.find(LINE_END, self._line_start)) >= 0:
            line = received[self._line_start : line_end]
            self._line_start = line_end + len(LINE_END)
            if self._is_last_chunk:
                # Trailer fields can follow the last chunk. An empty line ends the body.
                if not line:
                    return Arrival.COMPLETE
                continue
            size = CHUNK_SIZE.match(line)
            if size is None:
                return Arrival.COMPLETE
            chunk_bytes = int(size[0], 16)
            self._is_last_chunk = not chunk_bytes
            if chunk_bytes:
                self._chunk_bytes += chunk_bytes
                self._line_start += chunk_bytes + len(LINE_END)
            if self._chunk_bytes > MAX_BODY_BYTES:
                return Arrival.TOO_LARGE
        is_too_large = len(received) - self._start > MAX_CHUNKED_BYTES
        return Arrival.TOO_LARGE if is_too_large else Arrival.INCOMPLETE


def body_of(received: bytes) -> RequestBody | None:
    """Return a `RequestBody` for the request whose head is at the beginning of `received`.

    Return None if the head is incomplete, or if the request is not a POST to `/mcp`.
    """
    head_end = received.find(HEAD_END)
    if head_end < 0 or not REQUEST_LINE.match(received):
        return None
    return RequestBody(received[: head_end + len(HEAD_END)])
