"""Complete responses in memory, which WSGI middleware (PEP 3333) can send without calling Flask."""

from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import HTTP_STATUS_CODES, is_entity_header, is_resource_modified

from api.web.headers import Headers
from api.web.representation import wants_gzip
from api.web.request_ids import ROUTE

NOT_MODIFIED = f"304 {HTTP_STATUS_CODES[304].upper()}"


class Variant(NamedTuple):
    """What a request asks for in its headers, if it changes the response to the same URL.

    Two requests for one URL with equal variants get the same response. `content_encoding` is the encoding
    chosen from the header Accept-Encoding: `gzip`, or empty for none.
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
    """A complete response to GET. `route` is the URL rule of the view that produced it, for the log."""

    def __init__(self, status: str, headers: Headers, body: bytes, route: str | None) -> None:
        self.status, self.headers, self.body, self.route = status, headers, body, route
        self.etag = next((value for name, value in headers if name == "ETag"), None)

    @cached_property
    def not_modified_headers(self) -> Headers:
        """The headers of a 304 response: all except those that describe a body (RFC 9110, 15.4.5)."""
        return [header for header in self.headers if not is_entity_header(header[0])]

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Send this response, or 304 if the client already has it (RFC 9110, 13.1.2)."""
        environ[ROUTE] = self.route
        if "HTTP_IF_NONE_MATCH" in environ and self._matches(environ):
            start_response(NOT_MODIFIED, self.not_modified_headers)
            return []
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    def _matches(self, environ: WSGIEnvironment) -> bool:
        if not self.etag:
            return False
        # Nearly all clients send the ETag back unchanged. Comparing text is faster than parsing it.
        return environ["HTTP_IF_NONE_MATCH"] == self.etag or not is_resource_modified(environ, self.etag)


def buffer_response(application: WSGIApplication, environ: WSGIEnvironment) -> BufferedResponse:
    """Call `application` and return its complete response.

    Leave out the header `If-None-Match`, so that the response has a body instead of the status 304.
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
