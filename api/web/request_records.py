"""Make a record of each request, for the log and the metrics.

This WSGI middleware (PEP 3333) is the outermost, so that it records all responses.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from time import perf_counter, time
from typing import Any, NamedTuple
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request

from api.admission.api_keys import PREFIX, hide_keys
from api.web.client_address import CLIENT_ADDRESS, ClientAddresses
from api.web.headers import Headers
from api.web.request_ids import ID, UNSENT_BYTES, request_id_of

# The key of the WSGI environment for the URL rule of the route.
ROUTE = "briefs.route"
# Longer targets and user agents are cut, so that records that wait for the log need little memory.
MAX_TARGET_CHARACTERS = 2_000
MAX_USER_AGENT_CHARACTERS = 300


class RequestRecord(NamedTuple):
    """What happened in one request. All texts except the route come from the client and can be hostile.

    Attributes:
        time: When the record was made, in seconds since 1970.
        request_id: The id of the request, as in the header `X-Request-ID`.
        target: The path and query as the client sent them.
        route: The URL rule that the request matched, or None.
        body_bytes: The size of the response body as sent, after compression.
        seconds: The time until the response was ready, including the sending of a stream.
        client_address: The IP address of the client, or an empty text if it is unknown.
    """

    time: float
    request_id: str
    method: str
    target: str
    route: str | None
    status: int
    body_bytes: int
    seconds: float
    client_address: str
    user_agent: str


# A function that receives the record of each request. The thread of the request calls it, so it must be fast.
Observer = Callable[[RequestRecord], object]


def record_route() -> None:
    """Store the URL rule of the current request in its WSGI environment, for the record of the request."""
    request.environ[ROUTE] = request.url_rule.rule if request.url_rule else None


class RequestRecords:
    """WSGI middleware that passes a record of each request to observers.

    The WSGI environment also gets the id of the request and the address of the client. The id is in the
    response header `X-Request-ID`.

    Args:
        application: Handles the requests.
        client_addresses: Finds the address of the client of a request.
        observers: Functions that receive each record.
    """

    def __init__(
        self, application: WSGIApplication, client_addresses: ClientAddresses, observers: Sequence[Observer]
    ) -> None:
        self.application = application
        self._find_address, self._observers = client_addresses.find, observers

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application and record the request.

        The request is recorded when the application returns. If the size of the body is unknown then, the
        request is recorded when the server closes the body.
        """
        started = perf_counter()
        request_id = environ[ID] = request_id_of(environ)
        environ[CLIENT_ADDRESS] = self._find_address(environ)
        # If the application fails before it starts a response, the server responds with 500.
        status, response_headers = 500, None

        def start(status_line: str, headers: Headers, *error: Any) -> Callable[[bytes], object]:
            nonlocal status, response_headers
            status, response_headers = int(status_line[:3]), headers
            return start_response(status_line, [*headers, ("X-Request-ID", request_id)], *error)

        try:
            body = self.application(environ, start)
        except BaseException:
            self._record(environ, 500, 0, started)
            raise
        if type(body) is list:
            size: int | None = len(body[0]) if len(body) == 1 else sum(map(len, body))
        else:
            size = _body_size(environ, status, response_headers)
        if size is None:
            return _RecordedBody(body, partial(self._record_sent, environ, status, started))
        self._record(environ, status, size, started)
        return body

    def _record_sent(self, environ: WSGIEnvironment, status: int, started: float, body_bytes: int) -> None:
        """Record a request with the number of bytes of the response body that were sent.

        Args:
            environ: The WSGI environment. `UNSENT_BYTES` in it is the number of bytes that were not sent.
            started: When the request arrived, as a value of `time.perf_counter`.
            body_bytes: The number of bytes that the application made.
        """
        self._record(environ, status, max(0, body_bytes - environ.get(UNSENT_BYTES, 0)), started)

    def _record(self, environ: WSGIEnvironment, status: int, body_bytes: int, started: float) -> None:
        header = environ.get
        target, user_agent = header("RAW_URI") or _target(environ), header("HTTP_USER_AGENT", "")
        # Clients send keys in the query by mistake.
        if len(target) > MAX_TARGET_CHARACTERS or PREFIX in target:
            target = hide_keys(target[:MAX_TARGET_CHARACTERS])
        if len(user_agent) > MAX_USER_AGENT_CHARACTERS or PREFIX in user_agent:
            user_agent = hide_keys(user_agent[:MAX_USER_AGENT_CHARACTERS])
        record = RequestRecord(
            time(),
            environ[ID],
            environ["REQUEST_METHOD"],
            target,
            header(ROUTE),
            status,
            body_bytes,
            perf_counter() - started,
            environ[CLIENT_ADDRESS],
            user_agent,
        )
        for observe in self._observers:
            observe(record)


class _RecordedBody:
    """A response body of unknown size. When the server closes the body, the request is recorded.

    Args:
        parts: The response body.
        record: A function that records the request. Its argument is the size of the body in bytes.
    """

    def __init__(self, parts: Iterable[bytes], record: Callable[[int], None]) -> None:
        self._parts, self._record = parts, record
        self._bytes = 0

    def __iter__(self) -> Iterator[bytes]:
        for part in self._parts:
            self._bytes += len(part)
            yield part

    def close(self) -> None:
        """Close the body. The server also calls this method if the client is gone (PEP 3333)."""
        try:
            getattr(self._parts, "close", lambda: None)()
        finally:
            self._record(self._bytes)


def _body_size(environ: WSGIEnvironment, status: int, headers: Headers | None) -> int | None:
    """Return the size of the body of a response in bytes, or None if the headers do not contain it."""
    if headers is None:
        return None
    if environ["REQUEST_METHOD"] == "HEAD" or status in (204, 304):
        return 0
    return next((int(value) for name, value in headers if name.lower() == "content-length"), None)


def _target(environ: WSGIEnvironment) -> str:
    """Return the target (path and query) of a request, for servers that do not set `RAW_URI`."""
    query = environ.get("QUERY_STRING", "")
    return quote(environ["PATH_INFO"], encoding="latin-1") + (f"?{query}" if query else "")
