"""Error responses of WSGI middleware, with the same body and headers as those of Flask."""

from collections.abc import Iterable
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIEnvironment

from api.config import Settings
from api.problems import PROBLEM_JSON, TITLES, problem
from api.web.headers import Headers, ResponseTraits, response_headers
from api.web.request_ids import ID


def send_problem(
    environ: WSGIEnvironment,
    start_response: StartResponse,
    settings: Settings,
    status: int,
    detail: str,
    more_headers: Headers,
) -> Iterable[bytes]:
    """Send an error response without Flask: start it, and return its body, a problem (RFC 9457).

    Args:
        environ: The WSGI environment of the request.
        start_response: The function of the server that starts a response (PEP 3333).
        settings: The settings of the application.
        status: The HTTP status.
        detail: A description of the error for the client.
        more_headers: Headers in addition to those of every error, such as `Retry-After`.
    """
    method = environ["REQUEST_METHOD"]
    body = problem(status, quote(environ["PATH_INFO"].encode("latin-1")), environ[ID], detail)
    traits = ResponseTraits(method, status, environ.get("HTTP_ORIGIN", ""), PROBLEM_JSON)
    headers = response_headers(settings, traits)
    headers += [("Content-Length", str(len(body))), *more_headers]
    start_response(f"{status} {TITLES[status].upper()}", headers)
    return [] if method == "HEAD" else [body]
