"""Look up API keys in the database. A cache in each process saves most queries."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.exc import SQLAlchemyError

from api.admission.api_keys import digest_of, is_well_formed
from api.admission.policies import KEY_NAME, Policy, parse_policies
from api.database.statement_reader import StatementReader
from api.models import ApiKey

# A key is used for this time without a query. A revoked key therefore works for at most this time.
RECHECK_SECONDS = 5.0
# The number of keys that each process remembers: keys in the database, and keys that are not in the database.
MAX_KNOWN_KEYS, MAX_UNKNOWN_KEYS = 10_000, 1_000

SELECT_KEY = select(ApiKey.id, ApiKey.expires_at, ApiKey.rate_limit).where(
    ApiKey.digest == bindparam("digest"), ApiKey.revoked_at.is_(None)
)


class KeysUnavailableError(Exception):
    """An error for an API key that cannot be looked up, since the database does not answer."""


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """The owner of an API key.

    Attributes:
        expires_at: When the key expires, in seconds since 1970, or None.
        policies: The rate limits of this key. If empty, BRIEFS_RATE_LIMIT applies.
    """

    key_id: int
    expires_at: float | None
    policies: tuple[Policy, ...]


@dataclass(slots=True)
class _Entry:
    owner: KeyOwner | None
    queried_at: float
    # When the next query is due. Until then, the entry is used without a query.
    due_at: float


class KeyLookup:
    """Finds the owners of API keys in the database, and remembers each result for RECHECK_SECONDS.

    Args:
        stale_seconds: How long a valid key continues to work while the database fails.
    """

    def __init__(self, reader: StatementReader, stale_seconds: float) -> None:
        self._reader, self._stale_seconds = reader, stale_seconds
        self._lock = threading.Lock()
        # Two caches, so that many unknown keys do not displace those that exist.
        self._known: dict[bytes, _Entry] = {}
        self._unknown: dict[bytes, _Entry] = {}

    def find(self, key: str, may_query: Callable[[], bool] = lambda: True) -> KeyOwner | None:
        """Return the owner of `key`, or None if the key is malformed, unknown, revoked or expired.

        Args:
            may_query: Called for a key that this process has not seen. If it returns False, the key counts as
                unknown.

        Raises:
            KeysUnavailableError: The database fails, and no recent result shows that the key is valid.
        """
        digest = digest_of(key)
        entry = self._known.get(digest) or self._unknown.get(digest)
        if entry is None and not is_well_formed(key):
            return None
        now = time.monotonic()
        if entry is None or now >= entry.due_at:
            if entry is None and not may_query():
                return None
            if entry:
                # Other threads use the entry while this thread queries the database.
                entry.due_at = now + RECHECK_SECONDS
            entry = self._query(digest, entry)
        owner = entry.owner
        is_expired = owner and owner.expires_at is not None and owner.expires_at <= time.time()
        return None if is_expired else owner

    def _query(self, digest: bytes, last: _Entry | None) -> _Entry:
        """Query the database for the key with the hash `digest`, and remember the result.

        If the query fails, return `last` if the key was valid at most `stale_seconds` ago.

        Args:
            last: The previous result for this key, or None.

        Raises:
            KeysUnavailableError: The query failed, and `last` cannot be used.
        """
        try:
            row = self._reader.fetch_one(SELECT_KEY, {"digest": digest})
        except SQLAlchemyError:
            if last and last.owner and time.monotonic() - last.queried_at <= self._stale_seconds:
                return last
            self._forget(digest)
            raise KeysUnavailableError from None
        now = time.monotonic()
        entry = _Entry(_owner(row) if row else None, now, now + RECHECK_SECONDS)
        with self._lock:
            self._known.pop(digest, None)
            self._unknown.pop(digest, None)
            cache, size = (self._known, MAX_KNOWN_KEYS) if row else (self._unknown, MAX_UNKNOWN_KEYS)
            if len(cache) >= size:
                del cache[next(iter(cache))]
            cache[digest] = entry
        return entry

    def _forget(self, digest: bytes) -> None:
        with self._lock:
            self._known.pop(digest, None)
            self._unknown.pop(digest, None)


def _owner(row: Row[Any]) -> KeyOwner:
    expires_at = row.expires_at.timestamp() if row.expires_at else None
    return KeyOwner(row.id, expires_at, parse_policies(row.rate_limit, KEY_NAME) if row.rate_limit else ())
