"""Tests of request bodies, written as bytes to a socket. The worker reads bodies only for `/mcp`."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from api.problem_kinds import MAX_BODY_BYTES
from tests.service.connections.test_connections import QUICK, assert_others_are_served, connect, receive_all
from tests.service.connections.test_raw_requests import header_of, problem_of, status
from tests.support.server import Server, running_granian, running_gunicorn

MESSAGE = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"}).encode()
PONG = b'{"jsonrpc":"2.0","id":1,"result":{}}'
FIELDS = b"Host: a\r\nContent-Type: application/json\r\nMCP-Protocol-Version: 2025-11-25\r\n"
HEALTH = b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def quick(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start gunicorn with a deadline of one second for bodies."""
    with running_gunicorn(database, tmp_path_factory.mktemp("quick"), GUNICORN_CMD_ARGS=QUICK) as server:
        yield server


@pytest.fixture(scope="module")
def granian(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_granian(database, tmp_path_factory.mktemp("granian")) as server:
        yield server


def post(*fields: bytes, body: bytes = b"", path: bytes = b"/mcp", version: bytes = b"HTTP/1.1") -> bytes:
    """Return the bytes of a POST request with these header fields."""
    lines = b"".join(field + b"\r\n" for field in fields)
    return b"POST %s %s\r\n" % (path, version) + FIELDS + lines + b"\r\n" + body


def with_length(message: bytes = MESSAGE, *fields: bytes) -> bytes:
    return post(b"Content-Length: %d" % len(message), *fields, body=message)


def chunked(*chunks: bytes, trailer: bytes = b"", extension: bytes = b"") -> bytes:
    """Return a body in chunks, with a chunk extension and a trailer section."""
    parts = [b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks]
    return b"".join(parts) + b"0\r\n" + trailer + b"\r\n"


def bodies_of(answer: bytes) -> list[bytes]:
    """Return the bodies of consecutive responses with Content-Length."""
    bodies = []
    while answer:
        head, _, rest = answer.partition(b"\r\n\r\n")
        length = int(header_of(head + b"\r\n\r\n", "Content-Length"))
        bodies.append(rest[:length])
        answer = rest[length:]
    return bodies


CHUNKED = b"Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    "request_",
    [
        with_length(),
        post(CHUNKED, body=chunked(MESSAGE)),
        post(CHUNKED, body=chunked(MESSAGE[:7], MESSAGE[7:], extension=b";a=b", trailer=b"X: y\r\n")),
        post(b"content-length:%d" % len(MESSAGE), body=MESSAGE, path=b"http://a/mcp"),
        post(b"Content-Length: %d" % len(MESSAGE), body=MESSAGE, path=b"/mcp?"),
    ],
)
def test_a_body_is_read_and_the_connection_is_kept(quick: Server, request_: bytes) -> None:
    answer = quick.exchange(request_ + request_ + HEALTH)
    assert bodies_of(answer) == [PONG, PONG, b'{"status":"ok"}']


def test_a_body_can_arrive_in_parts(quick: Server) -> None:
    for request_ in (with_length(), post(CHUNKED, body=chunked(MESSAGE[:9], MESSAGE[9:]))):
        with connect(quick) as connection:
            for number in range(len(request_)):
                connection.sendall(request_[number : number + 1])
                time.sleep(0.001)
            connection.sendall(HEALTH)
            assert bodies_of(receive_all(connection)) == [PONG, b'{"status":"ok"}']


def test_a_client_that_asks_is_told_to_send_its_body(quick: Server) -> None:
    head = with_length(MESSAGE, b"Expect: 100-continue").removesuffix(MESSAGE)
    with connect(quick) as connection:
        connection.sendall(head)
        assert connection.recv(1000) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(MESSAGE + HEALTH)
        assert bodies_of(receive_all(connection)) == [PONG, b'{"status":"ok"}']


@pytest.mark.parametrize("version", [b"HTTP/1.0", b"HTTP/1.1"])
def test_a_body_that_is_there_needs_no_interim_response(quick: Server, version: bytes) -> None:
    fields = b"Content-Length: %d" % len(MESSAGE), b"Expect: 100-continue", b"Connection: close"
    answer = quick.exchange(post(*fields, body=MESSAGE, version=version))
    assert answer.startswith(version + b" 200 OK\r\n")
    assert answer.endswith(PONG)


@pytest.mark.parametrize(
    "request_",
    [
        post(b"Content-Length: %d" % (MAX_BODY_BYTES + 1), b"Expect: 100-continue"),
        post(b"Content-Length: " + b"9" * 5000),
        post(CHUNKED, body=chunked(b"x" * 40_000, b"x" * 40_000)),
        post(CHUNKED, body=b"fffffff\r\n"),
        post(CHUNKED, body=b"1;" + b"a" * 200_000),
    ],
)
def test_a_body_that_is_too_large_is_refused(quick: Server, request_: bytes) -> None:
    answer = quick.exchange(request_)
    problem = problem_of(answer)
    assert (problem["status"], problem["instance"]) == (413, "/mcp")
    assert header_of(answer, "Connection") == "close"


def test_the_longest_body_is_read(quick: Server) -> None:
    message = MESSAGE + b" " * (MAX_BODY_BYTES - len(MESSAGE))
    assert quick.exchange(with_length(message, b"Connection: close")).endswith(PONG)


@pytest.mark.parametrize(
    "request_",
    [
        post(CHUNKED, body=b"x\r\n\r\n"),
        post(CHUNKED, body=b"5\r\n{}\r\n0\r\n\r\n" + b"x" * 9),
        post(CHUNKED, b"Content-Length: 4", body=chunked(MESSAGE)),
        post(b"Content-Length: 4", b"Content-Length: 5", body=MESSAGE),
        post(b"Content-Length: 4", b"Content-Length: 4", body=MESSAGE),
        post(b"Content-Length: +4", body=MESSAGE),
        post(b"Content-Length : 4", body=MESSAGE),
        post(b"Content-Length: " + b"0" * 5000 + b"4", body=MESSAGE),
        post(b"Transfer-Encoding: identity", body=MESSAGE),
        post(CHUNKED, body=chunked(MESSAGE), version=b"HTTP/1.0"),
    ],
)
def test_an_invalid_body_is_refused_and_nothing_after_it_is_a_request(quick: Server, request_: bytes) -> None:
    answer = quick.exchange(request_ + HEALTH)
    assert problem_of(answer)["status"] == 400
    assert answer.count(b"HTTP/1.1 ") == 1
    assert header_of(answer, "Connection") == "close"


@pytest.mark.parametrize("fields", [(b"Content-Length: 40",), (CHUNKED,)])
def test_a_body_that_is_incomplete_at_its_deadline_gets_a_408(
    quick: Server, fields: tuple[bytes, ...]
) -> None:
    answer = quick.exchange(post(*fields, body=b"5\r\n"))
    problem = problem_of(answer)
    assert (problem["status"], problem["instance"]) == (408, "/mcp")
    reason = '"the body is incomplete"'
    quick.wait_until("the reason in the log", lambda: any(reason in line for line in quick.lines))


def test_clients_that_send_their_body_slowly_delay_nobody(quick: Server) -> None:
    connections = [connect(quick) for _ in range(40)]
    try:
        for connection in connections:
            connection.sendall(post(b"Content-Length: 40", body=b"{"))
        assert_others_are_served(quick)
    finally:
        for connection in connections:
            connection.close()


@pytest.mark.parametrize("path", [b"/v1/articles", b"/mcp/", b"/MCP", b"/%6dcp", b"/mcp;x"])
def test_a_body_for_another_path_is_not_read(quick: Server, path: bytes) -> None:
    answer = quick.exchange(post(b"Content-Length: %d" % len(HEALTH), body=HEALTH, path=path))
    assert status(answer) in (308, 400, 404, 405)
    assert answer.count(b"HTTP/1.1 ") == 1
    assert header_of(answer, "Connection") == "close"


def test_a_client_that_leaves_before_its_body_is_complete_harms_nobody(quick: Server) -> None:
    with socket.create_connection(("127.0.0.1", quick.port)) as connection:
        connection.sendall(post(b"Content-Length: 40", body=b"{"))
    assert_others_are_served(quick)


def test_granian_reads_bodies_too(granian: Server) -> None:
    for request_ in (
        with_length(MESSAGE, b"Connection: close"),
        post(CHUNKED, b"Connection: close", body=chunked(MESSAGE)),
    ):
        assert granian.exchange(request_).endswith(PONG)
    message = MESSAGE + b" " * MAX_BODY_BYTES
    assert problem_of(granian.exchange(with_length(message, b"Connection: close")))["status"] == 413
