"""Error responses of WSGI middleware, with the same body and headers as those of Flask."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson

from api.config import Settings
from api.media_types import PROBLEM_JSON
from api.problem_kinds import REASON_PHRASES, ProblemKind
from api.problems import problem, request_path
from api.web.headers import Headers, ResponseTraits, response_headers
from api.web.request_ids import ID
from api.web_pages.problem_page import PAGE_HEADERS, problem_page, wants_page


class ErrorResponse(NamedTuple):
    """An error response whose body is a problem (RFC 9457).

    Attributes:
        kind: The kind of the problem, which determines the HTTP status.
        headers: Additional headers, such as `Retry-After`.
        detail: A description of the error, or None for the default of the kind.
        members: Additional members of the problem, such as `errors`.
    """

    kind: ProblemKind
    headers: Headers
    detail: str | None = None
    members: dict[str, Any] | None = None


def send_error(
    environ: WSGIEnvironment, start_response: StartResponse, settings: Settings, error: ErrorResponse
) -> Iterable[bytes]:
    """Send an error response without Flask.

    Start the response with `start_response` (PEP 3333), and return its body.
    """
    kind, path = error.kind, request_path(environ)
    values = problem(kind, settings.base_url, path, environ[ID], error.detail, error.members)
    if wants_page(environ):
        body, described = problem_page(kind, values, settings.base_url), PAGE_HEADERS
    else:
        body, described = orjson.dumps(values), {"Content-Type": PROBLEM_JSON}
    # Set the headers of a GET, so that a browser can also read why a preflight request was refused.
    traits = ResponseTraits("GET", kind.status, environ.get("HTTP_ORIGIN", ""))
    headers = [*response_headers(settings, traits), *described.items(), *error.headers]
    headers.append(("Content-Length", str(len(body))))
    start_response(f"{kind.status} {REASON_PHRASES[kind.status].upper()}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
