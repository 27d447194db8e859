"""Cursors: opaque, signed texts that contain the position of a page in a collection.

A cursor contains the sort key of the last row of a page and a fingerprint of the query. The server does not
store cursors, so they never expire. Every process with the same secret key can read them.
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

from api.database.base import db
from api.models import Corpus
from api.problems import InvalidParameters, parameter_error
from api.urls import settings

INVALID_CURSOR = "The cursor is invalid or was altered. Use the value from `links.next` unchanged."
FOREIGN_CURSOR = "The cursor belongs to a different query. Only `limit` can change between pages."
PARSERS: dict[type, Any] = {datetime: datetime.fromisoformat, UUID: UUID}


def write_cursor(sort_key: Sequence[Any], sort: str, scope: UUID | None) -> str:
    """Return the cursor of the page after `sort_key`, for the query of the current request.

    Args:
        sort_key: The sort key of the last row of the previous page.
        sort: The value of `sort`, such as `-published_at`.
        scope: The id of the article or entity whose rows the collection contains, such as the takeaways of an
            article. None for a collection of all rows.
    """
    cursor: str | bytes = _signer().dumps([_fingerprint(sort, scope), [_plain(value) for value in sort_key]])
    return cursor if isinstance(cursor, str) else cursor.decode()


def read_cursor(cursor: str, types: Sequence[type], sort: str, scope: UUID | None) -> list[Any]:
    """Return the sort key in `cursor`, after which the requested page begins.

    Args:
        cursor: The value of the query parameter `cursor`.
        types: The Python types of the values of the sort key.
        sort: The value of `sort`, such as `-published_at`.
        scope: The id of the article or entity whose rows the collection contains, such as the takeaways of an
            article. None for a collection of all rows.

    Raises:
        InvalidParameters: The cursor was altered or belongs to a different query.
    """
    try:
        fingerprint, sort_key = _signer().loads(cursor)
    except BadSignature:
        raise _error(INVALID_CURSOR) from None
    # Several Base64 texts decode to the same bytes. Accept only the text that `write_cursor` returns.
    if _signer().dumps([fingerprint, sort_key]) != cursor:
        raise _error(INVALID_CURSOR)
    if fingerprint != _fingerprint(sort, scope):
        raise _error(FOREIGN_CURSOR)
    return [PARSERS.get(type_, type_)(value) for type_, value in zip(types, sort_key, strict=True)]


def _signer() -> URLSafeSerializer:
    # Cached for the request, since a page can read a cursor and write the next cursor.
    if "cursor_signer" not in g:
        key = settings().secret_key or db.session.scalars(select(Corpus.secret_key)).one()
        g.cursor_signer = URLSafeSerializer(key, salt="cursor")
    signer: URLSafeSerializer = g.cursor_signer
    return signer


def _fingerprint(sort: str, scope: UUID | None) -> str:
    # Include `sort`, since the query can omit it. Include `scope` instead of the path, since the path of an
    # article can contain its id or any of its slugs.
    pairs = sorted({pair for pair in request.args.items(multi=True) if pair[0] not in ("limit", "cursor")})
    query = f"{request.url_rule} {scope} {sort} {urlencode(pairs)}"
    return hashlib.sha256(query.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _error(message: str) -> InvalidParameters:
    return InvalidParameters([parameter_error("cursor", message)])
