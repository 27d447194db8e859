"""The application of wsgi.py. A request with `X-Wait-For: FILE` waits until the file exists."""

import time
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from wsgi import app


def waiting(application: WSGIApplication) -> WSGIApplication:
    """Return `application` with middleware that waits.

    It creates FILE.waiting when a request begins to wait.
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
