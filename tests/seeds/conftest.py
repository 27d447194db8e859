"""Fixtures that the tests of seeding share."""

import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event

from api.database.base import db
from tests.seeds.documents import comparison_app
from tests.seeds.random_histories import export, run_random_steps

# pytest rewrites the assertions of this helper, so that failures show values.
pytest.register_assert_rewrite("tests.seeds.commands.results")


@pytest.fixture(scope="session")
def exported(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of an export that contains lines of every kind, such as articles and changes."""
    with comparison_app(sqlite_template, tmp_path_factory.mktemp("exported")) as app:
        run_random_steps(app, 3)
        return export(app)


@pytest.fixture
def few_parameters(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a statement of `app` have at most 200 parameters on SQLite, so that few rows exceed the limit."""

    def limit(connection: object, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 200)

    monkeypatch.setattr("seeds.bulk_statements.MAX_PARAMETERS", 100)
    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", limit)
