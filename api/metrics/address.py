"""Serve `/metrics` at a separate address (BRIEFS_METRICS_BIND), which can be in a private network."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask import request
from werkzeug.exceptions import NotFound

from api.urls import METRICS_PATH

# The key of the WSGI environment that marks a request at an address that does not serve its path.
WRONG_ADDRESS = "briefs.wrong_address"


class MetricsAddress:
    """WSGI middleware that serves `/metrics` only at a separate port, and nothing else at this port.

    `/metrics` at a different port, and other paths at the separate port, get a 404.

    Args:
        application: Handles requests at the right port.
        flask_application: Sends the 404. `reject_wrong_address` must be one of its `before_request`
            functions.
        port: The port of the metrics, from BRIEFS_METRICS_BIND.
    """

    def __init__(self, application: WSGIApplication, flask_application: WSGIApplication, port: int) -> None:
        self._application, self._flask_application, self._port = application, flask_application, str(port)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Call the wrapped application, or send a 404 if the request arrived at the wrong port.

        `/metrics` belongs to the port of the metrics, and all other paths belong to other ports.
        """
        if (environ["PATH_INFO"] == METRICS_PATH) == self._is_metrics_port(environ):
            return self._application(environ, start_response)
        environ[WRONG_ADDRESS] = True
        return self._flask_application(environ, start_response)

    def _is_metrics_port(self, environ: WSGIEnvironment) -> bool:
        # Requests from a Unix socket have no REMOTE_PORT, and take SERVER_PORT from the header `Host`.
        return environ["SERVER_PORT"] == self._port and "REMOTE_PORT" in environ


def reject_wrong_address() -> None:
    """Raise NotFound if the current request arrived at a port that does not serve its path.

    `MetricsAddress` marks these requests. Flask calls this function before each request.
    """
    if WRONG_ADDRESS in request.environ:
        raise NotFound
