"""Representations on the wire: content coding, strong ETag, 304, and the headers that caches read."""

import gzip
import re
from functools import lru_cache
from wsgiref.types import WSGIEnvironment

from flask import Flask, Response, request
from werkzeug.datastructures import Accept, MIMEAccept
from werkzeug.exceptions import NotAcceptable, PreconditionFailed
from werkzeug.http import generate_etag, parse_accept_header, quote_etag

from api.problems import problem_response
from api.urls import settings

# Below this a compressed answer is no smaller on the wire: it fits in one packet anyway.
MIN_COMPRESSED_BYTES = 1024
# All our text is UTF-8, whatever charset a client adds to the type that it wants.
CHARSET = re.compile(r";\s*charset=[^,;]*", re.IGNORECASE)
COMPRESSED_TYPES = ("application/", "text/")


def register_caching(app: Flask) -> None:
    """Give each successful answer of `app` its coding, `ETag`, `Cache-Control` and `Vary`."""
    app.after_request(_finish)


def _finish(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    if settings().cors_origins != ("*",):
        response.vary.add("Origin")
    if request.method == "OPTIONS" or response.status_code == 308:
        del response.headers["Content-Type"]  # Of nothing there is no type.
    if "Allow" in response.headers:
        response.headers["Allow"] = ", ".join(sorted(response.allow))
    if response.status_code >= 400 or request.method == "OPTIONS":
        response.headers["Cache-Control"] = "no-store"
        return response
    # Where an address leads may turn round, and two browsers' memories of it would make a circle.
    usual = "no-cache" if response.status_code == 308 else settings().cache_control
    response.headers.setdefault("Cache-Control", usual)
    return _represent(response) if response.status_code == 200 else response


def _represent(response: Response) -> Response:
    if not _is_acceptable(response):
        return _finish(problem_response(NotAcceptable()))
    response.vary.add("Accept-Encoding")
    _compress(response)
    # Of the bytes sent, so that each coding has its own (RFC 9110, 8.8.3), unless it was made with these.
    if "ETag" not in response.headers:
        response.headers["ETag"] = etag_of(response.get_data())
    response.make_conditional(_without_star(request.environ))
    # The server says when it answers, of what was kept as bytes too.
    del response.headers["Date"]
    if response.status_code == 412:
        return _finish(problem_response(PreconditionFailed()))
    return response


def _without_star(environ: WSGIEnvironment) -> WSGIEnvironment:
    # `If-Match: *` holds for whatever exists (RFC 9110, 13.1.1); werkzeug looks for an ETag called `*`.
    if environ.get("HTTP_IF_MATCH", "").strip() != "*":
        return environ
    return {name: value for name, value in environ.items() if name != "HTTP_IF_MATCH"}


def _is_acceptable(response: Response) -> bool:
    # Each resource has one representation, so the answer itself is what Accept is held against.
    header = CHARSET.sub("", request.headers.get("Accept", ""))
    accept = parse_accept_header(header, MIMEAccept)
    return not accept or accept.quality(response.mimetype or "") > 0


@lru_cache(maxsize=100)
def wants_gzip(accept_encoding: str) -> bool:
    """Tell whether a client with this `Accept-Encoding` likes gzip as much as no coding."""
    codings = parse_accept_header(accept_encoding, Accept)
    return codings.quality("gzip") > 0 and codings.quality("gzip") >= codings.quality("identity")


def _compress(response: Response) -> None:
    body = response.get_data()
    if (
        len(body) >= MIN_COMPRESSED_BYTES
        and (response.mimetype or "").startswith(COMPRESSED_TYPES)
        and wants_gzip(request.headers.get("Accept-Encoding", ""))
    ):
        response.set_data(compress(body))
        response.headers["Content-Encoding"] = "gzip"
        del response.headers["ETag"]  # It was of the plain bytes.


def compress(body: bytes) -> bytes:
    """Give `body` in gzip, without a time stamp: the same bytes must give the same ETag."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def etag_of(body: bytes) -> str:
    """Give the strong ETag of the bytes that are sent, as its header has it."""
    return quote_etag(generate_etag(body))
