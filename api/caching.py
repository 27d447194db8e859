"""Representations on the wire: content coding, strong ETag, 304, and the headers that caches read."""

import gzip

from flask import Flask, Response, request
from werkzeug.exceptions import NotAcceptable, PreconditionFailed

from api.problems import problem_response
from api.urls import settings

# Below this a compressed answer is no smaller on the wire: it fits in one packet anyway.
MIN_COMPRESSED_BYTES = 1024
COMPRESSED_TYPES = ("application/", "text/")


def register_caching(app: Flask) -> None:
    """Give each successful answer of `app` its coding, `ETag`, `Cache-Control` and `Vary`."""
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if "Allow" in response.headers:
        response.headers["Allow"] = ", ".join(sorted(response.allow))
    if response.status_code >= 400 or request.method == "OPTIONS":
        response.headers["Cache-Control"] = "no-store"
        return response
    response.headers.setdefault("Cache-Control", settings().cache_control)
    if not _is_acceptable(response):
        return _finish(problem_response(NotAcceptable()))
    if response.status_code == 200:
        response.vary.add("Accept-Encoding")
        _compress(response)
        # Made from the bytes sent, so that each coding has its own (RFC 9110, 8.8.3).
        response.add_etag()
        response.make_conditional(request)
        if response.status_code == 412:
            return _finish(problem_response(PreconditionFailed()))
    return response


def _is_acceptable(response: Response) -> bool:
    # Each resource has one representation, so the answer itself is what Accept is held against.
    accept = request.accept_mimetypes
    kind = response.mimetype or ""
    return not accept or max(accept.quality(kind), accept.quality(f"{kind}; charset=utf-8")) > 0


def _compress(response: Response) -> None:
    body = response.get_data()
    if (
        len(body) >= MIN_COMPRESSED_BYTES
        and (response.mimetype or "").startswith(COMPRESSED_TYPES)
        and request.accept_encodings.quality("gzip") > 0
    ):
        # No time stamp: the same bytes must give the same ETag.
        response.set_data(gzip.compress(body, compresslevel=6, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
