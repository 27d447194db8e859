"""Cursors: where a page begins, as text that a client keeps and cannot make.

A cursor is the sort keys of the last row of a page and a fingerprint of the query, signed. It holds no state
of ours, so it never expires, and any process with the same key reads it.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import g, request
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select

from api.db import db
from api.models import Corpus
from api.problems import InvalidParameters, parameter_error
from api.urls import settings

ALTERED = "This is no cursor of ours, or it was altered."
FOREIGN = "This cursor belongs to another query; only `limit` may change between pages."
READERS: dict[type, Any] = {datetime: datetime.fromisoformat, UUID: UUID}


def write_cursor(place: Sequence[Any], sort: str, scope: UUID | None) -> str:
    """Make the cursor of the row at `place` in the order `sort`, for the present query.

    `scope` is the id of the article or entity whose collection it is, or None.
    """
    cursor: str | bytes = _signer().dumps([_fingerprint(sort, scope), [_plain(value) for value in place]])
    return cursor if isinstance(cursor, str) else cursor.decode()


def read_cursor(cursor: str, types: Sequence[type], sort: str, scope: UUID | None) -> list[Any]:
    """Give the place that `cursor` holds, its values of `types`.

    Raises InvalidParameters unless it is of this query.
    """
    try:
        fingerprint, place = _signer().loads(cursor)
    except BadSignature:
        raise _error(ALTERED) from None
    # Base64 has several spellings of one value; only ours is signed.
    if _signer().dumps([fingerprint, place]) != cursor:
        raise _error(ALTERED)
    if fingerprint != _fingerprint(sort, scope):
        raise _error(FOREIGN)
    return [READERS.get(kind, kind)(value) for kind, value in zip(types, place, strict=True)]


def _signer() -> URLSafeSerializer:
    # Once a request: a page may read one cursor and write another.
    if "cursor_signer" not in g:
        key = settings().secret_key or db.session.scalars(select(Corpus.secret_key)).one()
        g.cursor_signer = URLSafeSerializer(key, salt="cursor")
    signer: URLSafeSerializer = g.cursor_signer
    return signer


def _fingerprint(sort: str, scope: UUID | None) -> str:
    # The sort too, where it is a default. The scope and not the path, in which one article can have an id and
    # several slugs.
    pairs = sorted({pair for pair in request.args.items(multi=True) if pair[0] not in ("limit", "cursor")})
    query = f"{request.url_rule} {scope} {sort} {urlencode(pairs)}"
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _error(message: str) -> InvalidParameters:
    return InvalidParameters([parameter_error("cursor", message)])
