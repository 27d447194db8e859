"""Tests of clients that send nothing, send slowly or do not read their responses, and of busy threads."""

import json
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from api.server.time_limits import TIME_LIMITS
from tests.support.programs.long_body import long_body
from tests.support.server import PATIENCE_SECONDS, Server, running_gunicorn, starting_gunicorn

# Between two requests of a client that must not keep the processor busy.
PAUSE_SECONDS = 0.01
QUICK = "--worker-class tests.support.programs.quick_worker.QuickWorker --keep-alive 1"
APPLICATION = "tests.support.waiting:app"
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
# Longer than what the system keeps for a client that does not receive it.
LONG_BYTES = 8_000_000
LONG = f"GET / HTTP/1.1\r\nHost: a\r\nX-Body-Bytes: {LONG_BYTES}\r\n\r\n".encode()


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server with the default deadlines, which the tests of this module share."""
    folder = tmp_path_factory.mktemp("server")
    with running_gunicorn(database, folder, application=APPLICATION) as server:
        yield server


@pytest.fixture(scope="module")
def quick(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server whose worker has deadlines of about a second, so that tests can wait for them."""
    folder = tmp_path_factory.mktemp("quick")
    with running_gunicorn(database, folder, application=APPLICATION, GUNICORN_CMD_ARGS=QUICK) as server:
        yield server


def connect(server: Server, receive_bytes: int | None = None) -> socket.socket:
    """Return a new connection. `receive_bytes` is the size of its receive buffer, or None for the default."""
    connection = socket.socket()
    if receive_bytes:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    connection.settimeout(PATIENCE_SECONDS)
    connection.connect(("127.0.0.1", server.port))
    return connection


def receive_all(connection: socket.socket) -> bytes:
    """Return all bytes until the server closes the connection."""
    received = bytearray()
    while chunk := connection.recv(65_536):
        received += chunk
    return bytes(received)


def receive_response(connection: socket.socket) -> bytes:
    """Receive one response with Content-Length, and return its body.

    Bytes after this response stay unread.
    """
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        received = connection.recv(1)
        assert received
        head += received
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    (length,) = re.findall(rb"(?i)\r\nContent-Length: (\d+)\r\n", head)
    body = bytearray()
    while len(body) < int(length):
        received = connection.recv(int(length) - len(body))
        assert received
        body += received
    return bytes(body)


def shortest_seconds(server: Server, target: str) -> float:
    """Return the duration of the fastest request for `target`.

    Send up to five requests. Stop after the first request that takes less than a second.
    """
    durations = []
    for _ in range(5):
        started = time.monotonic()
        assert server.get(target).status == 200
        durations.append(time.monotonic() - started)
        if durations[-1] < 1:
            break
    return min(durations)


def has_quick_answers(server: Server, target: str) -> bool:
    """Return True if ten requests for `target` succeed, and the fastest takes less than a second."""
    durations = []
    for _ in range(10):
        started = time.monotonic()
        if server.get(target).status != 200:
            return False
        durations.append(time.monotonic() - started)
    return min(durations) < 1


def assert_others_are_served(server: Server) -> None:
    assert shortest_seconds(server, "/v1/articles") < 1
    assert shortest_seconds(server, "/healthz") < 1


def many(stack: ExitStack, server: Server, number: int, request: bytes = b"") -> list[socket.socket]:
    """Open `number` connections with small receive buffers, send `request` on each, and return them.

    `stack` closes the connections.
    """
    connections = []
    for _ in range(number):
        connection = stack.enter_context(connect(server, receive_bytes=4_096))
        connection.sendall(request)
        connections.append(connection)
    return connections


@contextmanager
def sending_slowly(connections: list[socket.socket], data: bytes) -> Iterator[None]:
    """Send one byte of `data` a second on each connection, until the `with` body ends."""
    done = threading.Event()

    def send() -> None:
        for number in range(len(data)):
            for connection in connections:
                connection.sendall(data[number : number + 1])
            if done.wait(1):
                return

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_clients_that_send_nothing_delay_nobody(server: Server) -> None:
    with ExitStack() as stack:
        many(stack, server, 100)
        assert_others_are_served(server)


def test_clients_that_send_a_byte_a_second_delay_nobody(server: Server) -> None:
    with ExitStack() as stack:
        slow = many(stack, server, 40)
        stack.enter_context(sending_slowly(slow, GET))
        assert_others_are_served(server)


def test_clients_that_do_not_read_their_response_delay_nobody(server: Server) -> None:
    with ExitStack() as stack:
        many(stack, server, 50, LONG)
        assert_others_are_served(server)


def test_clients_that_do_not_read_a_stream_delay_others_until_the_deadline(quick: Server) -> None:
    with ExitStack() as stack:
        many(stack, quick, 8, LONG.replace(b"\r\n\r\n", b"\r\nX-Blocks: 9\r\n\r\n"))
        assert shortest_seconds(quick, "/healthz") < 1
        # While the last stream holds its thread, its worker answers 503 and the other worker answers 200.
        for target in ("/v1/articles", "/healthz"):
            quick.wait_until(f"quick answers to {target}", partial(has_quick_answers, quick, target))


def test_a_silent_connection_is_closed_at_its_deadline_without_a_response(quick: Server) -> None:
    with connect(quick) as connection:
        assert receive_all(connection) == b""


def test_an_idle_connection_is_closed_at_its_deadline(quick: Server) -> None:
    with connect(quick) as connection:
        connection.sendall(GET)
        assert receive_response(connection) == b'{"status":"ok"}'
        assert receive_all(connection) == b""


@pytest.mark.parametrize("before", [b"", GET])
def test_a_head_that_is_incomplete_at_its_deadline_gets_a_408(quick: Server, before: bytes) -> None:
    with connect(quick) as connection:
        connection.sendall(before)
        if before:
            receive_response(connection)
        connection.sendall(GET[:-2])
        head, _, body = receive_all(connection).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 Request Timeout\r\n")
    assert b"\r\nConnection: close" in head
    assert json.loads(body)["status"] == 408


def test_a_head_that_is_too_long_gets_a_431(server: Server) -> None:
    answer = server.exchange(b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000)
    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_line_that_does_not_end_with_crlf_gets_a_400_at_once(server: Server) -> None:
    assert server.exchange(b"GET / HTTP/1.1\nHost: a\n\n").startswith(b"HTTP/1.1 400 ")


def test_a_head_can_arrive_in_parts(server: Server) -> None:
    with connect(server) as connection:
        for _ in range(2):
            for number in range(len(GET)):
                connection.sendall(GET[number : number + 1])
                time.sleep(0.002)
            assert receive_response(connection) == b'{"status":"ok"}'


def test_requests_that_arrive_together_are_answered_in_order(server: Server) -> None:
    targets = ["/healthz", "/v1/articles", "/readyz", "/v1/entities", "/healthz"]
    requests = [f"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for target in targets]
    expected = [server.get(target).body for target in targets]
    with connect(server) as connection:
        connection.sendall(b"".join(requests)[:-10])
        for body in expected[:-1]:
            assert receive_response(connection) == body
        connection.sendall(requests[-1][-10:])
        assert receive_response(connection) == expected[-1]


def test_a_request_that_arrives_during_the_last_one_is_answered(server: Server, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with connect(server) as connection:
        connection.sendall(f"GET /v1 HTTP/1.1\r\nHost: a\r\nX-Wait-For: {go}\r\n\r\n".encode())
        server.wait_until("the running request", Path(f"{go}.waiting").exists)
        connection.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        time.sleep(0.1)
        go.touch()
        received = receive_all(connection)
    assert received.startswith(b"HTTP/1.1 404 ")
    assert received.endswith(b'{"status":"ok"}')


def test_a_client_that_closes_before_its_response_harms_nobody(server: Server, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with connect(server) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: a\r\nX-Wait-For: {go}\r\n\r\n".encode())
        server.wait_until("the running request", Path(f"{go}.waiting").exists)
    go.touch()
    assert_others_are_served(server)


def test_a_long_response_reaches_a_slow_client_and_the_connection_is_kept(quick: Server) -> None:
    with connect(quick, receive_bytes=65_536) as connection:
        connection.sendall(LONG)
        # Longer than the deadline of a client that receives nothing.
        for _ in range(5):
            assert connection.recv(1_000_000, socket.MSG_PEEK)
            time.sleep(0.5)
            connection.recv(1)
            connection.recv(1_000_000)
        last = b"%9d\n" % ((LONG_BYTES - 1) // 10)
        with connection.makefile("rb") as file:
            assert any(line.endswith(last) for line in file)
        connection.sendall(GET)
        assert receive_response(connection) == b'{"status":"ok"}'


def test_a_long_response_arrives_whole(server: Server) -> None:
    with connect(server, receive_bytes=65_536) as connection:
        connection.sendall(LONG)
        time.sleep(0.5)
        assert receive_response(connection) == long_body(LONG_BYTES)


def test_a_long_stream_arrives_whole(server: Server) -> None:
    answer = server.get("/", X_Body_Bytes="700000", X_Blocks="9")
    assert answer.headers["Transfer-Encoding"] == "chunked"
    assert answer.body == long_body(700_000) * 9


def test_a_connection_that_does_not_receive_is_closed_at_its_deadline(quick: Server) -> None:
    with connect(quick, receive_bytes=4_096) as connection:
        connection.sendall(LONG)
        # Four times the deadline.
        time.sleep(4)
        assert len(receive_all(connection)) < LONG_BYTES


@pytest.mark.parametrize(
    "fields",
    [
        "Content-Length: 10\r\n\r\n",
        "Content-Length: 10\r\n\r\n0123456789",
        "Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    ],
)
def test_a_body_is_not_read_and_the_connection_is_closed(server: Server, fields: str) -> None:
    head, _, body = server.exchange(b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + fields.encode()).partition(
        b"\r\n\r\n"
    )
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close" in head
    assert body == b'{"status":"ok"}'


def test_a_client_that_sends_a_long_body_receives_its_response(server: Server) -> None:
    request = b"POST /v1/articles HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n"
    assert server.exchange(request + b"x" * 900_000).startswith(b"HTTP/1.1 405 ")


@contextmanager
def busy_threads(server: Server, folder: Path, number: int) -> Iterator[list[bytes]]:
    """Keep `number` requests waiting in the threads of `server` until the `with` body ends.

    Yield an empty list. When the `with` body ends, a file is created in `folder`, which lets the requests
    continue. Their responses are then added to the list.
    """
    go = folder / "go"
    request = f"GET /v1/articles HTTP/1.1\r\nHost: a\r\nX-Wait-For: {go}\r\nConnection: close\r\n\r\n"
    answers: list[bytes] = []
    with ExitStack() as stack:
        connections = many(stack, server, number, request.encode())
        server.wait_until("a waiting request", Path(f"{go}.waiting").exists)
        try:
            yield answers
        finally:
            go.touch()
            answers += [receive_all(connection) for connection in connections]


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


@pytest.mark.parametrize("target", ["/healthz", "/readyz"])
def test_monitors_are_answered_while_all_threads_are_busy(
    server: Server, tmp_path: Path, target: str
) -> None:
    with busy_threads(server, tmp_path, 40) as answers:
        assert shortest_seconds(server, target) < 1
    assert [status_of(answer) for answer in answers] == [200] * 40


def number_of_refusals(server: Server) -> int:
    return sum("threads are busy" in line for line in server.lines)


def test_a_request_that_gets_no_thread_before_its_deadline_gets_a_503(quick: Server, tmp_path: Path) -> None:
    before = number_of_refusals(quick)
    with busy_threads(quick, tmp_path, 12) as answers:
        quick.wait_until("refusals", lambda: number_of_refusals(quick) >= before + 4)
    assert {status_of(answer) for answer in answers} == {200, 503}
    (refusal, *_) = [answer for answer in answers if status_of(answer) == 503]
    assert b"\r\nRetry-After: 5\r\n" in refusal


def test_a_monitor_is_answered_if_a_worker_is_full_of_requests(database: str, tmp_path: Path) -> None:
    few = "--workers 1 --threads 1 --worker-connections 20"
    with (
        running_gunicorn(database, tmp_path, application=APPLICATION, GUNICORN_CMD_ARGS=few) as server,
        busy_threads(server, tmp_path, 150) as answers,
    ):
        assert shortest_seconds(server, "/healthz") < 1
    assert {status_of(answer) for answer in answers if answer} == {200, 503}


def test_a_full_worker_closes_the_connections_that_are_silent_for_the_longest_time(
    database: str, tmp_path: Path
) -> None:
    few = "--workers 1 --worker-connections 20"
    with (
        running_gunicorn(database, tmp_path, GUNICORN_CMD_ARGS=few) as server,
        ExitStack() as stack,
    ):
        silent = many(stack, server, 50)
        time.sleep(TIME_LIMITS.min_silent_seconds)
        assert_others_are_served(server)
        assert silent[0].recv(1) == b""
        newest = silent[-1]
        newest.sendall(GET)
        assert receive_response(newest) == b'{"status":"ok"}'


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_response_that_is_being_sent_is_finished(
    number: signal.Signals, database: str, tmp_path: Path
) -> None:
    with (
        running_gunicorn(database, tmp_path, application=APPLICATION) as server,
        connect(server, receive_bytes=65_536) as connection,
    ):
        connection.sendall(LONG)
        assert connection.recv(1) == b"H"
        server.signal(number)
        server.wait_until("the end of the idle worker", lambda: len(server.exited) == 1)
        time.sleep(1)
        with connection.makefile("rb") as file:
            body = file.read().partition(b"\r\n\r\n")[2]
        assert body == long_body(LONG_BYTES)
        server.wait_until("the end of the busy worker", lambda: len(server.exited) == 2)


def test_three_reloads_within_a_second_lose_no_request_and_stop_no_worker_abnormally(
    database: str, tmp_path: Path
) -> None:
    with running_gunicorn(database, tmp_path) as server, ThreadPoolExecutor(8) as pool:
        done = threading.Event()

        def ask() -> set[int]:
            statuses = set()
            while not done.wait(PAUSE_SECONDS):
                statuses.add(server.get("/v1/articles").status)
            return statuses

        running = [pool.submit(ask) for _ in range(8)]
        try:
            for _ in range(3):
                server.signal(signal.SIGHUP)
                time.sleep(0.3)
            server.wait_until("eight workers", lambda: len(server.booted) >= 8)
            server.wait_until("the end of six workers", lambda: len(server.exited) >= 6)
        finally:
            done.set()
        assert [each.result() for each in running] == [{200}] * 8
    assert not [line for line in server.lines if "AttributeError" in line or "Traceback" in line]


def test_a_certificate_stops_startup_since_a_proxy_adds_tls(tmp_path: Path) -> None:
    certificate = tmp_path / "certificate"
    certificate.touch()
    with starting_gunicorn(tmp_path, {"GUNICORN_CMD_ARGS": f"--certfile {certificate}"}) as server:
        assert server.wait() != 0
        assert any("TLS" in line for line in server.lines)
