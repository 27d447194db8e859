"""The id of each request (header `X-Request-ID`), and keys of the WSGI environment for request records."""

import re
from random import getrandbits
from wsgiref.types import WSGIEnvironment

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# The key of the WSGI environment for the id of the request.
ID = "briefs.request_id"
# The key for the number of bytes that the server discarded because the response could not be completed. The
# server sets it before it closes the body.
UNSENT_BYTES = "briefs.unsent_bytes"


def make_id() -> str:
    """Return a new id of a request: 128 random bits in hexadecimal.

    The id is not secret, so a pseudorandom generator is enough and saves a system call.
    """
    return f"{getrandbits(128):032x}"


def request_id_of(environ: WSGIEnvironment) -> str:
    """Return the id in the header `X-Request-ID`, or a new id if the header is missing or invalid."""
    given: str = environ.get("HTTP_X_REQUEST_ID", "")
    return given if given and REQUEST_ID.fullmatch(given) else make_id()
