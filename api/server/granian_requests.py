"""WSGI middleware that checks requests from granian and completes their environment."""

import logging
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.config import Settings
from api.logs.levels import failure_level
from api.problem_kinds import ProblemKind
from api.server.connections import is_chunked, is_host
from api.web.problem_responses import ErrorResponse, send_error
from api.web.request_ids import ID, make_id

log = logging.getLogger("briefs.server")


class GranianRequests:
    """WSGI middleware that checks requests from granian and adds their target (`RAW_URI`), as gunicorn does.

    The target loses percent-escapes that the client did not need to send.

    Args:
        application: Handles the requests.
        count_refused: A function to call with the HTTP status of each refused request.
    """

    def __init__(
        self, application: WSGIApplication, settings: Settings, count_refused: Callable[[int], object]
    ) -> None:
        self.application = application
        self._settings, self._count_refused = settings, count_refused

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the application, or respond with 400 or 501 if the request is invalid.

        The header `Host` must be valid (RFC 9112, 3.2). Only OPTIONS can have the target `*`. The only valid
        transfer coding is `chunked`.
        """
        path, query = environ["PATH_INFO"], environ["QUERY_STRING"]
        if not is_host(environ.get("HTTP_HOST", "")):
            return self._refuse(environ, start_response, "invalid header HOST")
        if path == "*" and environ["REQUEST_METHOD"] != "OPTIONS":
            return self._refuse(environ, start_response, "invalid target")
        if not is_chunked(environ.get("HTTP_TRANSFER_ENCODING", "chunked")):
            kind = ProblemKind.UNSUPPORTED_TRANSFER_CODING
            return self._refuse(environ, start_response, "unsupported transfer coding", kind)
        target = encode_path(path)
        environ["RAW_URI"] = f"{target}?{query}" if query else target
        return self.application(environ, start_response)

    def _refuse(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        reason: str,
        kind: ProblemKind = ProblemKind.INVALID_REQUEST,
    ) -> Iterable[bytes]:
        request_id = environ[ID] = make_id()
        self._count_refused(kind.status)
        extra = {"request_id": request_id, "status": kind.status, "error": reason}
        log.log(failure_level(kind.status), "request refused", extra=extra)

        def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("X-Request-ID", request_id)], *error)

        return send_error(environ, start, self._settings, ErrorResponse(kind, []))


@lru_cache(maxsize=1_000)
def encode_path(path: str) -> str:
    """Return `path` with percent-encoding, as in the target of a request.

    `path` is a text whose bytes were decoded as Latin-1.
    """
    return quote(path, safe="/!$&'()*+,;=:@", encoding="latin-1")
