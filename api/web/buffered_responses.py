"""Responses that are complete in memory, so that WSGI middleware (PEP 3333) can send them without Flask."""

from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import HTTP_STATUS_CODES, is_resource_modified

from api.web.headers import Headers, not_modified_headers
from api.web.negotiation import wants_gzip
from api.web.request_records import ROUTE

NOT_MODIFIED = f"304 {HTTP_STATUS_CODES[304].upper()}"


class Variant(NamedTuple):
    """The values from the headers of a request that determine which response to a URL is sent.

    Attributes:
        accept: The header `Accept`.
        origin: The header `Origin`.
        content_encoding: `gzip` if the client accepts it, or an empty text.
    """

    accept: str
    content_encoding: str
    origin: str


def requested_variant(environ: WSGIEnvironment) -> Variant:
    """Return the request headers that select the response: `Accept`, the content encoding and `Origin`.

    Different values of `Accept-Encoding` that all lead to gzip give the same variant.
    """
    header = environ.get
    return _variant(header("HTTP_ACCEPT", ""), header("HTTP_ACCEPT_ENCODING", ""), header("HTTP_ORIGIN", ""))


@lru_cache(maxsize=100)
def _variant(accept: str, accept_encoding: str, origin: str) -> Variant:
    return Variant(accept, "gzip" if wants_gzip(accept_encoding) else "", origin)


class BufferedResponse:
    """A complete response to a GET request.

    Attributes:
        status: The status line, such as `200 OK`.
        route: The URL rule that the request matched, or None.
        etag: The header `ETag`, or None.
    """

    def __init__(self, status: str, headers: Headers, body: bytes, route: str | None) -> None:
        self.status, self.headers, self.body, self.route = status, headers, body, route
        self.etag = next((value for name, value in headers if name == "ETag"), None)

    @cached_property
    def _not_modified_headers(self) -> Headers:
        """The headers of a 304 response. A cached response is sent often, so they are computed once."""
        return not_modified_headers(self.headers)

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Start the response with `start_response` and return its body, in a list that can be empty.

        Send 304 without a body if the client already has this response (RFC 9110, 13.1.2). For HEAD, send no
        body.
        """
        environ[ROUTE] = self.route
        if "HTTP_IF_NONE_MATCH" in environ and self.is_not_modified(environ):
            start_response(NOT_MODIFIED, self._not_modified_headers)
            return []
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    def is_not_modified(self, environ: WSGIEnvironment) -> bool:
        """Return True if `If-None-Match`, which the request must have, contains the ETag of this response."""
        if not self.etag:
            return False
        # Nearly all clients send the ETag back unchanged. Comparing text is faster than parsing it.
        return environ["HTTP_IF_NONE_MATCH"] == self.etag or not is_resource_modified(environ, self.etag)


def buffer_response(application: WSGIApplication, environ: WSGIEnvironment) -> BufferedResponse:
    """Call `application` and return its complete response.

    The application does not see the header `If-None-Match` of the request, so that it never responds with
    304 and no body.
    """
    unconditional = {name: value for name, value in environ.items() if name != "HTTP_IF_NONE_MATCH"}
    started: list[tuple[str, Headers]] = []

    def start_response(status: str, headers: Headers, *_: Any) -> Any:
        started.append((status, headers))

    chunks = application(unconditional, start_response)
    try:
        # Copy the body, since the bytes that orjson returns can occupy a far larger block of memory.
        body = memoryview(b"".join(chunks)).tobytes()
    finally:
        getattr(chunks, "close", lambda: None)()
    status, headers = started[-1]
    return BufferedResponse(status, headers, body, unconditional.get(ROUTE))
