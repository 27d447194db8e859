"""Cursors: opaque, signed texts that contain the position of a page in a collection.

Cursors never expire. Every process with the same secret key can read them.

A cursor is, in Base64 for URLs: a signature, a fingerprint of the query, and the sort key of a row as JSON.
The signature is a keyed hash (BLAKE2b, RFC 7693) of the rest.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import current_app, request
from sqlalchemy import select

from api.database.column_types import EPOCH, MICROSECOND
from api.database.request_connection import request_connection
from api.database.revision_watch import REVISION_WATCH, RevisionWatch
from api.models import Corpus
from api.problems import InvalidCursor
from api.urls import settings

INVALID_CURSOR = "The cursor is invalid or was altered. Send the `next_cursor` of a page unchanged."
FOREIGN_CURSOR = "The cursor belongs to a different query. Only `limit` can change between pages."
# With the Base64 of a multiple of three bytes, the beginning of a cursor does not depend on the sort key.
SIGNATURE_BYTES, FINGERPRINT_BYTES = 15, 6
HEAD_BYTES = SIGNATURE_BYTES + FINGERPRINT_BYTES
# Distinguishes signatures of cursors from other uses of the same secret key.
PURPOSE = b"cursor"
# The key in `app.extensions` of the version of the database and the secret key that it contained then.
STORED_KEY = "briefs-stored-cursor-key"
SECRET_KEY = select(Corpus.secret_key)


class CursorWriter:
    """Writes and reads the cursors of one query.

    Args:
        pairs: The names and values of the query string of the current request.
        sort: The value of `sort`, such as `-published_at`.
        scope: The id of the article, entity or story that the collection belongs to. None for all rows.
        former_scopes: Returns the former ids of the entity or story. Their cursors are accepted.
        rule: The URL rule of the collection. By default, that of the current request.
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
        sort: str,
        scope: UUID | None,
        former_scopes: Callable[[], Iterable[UUID]] = tuple,
        *,
        rule: str | None = None,
    ) -> None:
        # Include `sort`, since the query can omit it. Include `scope` instead of the path, since the path of
        # an article can contain its id or any of its slugs.
        pairs = sorted({pair for pair in pairs if pair[0] not in ("limit", "cursor")})
        self._rule = rule or str(request.url_rule)
        self._query = f"{sort} {urlencode(pairs) if pairs else ''}"
        self._fingerprint = self._fingerprint_of(scope)
        self._former_scopes = former_scopes

    def _fingerprint_of(self, scope: UUID | None) -> bytes:
        query = f"{self._rule} {scope} {self._query}"
        return blake2b(query.encode(), digest_size=FINGERPRINT_BYTES).digest()

    def write(self, sort_key: Sequence[Any]) -> str:
        """Return the cursor of the page that begins after the row with `sort_key`."""
        signed = self._fingerprint + orjson.dumps([_plain(value) for value in sort_key])
        return urlsafe_b64encode(_signature(signed, _secret_key()) + signed).rstrip(b"=").decode()

    def read(self, cursor: str, types: Sequence[type]) -> list[Any]:
        """Return the sort key in `cursor`. The requested page begins after this sort key.

        Args:
            types: The Python type of each value of the sort key.

        Raises:
            InvalidCursor: The cursor was altered or belongs to a different query.
        """
        key, data = _secret_key(), _decode(cursor)
        signature, signed = data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:]
        if not hmac.compare_digest(signature, _signature(signed, key)):
            raise InvalidCursor(INVALID_CURSOR)
        fingerprint = signed[:FINGERPRINT_BYTES]
        if fingerprint != self._fingerprint and fingerprint not in map(
            self._fingerprint_of, self._former_scopes()
        ):
            raise InvalidCursor(FOREIGN_CURSOR)
        values = orjson.loads(signed[FINGERPRINT_BYTES:])
        return [_parse(type_, value) for type_, value in zip(types, values, strict=True)]


def _decode(cursor: str) -> bytes:
    padding = "=" * (-len(cursor) % 4)
    try:
        data = urlsafe_b64decode(cursor + padding)
    except ValueError:
        raise InvalidCursor(INVALID_CURSOR) from None
    # Several Base64 texts decode to the same bytes. Accept only the text that `write` returns.
    if urlsafe_b64encode(data).rstrip(b"=").decode() != cursor:
        raise InvalidCursor(INVALID_CURSOR)
    return data


def _secret_key() -> bytes:
    key = (settings().secret_key or _stored_key()).encode()
    # A key of BLAKE2b has at most 64 bytes.
    return key if len(key) <= blake2b.MAX_KEY_SIZE else blake2b(key).digest()


def _signature(signed: bytes, key: bytes) -> bytes:
    return blake2b(signed, digest_size=SIGNATURE_BYTES, key=key, person=PURPOSE).digest()


def _stored_key() -> str:
    """Return the secret key that is stored in the database to sign cursors.

    The key is kept in memory. It is read again if anything in the database has changed.
    """
    watch: RevisionWatch = current_app.extensions[REVISION_WATCH]
    version = watch.version()
    known_version, key = current_app.extensions.get(STORED_KEY, (None, ""))
    if version is None or version != known_version:
        key = request_connection().scalars(SECRET_KEY).one()
        current_app.extensions[STORED_KEY] = version, key
    return str(key)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return (value - EPOCH) // MICROSECOND
    return str(value) if isinstance(value, UUID) else value


def _parse(type_: type, value: Any) -> Any:
    if type_ is datetime:
        return EPOCH + value * MICROSECOND
    return type_(value)
