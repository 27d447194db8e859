"""Tests of the HTTP responses that the service's gunicorn worker sends."""

from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from gunicorn.config import Config
from gunicorn.http import errors

from api.server.responses import Response


class Request:
    """A stand-in for a request that gunicorn has parsed. It has only the attributes that `Response` uses."""

    def __init__(
        self, method: str = "GET", version: tuple[int, int] = (1, 1), *, closes: bool = False
    ) -> None:
        self.method, self.version, self.should_close = method, version, lambda: closes


class Socket:
    """A socket that keeps all sent bytes in `sent`."""

    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data


def send(
    status: str, headers: list[tuple[Any, Any]], *body: bytes, request: Request | None = None
) -> list[str]:
    """Send a response through a test socket, and return what the socket received.

    Returns:
        The lines of the head, without the headers `Server` and `Date`. The last item is the body.
    """
    socket = Socket()
    response = Response(request or Request(), socket, Config())
    response.start_response(status, headers)
    for part in body:
        response.write(part)
    response.close()
    head, _, sent = socket.sent.decode("latin-1").partition("\r\n\r\n")
    lines = head.split("\r\n")
    assert lines[1] == "Server: gunicorn"
    assert parsedate_to_datetime(lines[2].removeprefix("Date: ")).tzinfo
    return [lines[0], *lines[3:], sent]


ID = ("X-Request-ID", "abc")


def test_the_headers_of_the_application_are_sent_with_the_length_last() -> None:
    headers = [("Content-Length", "2"), ("X-A", " caf\xe9 "), ("X-A", "b"), ID]
    expected = ["HTTP/1.1 200 OK", "Connection: keep-alive", "X-A: caf\xe9", "X-A: b", "X-Request-ID: abc"]
    for _ in range(2):
        assert send("200 OK", headers, b"{}") == [*expected, "Content-Length: 2", "{}"]
    assert send("200 OK", headers[::-1], b"{}")[-2:] == ["Content-Length: 2", "{}"]
    assert send("200 OK", [("Content-Length", "0")])[-2:] == ["Content-Length: 0", ""]


def test_headers_of_a_single_connection_are_left_to_the_worker() -> None:
    headers = [("Connection", "upgrade"), ("Upgrade", "websocket"), ("Transfer-Encoding", "gzip"), ID]
    assert send("204 No Content", headers) == [
        *("HTTP/1.1 204 No Content", "Connection: keep-alive", "X-Request-ID: abc", "")
    ]
    closing = Request(closes=True)
    assert "Connection: close" in send("200 OK", [("Content-Length", "0")], request=closing)


def test_a_body_without_a_length_is_sent_in_chunks_or_until_the_connection_closes() -> None:
    *head, body = send("200 OK", [ID], b"one", b"two")
    assert "Transfer-Encoding: chunked" in head
    assert body == "3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
    *head, body = send("200 OK", [ID], b"one", request=Request(version=(1, 0)))
    assert head[:2] == ["HTTP/1.0 200 OK", "Connection: close"]
    assert body == "one"


@pytest.mark.parametrize(
    ("status", "method", "has_length"),
    [("304 NOT MODIFIED", "GET", True), ("200 OK", "HEAD", True), ("204 NO CONTENT", "GET", False)],
)
def test_a_response_without_a_body_has_a_length_only_if_its_status_allows_it(
    status: str, method: str, has_length: bool
) -> None:
    *head, body = send(status, [("Content-Length", "7"), ID], request=Request(method))
    assert ("Content-Length: 7" in head) == has_length
    assert body == ""


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize(
    ("header", "error"),
    [
        (("X A", "b"), errors.InvalidResponseHeaderName),
        (("X-A", "b\r\nX-B: c"), errors.InvalidResponseHeader),
        (("X-A", "b\0"), errors.InvalidResponseHeader),
        (("X-A", "\u20ac"), errors.InvalidResponseHeader),
        (("X-A", 1), TypeError),
        ((b"X-A", "b"), TypeError),
    ],
)
def test_an_invalid_header_is_refused(header: tuple[Any, Any], error: type[Exception], position: int) -> None:
    headers = [ID]
    headers.insert(position, header)
    with pytest.raises(error):
        send("200 OK", headers)
