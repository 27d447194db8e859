"""An answer as a value, and what a request says about how it wants one: WSGI (PEP 3333), no Flask."""

from functools import cached_property, lru_cache
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.http import HTTP_STATUS_CODES, is_entity_header, is_resource_modified

from api.web.representation import wants_gzip
from api.web.request_ids import ROUTE

NOT_MODIFIED = f"304 {HTTP_STATUS_CODES[304].upper()}"

Headers = list[tuple[str, str]]


class Kind(NamedTuple):
    """What an answer depends on besides its target: `Accept`, the coding, `Origin`."""

    accept: str
    coding: str
    origin: str


def kind_of(environ: WSGIEnvironment) -> Kind:
    """Give the kind of a request; two spellings of one wish for a coding are the same."""
    said = environ.get
    return _kind(said("HTTP_ACCEPT", ""), said("HTTP_ACCEPT_ENCODING", ""), said("HTTP_ORIGIN", ""))


@lru_cache(maxsize=100)
def _kind(accept: str, accept_encoding: str, origin: str) -> Kind:
    return Kind(accept, "gzip" if wants_gzip(accept_encoding) else "", origin)


class Answer:
    """A status, headers, a body, and the rule of the route that gave it."""

    def __init__(self, status: str, headers: Headers, body: bytes, route: str | None) -> None:
        self.status, self.headers, self.body, self.route = status, headers, body, route
        self.etag = next((value for name, value in headers if name == "ETag"), None)

    @cached_property
    def headers_of_304(self) -> Headers:
        """Its headers without those that describe a body (RFC 9110, 15.4.5)."""
        return [pair for pair in self.headers if not is_entity_header(pair[0])]

    def send(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answer with this, or with 304 where the client has it (RFC 9110, 13.1.2)."""
        environ[ROUTE] = self.route
        if "HTTP_IF_NONE_MATCH" in environ and self._is_had(environ):
            start_response(NOT_MODIFIED, self.headers_of_304)
            return []
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]

    def _is_had(self, environ: WSGIEnvironment) -> bool:
        if not self.etag:
            return False
        # Nearly always the client says what it was told, letter by letter.
        return environ["HTTP_IF_NONE_MATCH"] == self.etag or not is_resource_modified(environ, self.etag)


def ask(application: WSGIApplication, environ: WSGIEnvironment) -> Answer:
    """Have `application` answer in full, whatever the client has."""
    asked = {name: value for name, value in environ.items() if name != "HTTP_IF_NONE_MATCH"}
    started: list[tuple[str, Headers]] = []

    def start(status: str, headers: Headers, *_: Any) -> Any:
        started.append((status, headers))

    answered = application(asked, start)
    try:
        # A copy: JSON comes in a block of memory far larger than it, which would be kept with it.
        body = memoryview(b"".join(answered)).tobytes()
    finally:
        getattr(answered, "close", lambda: None)()
    status, headers = started[-1]
    return Answer(status, headers, body, asked.get(ROUTE))
