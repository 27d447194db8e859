"""The commands that create, list and revoke API keys, and what exports and imports do with keys."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import select, update

from api.admission.api_keys import digest_of, is_well_formed
from api.database.base import db
from api.models import ApiKey
from seeds.search_index.search_rows import rebuild_search_index
from tests.seeds.random_histories import export


def keys(runner: FlaskCliRunner, *arguments: str) -> str:
    """Run `flask keys` with `arguments`, assert that it succeeds, and return its standard output."""
    result = runner.invoke(args=["keys", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_key_is_printed_once_and_stored_as_a_hash(app: Flask, runner: FlaskCliRunner) -> None:
    key = keys(runner, "create", "Example newsroom").strip()
    assert is_well_formed(key)
    with app.app_context(), db.engine.connect() as connection:
        (row,) = connection.execute(select(ApiKey.digest, ApiKey.start)).all()
        stored = str(connection.execute(select(ApiKey)).one())
    assert row == (digest_of(key), key[:13])
    assert key not in stored
    assert key not in keys(runner, "list")


def test_a_created_key_is_accepted(runner: FlaskCliRunner, client: FlaskClient) -> None:
    key = keys(runner, "create", "Example newsroom", "--limit", "1000/minute").strip()
    response = client.get("/", headers={"X-API-Key": key})
    assert response.status_code == 200
    assert response.headers["RateLimit-Policy"] == '"key";q=1000;w=60'


def test_the_list_shows_the_state_of_each_key(app: Flask, runner: FlaskCliRunner) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for name in ("first", "second", "third"):
        keys(runner, "create", name, "--limit", "10/second;5000/day", "--expires", "2999-12-31")
    keys(runner, "create", "fourth")
    with app.app_context(), db.engine.begin() as connection:
        past = datetime.now(UTC) - timedelta(days=1)
        connection.execute(update(ApiKey).where(ApiKey.id == 2).values(expires_at=past))
    assert keys(runner, "revoke", "1") == "key 1 of first is revoked\n"
    rows = [line.split("\t") for line in keys(runner, "list").splitlines()]
    assert [row[:2] + row[3:6] for row in rows] == [
        ["1", "revoked", "first", "10/second;5000/day", today],
        ["2", "expired", "second", "10/second;5000/day", today],
        ["3", "active", "third", "10/second;5000/day", today],
        ["4", "active", "fourth", "-", today],
    ]
    assert all(re.fullmatch(r"briefs_[0-9A-Za-z]{6}…", row[2]) for row in rows)
    assert [row[6] for row in rows] == ["2999-12-31", f"{past:%Y-%m-%d}", "2999-12-31", "-"]


def test_revoking_a_key_twice_keeps_the_first_time(app: Flask, runner: FlaskCliRunner) -> None:
    keys(runner, "create", "first")
    times = set()
    for _ in range(2):
        keys(runner, "revoke", "1")
        with app.app_context(), db.engine.connect() as connection:
            times.add(connection.scalar(select(ApiKey.revoked_at)))
    assert len(times) == 1
    assert times != {None}


@pytest.mark.parametrize("number", [7, 2**63 - 1])
def test_a_key_that_does_not_exist_cannot_be_revoked(runner: FlaskCliRunner, number: int) -> None:
    result = runner.invoke(args=["keys", "revoke", str(number)])
    assert result.exit_code == 1
    assert result.stderr == f"Error: there is no key {number}; `briefs keys list` shows all keys\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["create"],
        ["create", " "],
        ["create", "a\nb"],
        ["create", "x" * 101],
        ["create", "a", "--limit", "many"],
        ["create", "a", "--limit", ""],
        ["create", "a", "--expires", "2020-01-01"],
        ["create", "a", "--expires", "tomorrow"],
        ["revoke"],
        ["revoke", "0"],
        ["revoke", str(2**63)],
        ["revoke", "briefs_abc"],
    ],
)
def test_invalid_arguments_create_no_key(runner: FlaskCliRunner, arguments: list[str]) -> None:
    assert runner.invoke(args=["keys", *arguments]).exit_code == 2
    assert keys(runner, "list") == ""


@pytest.mark.usefixtures("seeded")
def test_an_export_has_no_keys_and_an_import_keeps_those_that_exist(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    exported = export(app)
    key = keys(runner, "create", "Example newsroom").strip()
    assert export(app) == exported
    assert key.encode() not in exported
    with app.app_context(), db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            if table.name not in ("corpus", ApiKey.__tablename__):
                connection.execute(table.delete())
        rebuild_search_index(connection)
    file = tmp_path / "export.ndjson"
    file.write_bytes(exported)
    result = runner.invoke(args=["seed", "import", str(file)])
    assert result.exit_code == 0, result.output
    assert export(app) == exported
    assert len(keys(runner, "list").splitlines()) == 1
