"""Finish each response of Flask: content negotiation, gzip, ETags, conditional requests and headers."""

import gzip

from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.exceptions import PreconditionFailed
from werkzeug.http import generate_etag, quote_etag

from api.media_types import HTML, JSON
from api.problems import not_acceptable, problem_response
from api.urls import settings
from api.web.headers import MANAGED_HEADERS, ResponseTraits, not_modified_headers, response_headers
from api.web.negotiation import accepts, wants_gzip

# A smaller body fits in one packet with or without compression.
MIN_COMPRESSED_BYTES = 1024
COMPRESSED_TYPES = ("application/", "text/")


def register_representation(app: Flask) -> None:
    """Register the `after_request` hook of `app` that finishes each response.

    The hook negotiates and compresses successful responses, and sets the common headers of all responses.
    """
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    if response.status_code == 200 and request.method in ("GET", "HEAD"):
        response = _negotiate(response)
    elif response.status_code == 200 and request.method == "POST":
        _compress(response)
    given = {name: value for name, value in response.headers if name in MANAGED_HEADERS}
    traits = ResponseTraits(
        request.method,
        response.status_code,
        request.environ.get("HTTP_ORIGIN", ""),
        given.get("Content-Type", ""),
        given.get("Content-Encoding", ""),
        given.get("Cache-Control", ""),
        given.get("Vary", ""),
    )
    allow = ", ".join(sorted(response.allow)) if "Allow" in given else ""
    others = [header for header in response.headers if header[0] not in MANAGED_HEADERS]
    headers = [*others, *response_headers(settings(), traits, given.get("ETag", ""), allow)]
    response.headers = Headers(not_modified_headers(headers) if response.status_code == 304 else headers)
    return response


def _negotiate(response: Response) -> Response:
    """Return `response` with an ETag and, if the client accepts gzip, with a compressed body.

    A stream gets neither. Return 304, 406 or 412 if the request requires it.
    """
    if not accepts(request.environ.get("HTTP_ACCEPT", ""), response.mimetype or ""):
        # Only the index depends on `Accept`. It is also a page.
        types = (JSON, HTML) if "accept" in response.vary else (response.mimetype or "",)
        return problem_response(not_acceptable(*types))
    if response.is_streamed:
        # Streams have no ETag, and are compressed in `api.v1.streams`.
        return problem_response(PreconditionFailed()) if "HTTP_IF_MATCH" in request.environ else response
    _compress(response)
    # Each content coding has its own ETag (RFC 9110, 8.8.3). Stored JSON already has an ETag.
    if "ETag" not in response.headers:
        response.headers["ETag"] = etag_of(response.get_data())
    return _check_conditions(response)


def _check_conditions(response: Response) -> Response:
    """Return `response`, or 412 or 304 if a condition of the request requires it (RFC 9110, 13.2.2).

    The result is 412 if `If-Match` does not contain the ETag of the response. Otherwise, it is 304 if
    `If-None-Match` contains the ETag.
    """
    environ = request.environ
    if "HTTP_IF_MATCH" not in environ and "HTTP_IF_NONE_MATCH" not in environ:
        return response
    etag, _ = response.get_etag()
    if request.if_match and not (request.if_match.star_tag or request.if_match.is_strong(etag or "")):
        return problem_response(PreconditionFailed())
    if request.if_none_match and request.if_none_match.contains_weak(etag or ""):
        response.status_code = 304
        response.set_data(b"")
    return response


def _compress(response: Response) -> None:
    # Prepared bodies are compressed already.
    if "Content-Encoding" in response.headers:
        return
    body = response.get_data()
    if is_compressible(body, response.mimetype or "") and wants_gzip(
        request.headers.get("Accept-Encoding", "")
    ):
        response.set_data(compress(body))
        response.headers["Content-Encoding"] = "gzip"
        # The ETag that is stored with the JSON of an article belongs to the uncompressed bytes.
        response.headers.remove("ETag")


def is_compressible(body: bytes, mimetype: str) -> bool:
    """Return True if `body` has at least MIN_COMPRESSED_BYTES bytes and a media type that compresses well.

    These media types are `text/…` and `application/…`.
    """
    return len(body) >= MIN_COMPRESSED_BYTES and mimetype.startswith(COMPRESSED_TYPES)


def compress(body: bytes) -> bytes:
    """Compress `body` with gzip, without a time stamp, so that equal bodies have equal ETags."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def etag_of(body: bytes) -> str:
    """Return the strong ETag of `body`, a hash of its bytes in quotation marks, as in the header `ETag`."""
    return quote_etag(generate_etag(body))
