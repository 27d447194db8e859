"""wsgi.py with one thing more: a request whose X-Wait-For names a file is held until that file is there."""

import time
from collections.abc import Iterable
from pathlib import Path
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from wsgi import app


def waiting(answer: WSGIApplication) -> WSGIApplication:
    """Wrap `answer`; a file with the ending `.waiting` shows that a request has begun to wait."""

    def wait(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if name := environ.get("HTTP_X_WAIT_FOR"):
            Path(f"{name}.waiting").touch()
            while not Path(name).exists():
                time.sleep(0.02)
        return answer(environ, start_response)

    return wait


# How Flask itself says to add middleware.
app.wsgi_app = waiting(app.wsgi_app)  # type: ignore[assignment,method-assign]
