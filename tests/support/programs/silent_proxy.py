"""A proxy for TCP connections that can fall silent, like a network that loses all packets."""

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

CHUNK_BYTES = 65536


class SilentProxy:
    """A proxy that listens on 127.0.0.1 and forwards all bytes to a server, and back.

    Args:
        unix_socket: The path of the Unix socket of the server.

    Attributes:
        is_silent: If True, nothing is forwarded, while connections stay open.
    """

    def __init__(self, unix_socket: str) -> None:
        self.is_silent = False
        self._unix_socket = unix_socket
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._peers: dict[socket.socket, socket.socket] = {}
        self._is_stopping = False
        self._thread = threading.Thread(target=self._run, name="silent-proxy")
        self._thread.start()

    @property
    def port(self) -> int:
        """The port to which clients connect."""
        number: int = self._listener.getsockname()[1]
        return number

    def close(self) -> None:
        """Stop the proxy and close all connections."""
        self._is_stopping = True
        self._thread.join()
        for each in [*self._peers, self._listener]:
            each.close()
        self._selector.close()

    def _run(self) -> None:
        while not self._is_stopping:
            if self.is_silent:
                # The kernel accepts connections and bytes, and nobody reads them.
                threading.Event().wait(0.02)
                continue
            for key, _ in self._selector.select(0.02):
                if key.fileobj is self._listener:
                    self._accept()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj in self._peers:
                    self._forward(key.fileobj)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self._unix_socket)
        except OSError:
            client.close()
            server.close()
            return
        for one, other in ((client, server), (server, client)):
            self._peers[one] = other
            self._selector.register(one, selectors.EVENT_READ)

    def _forward(self, source: socket.socket) -> None:
        target, chunk = self._peers[source], b""
        with suppress(OSError):
            chunk = source.recv(CHUNK_BYTES)
            target.sendall(chunk)
        if not chunk:
            for each in (source, target):
                del self._peers[each]
                self._selector.unregister(each)
                each.close()


@contextmanager
def running_proxy(unix_socket: str) -> Iterator[SilentProxy]:
    """Run a proxy in front of the server at the path `unix_socket`, and yield it."""
    proxy = SilentProxy(unix_socket)
    try:
        yield proxy
    finally:
        proxy.close()
