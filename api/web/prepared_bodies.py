"""Response bodies that stay the same while the process runs, such as the specification.

Generating, compressing and hashing these bodies for each request would let a few clients use all of the
processor time.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from flask import Response, current_app, request

from api.web.representation import compress, etag_of, is_compressible, wants_gzip

# The key of the PreparedBodies in `app.extensions`.
PREPARED_BODIES = "briefs-prepared-bodies"


class PreparedBody(NamedTuple):
    """A body, the headers of a response with this body, and its media type."""

    data: bytes
    headers: dict[str, str]
    mimetype: str

    def response(self) -> Response:
        """Return a 200 with this body."""
        return Response(self.data, mimetype=self.mimetype, headers=self.headers)


class PreparedBodies:
    """The prepared bodies of an application, uncompressed and compressed with gzip, by name.

    Each body is made when it is requested for the first time, so that it does not delay the start.
    """

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[PreparedBody, PreparedBody]] = {}
        self._lock = threading.Lock()

    def find_or_make(
        self, name: str, make: Callable[[], bytes], mimetype: str
    ) -> tuple[PreparedBody, PreparedBody]:
        """Return the body `name` twice: uncompressed, and with gzip if compression makes it smaller.

        If several threads request a new body at the same time, one thread makes it with `make`, and the
        others wait.
        """
        with self._lock:
            if name not in self._bodies:
                self._bodies[name] = _prepare(make(), mimetype)
            return self._bodies[name]


def _prepare(data: bytes, mimetype: str) -> tuple[PreparedBody, PreparedBody]:
    plain = PreparedBody(data, {"ETag": etag_of(data)}, mimetype)
    if not is_compressible(data, mimetype):
        return plain, plain
    compressed = compress(data)
    headers = {"ETag": etag_of(compressed), "Content-Encoding": "gzip"}
    return plain, PreparedBody(compressed, headers, mimetype)


def prepared_response(name: str, make: Callable[[], bytes], mimetype: str) -> Response:
    """Return a 200 with the prepared body `name` of the current application.

    Args:
        name: The name of the body, which is unique in the application.
        make: Returns the body. It is called only for the first request of the body.
        mimetype: The media type of the body.
    """
    bodies: PreparedBodies = current_app.extensions[PREPARED_BODIES]
    plain, compressed = bodies.find_or_make(name, make, mimetype)
    accepts_gzip = wants_gzip(request.headers.get("Accept-Encoding", ""))
    return (compressed if accepts_gzip else plain).response()
