"""Response bodies that are prepared once and sent many times, such as the OpenAPI specification.

To prepare a body means to generate it, to compress it and to compute its ETags.
"""

import gzip
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from flask import Response, current_app, request

from api.web.negotiation import wants_gzip
from api.web.representation import compress, etag_of, is_compressible

ASSETS_FOLDER = Path(__file__).parent.parent / "assets"
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


# The uncompressed form of a body, and its form compressed with gzip.
Forms = tuple[PreparedBody, PreparedBody]


class PreparedBodies:
    """A store of response bodies that are made and compressed once, and sent many times.

    Each body has a name. It is made at its first request, so that it does not delay the start of the process.
    """

    def __init__(self) -> None:
        self._bodies: dict[str, Forms] = {}
        self._lock = threading.Lock()

    def find_or_make(self, name: str, make: Callable[[], Forms]) -> Forms:
        """Return the body `name` in two forms: uncompressed, and compressed with gzip.

        Args:
            make: A function that returns both forms. It is called only once.
        """
        with self._lock:
            if name not in self._bodies:
                self._bodies[name] = make()
            return self._bodies[name]


def _forms(data: bytes, compressed: bytes | None, mimetype: str) -> Forms:
    """Return a body in two forms: uncompressed, and compressed with gzip.

    Args:
        data: The uncompressed bytes.
        compressed: The compressed bytes, or None if the second form is also uncompressed.
        mimetype: The media type.
    """
    plain = PreparedBody(data, {"ETag": etag_of(data)}, mimetype)
    if compressed is None:
        return plain, plain
    headers = {"ETag": etag_of(compressed), "Content-Encoding": "gzip"}
    return plain, PreparedBody(compressed, headers, mimetype)


def prepared_response(name: str, make: Callable[[], bytes], mimetype: str) -> Response:
    """Return a response with the prepared body `name`, compressed if the client accepts gzip.

    Bodies that would not become much smaller are not compressed.

    Args:
        name: The name of the body, which is unique in the application.
        make: A function that returns the bytes. It is called only once.
    """

    def forms() -> Forms:
        data = make()
        return _forms(data, compress(data) if is_compressible(data, mimetype) else None, mimetype)

    return _response(name, forms)


def asset_response(name: str, mimetype: str) -> Response:
    """Return a response with the file `name` of the folder `api/assets`. Each file is read only once."""
    return prepared_response(name, (ASSETS_FOLDER / name).read_bytes, mimetype)


def compressed_response(name: str, read: Callable[[], bytes], mimetype: str) -> Response:
    """Return a response with the prepared body `name`, decompressed if the client does not accept gzip.

    Args:
        name: The name of the body, which is unique in the application.
        read: A function that returns the bytes, compressed with gzip. It is called only once.
    """

    def forms() -> Forms:
        compressed = read()
        return _forms(gzip.decompress(compressed), compressed, mimetype)

    return _response(name, forms)


def _response(name: str, make: Callable[[], Forms]) -> Response:
    bodies: PreparedBodies = current_app.extensions[PREPARED_BODIES]
    plain, compressed = bodies.find_or_make(name, make)
    accepts_gzip = wants_gzip(request.headers.get("Accept-Encoding", ""))
    return (compressed if accepts_gzip else plain).response()
