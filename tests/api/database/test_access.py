"""The access of database connections: the web process reads, commands write, and migrations create files."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from api.app import close_app, create_app
from api.database.access import allow_writes
from api.database.base import db

INSERT = text("UPDATE corpus SET revision = revision + 1")


def engines_of(app: Flask) -> list[Engine]:
    with app.app_context():
        return list(db.engines.values())


def write(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(INSERT)
        connection.commit()


@pytest.mark.parametrize("engine", ["sqlite"])
def test_connections_cannot_write_until_writes_are_allowed(database_url: str) -> None:
    app = create_app({"DATABASE_URL": database_url})
    for engine in engines_of(app):
        with pytest.raises(OperationalError, match="readonly"):
            write(engine)
        allow_writes(engine)
        write(engine)
    close_app(app)


def test_a_missing_file_is_not_created_by_requests_and_not_by_commands(tmp_path: Path) -> None:
    app = create_app({"DATABASE_URL": f"sqlite:///{tmp_path}/briefs.db"})
    for target in ("/v1/articles", "/v1/articles/a-slug", "/readyz"):
        assert app.test_client().get(target).status_code == 503
    for engine in engines_of(app):
        allow_writes(engine)
        with pytest.raises(OperationalError, match="there is no database file"):
            write(engine)
    close_app(app)
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_journal_is_not_a_write_ahead_log_is_read(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "briefs.db"
    shutil.copyfile(sqlite_template, path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
    before = path.read_bytes()
    app = create_app({"DATABASE_URL": f"sqlite:///{path}"})
    assert app.test_client().get("/readyz").status_code == 200
    close_app(app)
    assert path.read_bytes() == before
