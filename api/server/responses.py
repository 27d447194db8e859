"""Responses of the worker. Headers that many responses share are checked and encoded only once."""

import time
from collections.abc import Sequence
from email.utils import formatdate
from functools import lru_cache

from gunicorn.http import errors, wsgi
from gunicorn.http.message import TOKEN_RE
from gunicorn.util import is_hoppish

# The number of lists of headers, and of status lines, that are kept encoded.
MAX_CACHED_HEADERS = 2_000
MAX_CACHED_STATUS_LINES = 100


class Response(wsgi.Response):  # type: ignore[misc]  # gunicorn has no types.
    """A response of gunicorn whose encoded headers are cached for later responses with the same headers.

    Headers that concern a single connection (RFC 9110, 7.6.1), including Upgrade, are ignored if the
    application sets them.
    """

    headers_sent: bool

    def process_headers(self, headers: list[tuple[str, str]]) -> None:
        """Check `headers`, and keep their lines for `send_headers`.

        Raises:
            gunicorn.http.errors.InvalidResponseHeaderName: A name is not a token.
            gunicorn.http.errors.InvalidResponseHeader: A value contains a control character.
            TypeError: A name or a value is not a text.
        """
        # The last header is the id of the request. The others are often the same as in earlier responses.
        lines, self.response_length = encode_headers(tuple(headers[:-1]))
        last_lines, length = _encode(headers[-1:])
        self.lines = lines + last_lines
        if length is not None:
            self.response_length = length

    def send_headers(self) -> None:
        """Send the status line and the headers, unless they are sent already."""
        if self.headers_sent:
            return
        connection = "close" if self.should_close() else "keep-alive"
        first_lines = encode_first_lines(
            self.req.version, self.status, self.version, connection, self.chunked, int(time.time())
        )
        # The response to some statuses must not have a length. gunicorn has set it to None then.
        length = b"" if self.response_length is None else b"Content-Length: %d\r\n" % self.response_length
        self.sock.sendall(b"".join((first_lines, self.lines, length, b"\r\n")))
        self.headers_sent = True


@lru_cache(maxsize=MAX_CACHED_HEADERS)
def encode_headers(headers: tuple[tuple[str, str], ...]) -> tuple[bytes, int | None]:
    """Return the lines of `headers` except `Content-Length`, and the value of `Content-Length`.

    The value is a number, or None if the header is missing. Headers that concern a single connection are left
    out, since the worker sets them.
    """
    return _encode(headers)


def _encode(headers: Sequence[tuple[str, str]]) -> tuple[bytes, int | None]:
    lines, length = [], None
    for name, value in headers:
        if not isinstance(name, str) or not isinstance(value, str):
            raise TypeError(f"the header {name!r} is not a text")
        if not TOKEN_RE.fullmatch(name):
            raise errors.InvalidResponseHeaderName(repr(name))
        if not wsgi.HEADER_VALUE_RE.fullmatch(value):
            raise errors.InvalidResponseHeader(repr(name))
        if name.lower() == "content-length":
            length = int(value)
        elif not is_hoppish(name):
            stripped = value.strip(" \t")
            lines.append(f"{name}: {stripped}\r\n")
    return "".join(lines).encode("latin-1"), length


@lru_cache(maxsize=MAX_CACHED_STATUS_LINES)
def encode_first_lines(
    version: tuple[int, int], status: str, server: str, connection: str, is_chunked: bool, second: int
) -> bytes:
    """Return the status line and the headers that do not come from the application.

    Args:
        version: The version of HTTP.
        status: The status and its reason, such as `200 OK`.
        server: The header `Server`.
        connection: The header `Connection`.
        is_chunked: True if the body is sent in chunks.
        second: The time in seconds since 1970.
    """
    lines = [
        f"HTTP/{version[0]}.{version[1]} {status}",
        f"Server: {server}",
        f"Date: {formatdate(second, usegmt=True)}",
        f"Connection: {connection}",
        *(["Transfer-Encoding: chunked"] if is_chunked else []),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
