"""The sending side of a connection, which never makes a thread wait for a slow client."""

import select
import socket
import time
from array import array
from contextlib import suppress
from fcntl import ioctl
from termios import TIOCOUTQ

# If more bytes of a response wait to be sent, the thread waits until at most half of this number wait.
MAX_UNSENT_BYTES = 1_048_576
# The time between two checks whether a client that a thread waits for has received something.
PROGRESS_CHECK_SECONDS = 1.0
# The number of blocks in one system call. Each system allows at least 16 (IOV_MAX of POSIX).
MAX_BLOCKS = 16


class ClientGoneError(OSError):
    """The client has closed the connection or does not receive its response."""


class ResponseStream:
    """The object that gunicorn uses as the socket of a connection.

    `sendall` sends only what the client can receive now. The main loop sends the rest.

    Args:
        connected: The real socket, in non-blocking mode.
        send_seconds: How long a thread waits while the client receives nothing of a long response.

    Attributes:
        unsent_bytes: The number of bytes that wait to be sent.
    """

    def __init__(self, connected: socket.socket, send_seconds: float) -> None:
        self.unsent_bytes = 0
        self._socket, self._send_seconds = connected, send_seconds
        self._blocks: list[bytes | memoryview] = []
        self._is_begun = False
        self._queued_bytes = 0

    def sendall(self, data: bytes) -> None:
        """Send as much of a block of a response as the client receives now, and keep the rest for `flush`.

        The first block, the head, is sent together with the second block.

        Raises:
            ClientGoneError: The client has closed the connection.
        """
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
        """End a response, and send as many of its unsent bytes as possible without waiting.

        The next call of `sendall` begins a new response.

        Raises:
            ClientGoneError: The client has closed the connection.
        """
        self._is_begun = False
        self.flush()

    def discard(self) -> None:
        """Discard all bytes that wait to be sent."""
        self._blocks.clear()
        self.unsent_bytes = 0

    def has_progressed(self) -> bool:
        """Return True if the client has received something since the last call of this method.

        Bytes in the send buffer of the system do not count as received.
        """
        # The system accepts further bytes only when a third of its buffer is free. A slow client can need
        # longer than a deadline for this. So the bytes in the buffer are added to the bytes not yet received.
        before = self._queued_bytes
        queued = array("i", [0])
        with suppress(OSError):
            ioctl(self._socket, TIOCOUTQ, queued)
        self._queued_bytes = self.unsent_bytes + queued[0]
        return self._queued_bytes != before

    def wait_if_full(self) -> None:
        """Wait for the client if more than MAX_UNSENT_BYTES bytes wait to be sent.

        A thread must call this method before each part of a response.

        Raises:
            ClientGoneError: The client has closed the connection, or received nothing for `send_seconds`.
        """
        if self.unsent_bytes <= MAX_UNSENT_BYTES:
            return
        poll = select.poll()
        poll.register(self._socket, select.POLLOUT)
        self.has_progressed()
        deadline = time.monotonic() + self._send_seconds
        while self.unsent_bytes > MAX_UNSENT_BYTES // 2:
            if poll.poll(PROGRESS_CHECK_SECONDS * 1000):
                self.flush()
            now = time.monotonic()
            if self.has_progressed():
                deadline = now + self._send_seconds
            elif now >= deadline:
                raise ClientGoneError

    # gunicorn calls the following methods too.

    def send(self, data: bytes) -> int:
        """Send nothing, and return the length of `data` as if it were sent.

        gunicorn calls this method only to send `100 Continue`, which the main loop sends itself when it is
        needed.
        """
        return len(data)

    def recv(self, _size: int) -> bytes:
        """Return `b""`, which tells gunicorn that no more data arrives."""
        # The parser of gunicorn has the head of the request already, and bodies are not read here.
        return b""

    def shutdown(self, _how: int) -> None:
        """Do nothing, since the main loop closes the connection."""

    def settimeout(self, _seconds: float | None) -> None:
        """Do nothing, since the socket never blocks."""

    def close(self) -> None:
        """Do nothing, since the main loop closes the connection."""
