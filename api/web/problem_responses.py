"""Error responses of WSGI middleware, with the same body and headers as those of Flask."""

from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

from api.config import Settings
from api.problems import PROBLEM_JSON, TITLES, problem
from api.web.headers import Headers, ResponseTraits, response_headers
from api.web.request_ids import ID


class ErrorResponse(NamedTuple):
    """An error response whose body is a problem (RFC 9457).

    Attributes:
        status: The HTTP status.
        headers: The headers in addition to those of every error, such as `Retry-After`.
        detail: A description of the error for the client, or None for the usual one of the status.
        members: The members of the problem in addition to those of every problem.
        problem_type: The URI of the type of the problem.
    """

    status: int
    headers: Headers
    detail: str | None = None
    members: dict[str, Any] | None = None
    problem_type: str = "about:blank"


def send_error(
    environ: WSGIEnvironment, start_response: StartResponse, settings: Settings, error: ErrorResponse
) -> Iterable[bytes]:
    """Send an error response without Flask: start it, and return its body.

    Args:
        environ: The WSGI environment of the request.
        start_response: The function of the server that starts a response (PEP 3333).
        settings: The settings of the application.
        error: The response.
    """
    instance = quote(environ["PATH_INFO"], encoding="latin-1")
    body = problem(error.status, instance, environ[ID], error.detail, error.members, error.problem_type)
    # Set the headers of a GET, so that a browser can also read why a preflight request was refused.
    traits = ResponseTraits("GET", error.status, environ.get("HTTP_ORIGIN", ""), PROBLEM_JSON)
    headers = [*response_headers(settings, traits), *error.headers, ("Content-Length", str(len(body)))]
    start_response(f"{error.status} {TITLES[error.status].upper()}", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
