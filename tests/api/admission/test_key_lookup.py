"""Lookups of API keys: few queries, revoked and expired keys, and a database that fails."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Executable, Row, insert, update
from sqlalchemy.exc import OperationalError

from api.admission import key_lookup
from api.admission.api_keys import SHOWN_CHARACTERS, digest_of, make_key
from api.admission.key_lookup import RECHECK_SECONDS, KeyLookup, KeyOwner, KeysUnavailableError
from api.admission.policies import Policy
from api.database.base import db
from api.database.engines import autocommit_engine
from api.database.statement_reader import StatementReader
from api.models import ApiKey

STALE_SECONDS = 300


class CountingReader(StatementReader):
    """A statement reader that counts its queries. Its queries fail while `is_failing` is True."""

    queries, is_failing = 0, False

    def fetch_one(self, statement: Executable, parameters: Mapping[str, Any]) -> Row[Any] | None:
        """Count the query and run it. Raise `OperationalError` if `is_failing` is True."""
        self.queries += 1
        if self.is_failing:
            raise OperationalError("", {}, Exception("the database is down"))
        return super().fetch_one(statement, parameters)


@pytest.fixture
def reader(app: Flask) -> Iterator[CountingReader]:
    """Yield a reader of the database of `app` that counts its queries."""
    with app.app_context():
        reader = CountingReader(autocommit_engine())
        yield reader
        reader.close()


@pytest.fixture
def lookup(reader: CountingReader) -> KeyLookup:
    """Return a KeyLookup that finds the owners of API keys through `reader`."""
    return KeyLookup(reader, STALE_SECONDS)


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that advances the clock of the key lookup by a number of seconds."""
    passed = 0.0

    class Time:
        @staticmethod
        def monotonic() -> float:
            return time.monotonic() + passed

        @staticmethod
        def time() -> float:
            return time.time() + passed

    def wait(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(key_lookup, "time", Time)
    return wait


def store_key(limit: str | None = None, expires_in: float | None = None) -> str:
    """Store a new API key in the database, and return the key.

    Args:
        limit: The rate limit of the key, such as `5/second`, or None for no limit of its own.
        expires_in: The seconds until the key expires, or None if it never expires.
    """
    key, now = make_key(), datetime.now(UTC)
    expires_at = None if expires_in is None else now + timedelta(seconds=expires_in)
    values = {
        "digest": digest_of(key),
        "start": key[:SHOWN_CHARACTERS],
        "name": "a test",
        "rate_limit": limit,
        "created_at": now,
        "expires_at": expires_at,
    }
    with db.engine.begin() as connection:
        connection.execute(insert(ApiKey).values(values))
    return key


def test_the_owner_of_a_key_is_found_with_its_limit(lookup: KeyLookup) -> None:
    keys = [store_key(), store_key(limit="5/second")]
    assert [lookup.find(key) for key in keys] == [
        KeyOwner(1, None, ()),
        KeyOwner(2, None, (Policy("key", 5, 1),)),
    ]


def test_malformed_and_unknown_keys_have_no_owner(lookup: KeyLookup, reader: CountingReader) -> None:
    assert [lookup.find(key) for key in ("", "abc", store_key()[:-1] + "~", "briefs_ł")] == [None] * 4
    assert reader.queries == 0
    assert lookup.find(make_key()) is None
    assert reader.queries == 1


def test_a_key_is_queried_once_in_the_interval(
    lookup: KeyLookup, reader: CountingReader, wait: Callable[[float], None]
) -> None:
    known, unknown = store_key(), make_key()
    for _ in range(3):
        for _ in range(10):
            assert lookup.find(known)
            assert not lookup.find(unknown)
        wait(RECHECK_SECONDS)
    assert reader.queries == 6


def test_a_revoked_key_is_refused_after_the_interval(
    lookup: KeyLookup, wait: Callable[[float], None]
) -> None:
    key = store_key()
    assert lookup.find(key)
    with db.engine.begin() as connection:
        connection.execute(update(ApiKey).values(revoked_at=datetime.now(UTC)))
    wait(RECHECK_SECONDS)
    assert lookup.find(key) is None


def test_an_expired_key_is_refused_at_once(lookup: KeyLookup, wait: Callable[[float], None]) -> None:
    key = store_key(expires_in=RECHECK_SECONDS / 2)
    assert lookup.find(key)
    wait(RECHECK_SECONDS / 2)
    assert lookup.find(key) is None


def test_a_valid_key_works_for_a_time_while_the_database_fails(
    lookup: KeyLookup, reader: CountingReader, wait: Callable[[float], None]
) -> None:
    key, other = store_key(), store_key()
    assert lookup.find(key)
    reader.is_failing = True
    with pytest.raises(KeysUnavailableError):
        lookup.find(other)
    for _ in range(10):
        assert lookup.find(key)
    assert reader.queries == 2
    wait(STALE_SECONDS - 1)
    assert lookup.find(key)
    wait(RECHECK_SECONDS)
    with pytest.raises(KeysUnavailableError):
        lookup.find(key)
    reader.is_failing = False
    assert lookup.find(key)


def test_a_key_that_was_not_seen_is_unknown_if_queries_are_not_allowed(
    lookup: KeyLookup, reader: CountingReader
) -> None:
    key = store_key()
    assert lookup.find(key, lambda: False) is None
    assert reader.queries == 0
    assert lookup.find(key)
    assert lookup.find(key, lambda: False)


def test_the_number_of_remembered_keys_is_bounded(
    lookup: KeyLookup, monkeypatch: pytest.MonkeyPatch, reader: CountingReader
) -> None:
    monkeypatch.setattr(key_lookup, "MAX_UNKNOWN_KEYS", 5)
    known = store_key()
    assert lookup.find(known)
    for _ in range(20):
        assert lookup.find(make_key()) is None
    assert (len(lookup._known), len(lookup._unknown)) == (1, 5)
    assert lookup.find(known)
    assert reader.queries == 21
