"""Serve the bytes of the document of an article."""

from base64 import b64encode
from hashlib import sha256

from flask import Response, request

from api.media_types import PLAIN_TEXT
from api.web.negotiation import wants_gzip
from api.web.representation import compress, is_compressible

# The documentation of the header for the specification.
DIGEST_HEADERS = {
    "Repr-Digest": (
        "The SHA-256 digest of the response body as it is sent, compressed or not (RFC 9530).",
        "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:",
    )
}


def source_response(content: bytes) -> Response:
    """Return a plain text response with the unchanged bytes of a document, also for a saved web page.

    The header `Content-Type` names a charset only if the bytes are valid UTF-8.
    """
    try:
        content.decode()
        content_type = f"{PLAIN_TEXT}; charset=utf-8"
    except UnicodeDecodeError:
        content_type = PLAIN_TEXT
    headers = {}
    if is_compressible(content, PLAIN_TEXT) and wants_gzip(request.headers.get("Accept-Encoding", "")):
        content, headers["Content-Encoding"] = compress(content), "gzip"
    headers["Repr-Digest"] = f"sha-256=:{b64encode(sha256(content).digest()).decode()}:"
    return Response(content, content_type=content_type, headers=headers)
