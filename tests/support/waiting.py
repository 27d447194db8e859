"""The application of wsgi.py, with requests that wait, so that a test can choose when a request ends.

A request with the header field `X-Wait-For: FILE` waits until the file exists.
"""

import time
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from wsgi import app


def waiting(application: WSGIApplication) -> WSGIApplication:
    """Return a WSGI application in which a request with `X-Wait-For: FILE` waits until the file exists.

    It creates the file FILE.waiting when a request begins to wait. All requests then go to `application`.
    """

    def wait(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if name := environ.get("HTTP_X_WAIT_FOR"):
            Path(f"{name}.waiting").touch()
            while not Path(name).exists():
                time.sleep(0.02)
        return application(environ, start_response)

    return wait


# The documentation of Flask adds middleware in this way.
app.wsgi_app = waiting(app.wsgi_app)  # type: ignore[assignment,method-assign]
