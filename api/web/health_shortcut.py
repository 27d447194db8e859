"""A shortcut for `/healthz`: say that the process is alive without calling Flask."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.config import Settings
from api.media_types import JSON
from api.urls import HEALTH_PATH
from api.web.buffered_responses import BufferedResponse, requested_variant
from api.web.headers import ResponseTraits, response_headers
from api.web.negotiation import accepts
from api.web.representation import etag_of

HEALTHY = b'{"status":"ok"}'


class HealthShortcut:
    """WSGI middleware that answers GET requests for `/healthz` without calling the application.

    Such a request must accept JSON, and have no query string and no `If-Match`.

    Args:
        application: Handles all other requests.
    """

    def __init__(self, application: WSGIApplication, settings: Settings) -> None:
        self.application, self._settings = application, settings
        self._etag = etag_of(HEALTHY)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the response for `/healthz`, or else call the application."""
        is_plain = (
            environ.get("RAW_URI") == HEALTH_PATH == environ["PATH_INFO"]
            and not environ.get("QUERY_STRING")
            and environ["REQUEST_METHOD"] == "GET"
            and "HTTP_IF_MATCH" not in environ
        )
        if not is_plain or not accepts(environ.get("HTTP_ACCEPT", ""), JSON):
            return self.application(environ, start_response)
        traits = ResponseTraits("GET", 200, requested_variant(environ).origin, JSON, "", "no-store")
        headers = response_headers(self._settings, traits, self._etag)
        headers.append(("Content-Length", str(len(HEALTHY))))
        return BufferedResponse("200 OK", headers, HEALTHY, HEALTH_PATH).send(environ, start_response)
