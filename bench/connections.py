"""Measure the service while many bad clients are connected: `python -m bench.connections`.

A bad client sends nothing, sends one byte a second, or does not read its responses.
"""

import resource
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import click

from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.databases import open_store
from bench.markdown import markdown_table
from bench.throughput import programs
from bench.throughput.load import Targets, put_load
from bench.throughput.servers import RunningServer, run_server

# Longer than the deadline of a request head.
DEADLINE_SECONDS = 12
HEAD = b"GET /v1/articles HTTP/1.1\r\nHost: a\r\nX-Padding: "
# Together, the responses exceed what the system keeps for a client that does not read them.
UNREAD = b"GET /v1/articles?limit=100&include=body,analysis,takeaways HTTP/1.1\r\nHost: a\r\n\r\n" * 60
RECEIVE_BYTES = 4_096
MIN_DESCRIPTORS = 8_192


@dataclass
class BadClients:
    """Clients that open a new connection whenever the server closes their connection.

    Attributes:
        port: The port of the server.
        kinds: The kind of each client: `silent` (sends nothing), `slow` (sends one byte a second) or `unread`
            (reads no responses).
        closed: The number of connections that the server has closed.
    """

    port: int
    kinds: list[str]
    closed: int = 0
    _sockets: dict[int, tuple[socket.socket, str]] = field(default_factory=dict)
    _epoll: select.epoll = field(default_factory=select.epoll)
    _done: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Open a connection for each client, and let the clients misbehave until `stop` is called.

        If the server closes a connection, its client opens a new connection.
        """
        for kind in self.kinds:
            self._open(kind)
        sent = time.monotonic()
        while not self._done.is_set():
            for descriptor, _ in self._epoll.poll(0.1):
                self._replace(descriptor)
            if time.monotonic() > sent + 1:
                sent = time.monotonic()
                self._send_slowly()

    def stop(self) -> None:
        """Let the method `run`, which runs in a different thread, return soon."""
        self._done.set()

    def close(self) -> None:
        """Close all connections."""
        for connection, _ in self._sockets.values():
            connection.close()
        self._epoll.close()

    def _open(self, kind: str) -> None:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        connection.connect(("127.0.0.1", self.port))
        connection.setblocking(False)
        if kind != "silent":
            connection.send(HEAD if kind == "slow" else UNREAD)
        self._sockets[connection.fileno()] = connection, kind
        self._epoll.register(connection, select.EPOLLRDHUP)

    def _replace(self, descriptor: int) -> None:
        connection, kind = self._sockets.pop(descriptor)
        connection.close()
        self.closed += 1
        self._open(kind)

    def _send_slowly(self) -> None:
        for descriptor, (connection, kind) in list(self._sockets.items()):
            if kind == "slow":
                try:
                    connection.send(b"x")
                except OSError:
                    self._replace(descriptor)


@contextmanager
def bad_clients(port: int, silent: int, slow: int, unread: int) -> Iterator[BadClients]:
    """Keep connections of bad clients open in the `with` block.

    Args:
        port: The port of the server.
        silent: How many clients send nothing.
        slow: How many clients send one byte a second.
        unread: How many clients read no responses.
    """
    clients = BadClients(port, ["silent"] * silent + ["slow"] * slow + ["unread"] * unread)
    thread = threading.Thread(target=clients.run)
    thread.start()
    try:
        yield clients
    finally:
        clients.stop()
        thread.join()
        clients.close()


def measure(name: str, server: RunningServer, targets: Targets, seconds: int) -> list[str]:
    """Send requests from sixteen clients, and return a row of measured values.

    The row has `name`, the requests per second, the median and the 99th percentile of their response times,
    the slowest response for /healthz, and the memory of the largest process. Times are in milliseconds, and
    memory in MiB.
    """
    slowest = 0.0
    load = put_load(server.port, targets, seconds, connections=16)
    for _ in range(10):
        started = time.monotonic()
        server.get("/healthz")
        slowest = max(slowest, time.monotonic() - started)
    figures = [f"{load.rate:,.0f}", f"{load.median:.2f}", f"{load.p99:.1f}"]
    return [name, *figures, f"{slowest * 1000:.1f}", f"{server.memory():.0f}"]


@click.command()
@click.option("--silent", default=1_000, show_default=True, help="Connections that send nothing.")
@click.option("--slow", default=200, show_default=True, help="Connections that send one byte a second.")
@click.option("--unread", default=50, show_default=True, help="Connections that read no response.")
@click.option("--seconds", default=5, show_default=True, help="Length of each load.")
@click.option("--soak", default=0, show_default=True, help="Seconds of more load at the end.")
def main(silent: int, slow: int, unread: int, seconds: int, soak: int) -> None:
    """Measure the service with sixteen clients, without and with many bad clients.

    A bad client sends nothing (`--silent`), sends one byte a second (`--slow`), or does not read its
    responses (`--unread`). These options are numbers of clients.

    Each measurement takes `--seconds`. With bad clients, the service is measured before and after the
    deadline that closes their connections. Further measurements after the deadline take `--soak`
    seconds.

    The output is a Markdown table of requests per second, response times and memory.
    """
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, MIN_DESCRIPTORS), most))
    targets = Targets(["/v1/articles", "/v1/articles?limit=5", "/v1/entities"], is_random=True)
    with open_store("sqlite") as store:
        name = ensure_corpus(store, "sqlite", SMALL_CORPUS)
        with run_server(programs.briefs(store.url(name)), "/readyz") as server:
            rows = [measure("alone", server, targets, seconds)]
            with bad_clients(server.port, silent, slow, unread) as clients:
                started = time.monotonic()
                rows.append(measure("before the deadlines", server, targets, seconds))
                time.sleep(max(0, started + DEADLINE_SECONDS - time.monotonic()))
                rows.append(measure("after the deadlines", server, targets, seconds))
                end = time.monotonic() + soak
                while (left := int(end - time.monotonic())) > 0:
                    rows.append(measure(f"soak, {left} s left", server, targets, min(left, 20)))
                closed = clients.closed
            rows.append(measure("alone again", server, targets, seconds))
    click.echo(markdown_table(["16 clients", "a second", "median ms", "p99 ms", "/healthz ms", "MiB"], rows))
    click.echo(f"\nThe server closed {closed:,} bad connections.")


if __name__ == "__main__":
    main()
