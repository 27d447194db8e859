"""Response bodies that are prepared once and sent many times, such as the OpenAPI specification.

These bodies stay the same while the process runs. To prepare a body means to generate it, to compress it and
to compute its ETags. If this were done for each request, a few clients could use all of the processor time.
"""

import threading
from collections.abc import Callable
from typing import NamedTuple

from flask import Response, current_app, request

from api.web.negotiation import wants_gzip
from api.web.representation import compress, etag_of, is_compressible

# The key in `app.extensions` of the `PreparedBodies` of an application.
PREPARED_BODIES = "briefs-prepared-bodies"


class PreparedBody(NamedTuple):
    """A response body in one encoding, its media type, and its headers `ETag` and `Content-Encoding`."""

    data: bytes
    headers: dict[str, str]
    mimetype: str

    def response(self) -> Response:
        """Return a response with the status 200, this body and its headers."""
        return Response(self.data, mimetype=self.mimetype, headers=self.headers)


class PreparedBodies:
    """The prepared bodies of an application, by name.

    A body is prepared when it is requested for the first time, so that it does not delay the start.
    """

    def __init__(self) -> None:
        self._bodies: dict[str, tuple[PreparedBody, PreparedBody]] = {}
        self._lock = threading.Lock()

    def find_or_make(
        self, name: str, make: Callable[[], bytes], mimetype: str
    ) -> tuple[PreparedBody, PreparedBody]:
        """Return the body `name` in two forms: uncompressed, and compressed with gzip.

        If a body is too short or of a type that is not compressed, both forms are uncompressed.

        Args:
            name: The name of the body.
            make: A function that returns the uncompressed bytes. It is called only if the body was not
                requested before. Other threads that request the body wait until it is prepared.
            mimetype: The media type of the body.
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
    """Return a response with the prepared body `name`, compressed if the client accepts gzip.

    Args:
        name: The name of the body, which is unique in the application.
        make: A function that returns the bytes. It is called only at the first request in this process.
        mimetype: The media type of the body.
    """
    bodies: PreparedBodies = current_app.extensions[PREPARED_BODIES]
    plain, compressed = bodies.find_or_make(name, make, mimetype)
    accepts_gzip = wants_gzip(request.headers.get("Accept-Encoding", ""))
    return (compressed if accepts_gzip else plain).response()
