"""Tests of the commands if the database is missing, broken, outdated or unreachable."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from api.app import close_app
from api.database.base import db
from tests.conftest import make_app
from tests.seeds.commands.results import invoke, message_lines
from tests.seeds.documents import seed


@pytest.mark.parametrize(
    "arguments", [("load",), ("load", "--dry-run"), ("load", "--strict"), ("status",)], ids=" ".join
)
def test_without_tables_the_error_recommends_a_migration(app: Flask, arguments: tuple[str, ...]) -> None:
    with app.app_context():
        db.drop_all()
    result = invoke(app, "seed", *arguments)
    (line,) = message_lines(result)
    assert line.startswith("Error: database: ")
    assert line.endswith("; run `flask db upgrade` first")
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.parametrize("arguments", [("load",), ("load", "--dry-run"), ("status",)], ids=" ".join)
def test_a_database_that_cannot_be_opened_gives_a_one_line_error(
    app_without_database: Flask, arguments: tuple[str, ...]
) -> None:
    result = invoke(app_without_database, "seed", *arguments)
    assert message_lines(result)[0].startswith("Error: database: unable to open database file; ")
    assert (len(message_lines(result)), result.stdout, result.exit_code) == (1, "", 1)


@pytest.mark.parametrize("command", ["load", "relink", "status", "export"])
def test_without_a_file_the_error_recommends_a_migration_and_no_file_is_created(
    tmp_path: Path, command: str
) -> None:
    path = tmp_path / "briefs.db"
    result = invoke(make_app(f"sqlite:///{path}"), "seed", command)
    assert message_lines(result) == [
        f"Error: database: there is no database file {path}; run `flask db upgrade` first"
    ]
    assert (result.stdout, result.exit_code) == ("", 1)
    assert list(tmp_path.iterdir()) == []


def test_a_migration_creates_no_empty_database_in_the_place_of_a_deleted_one(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path, lock = tmp_path / "briefs.db", tmp_path / "briefs.db.lock"
    shutil.copyfile(sqlite_template, path)
    app = make_app(f"sqlite:///{path}")
    assert seed(app).exit_code == 0
    close_app(app)
    path.unlink()
    result = invoke(make_app(f"sqlite:///{path}"), "db", "upgrade")
    assert message_lines(result) == [
        f"Error: database: {path} was deleted; restore a backup, or delete {lock} to begin with an empty "
        "database; the database was not migrated; correct the cause and run the command again"
    ]
    assert result.exit_code == 1
    assert not path.exists()
    lock.unlink()
    assert invoke(make_app(f"sqlite:///{path}"), "db", "upgrade").exit_code == 0
    assert path.exists()


@pytest.mark.parametrize("command", ["load", "status"])
def test_a_file_that_is_not_a_database_gives_a_one_line_error(tmp_path: Path, command: str) -> None:
    (tmp_path / "briefs.db").write_text("No database at all. " * 100, encoding="utf-8")
    app = make_app(f"sqlite:///{tmp_path / 'briefs.db'}")
    result = invoke(app, "seed", command)
    assert message_lines(result)[0].startswith("Error: database: file is not a database; ")
    assert (len(message_lines(result)), result.stdout, result.exit_code) == (1, "", 1)


def test_a_migration_of_an_unreachable_server_gives_a_one_line_error_without_the_password() -> None:
    app = make_app("postgresql://tide:Very-Secret-1@127.0.0.1:1/briefs")
    result = invoke(app, "db", "upgrade")
    (line,) = message_lines(result)
    assert line.startswith("Error: database: connection failed: ")
    assert line.endswith("; the database was not migrated; correct the cause and run the command again")
    assert "Very-Secret-1" not in result.output
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.parametrize("command", ["load", "status"])
def test_an_unreachable_server_gives_a_one_line_error_without_the_password(command: str) -> None:
    app = make_app("postgresql://tide:Very-Secret-1@127.0.0.1:1/briefs")
    result = invoke(app, "seed", command)
    (line,) = message_lines(result)
    assert line.startswith("Error: database: ")
    assert "Very-Secret-1" not in result.output
    assert (result.stdout, result.exit_code) == ("", 1)


def test_the_error_for_a_missing_database_does_not_recommend_a_migration(postgresql_server: str) -> None:
    app = make_app(postgresql_server.replace("/postgres?", "/nowhere?"))
    result = invoke(app, "seed", "status")
    (line,) = message_lines(result)
    assert 'database "nowhere" does not exist' in line
    assert "flask db upgrade" not in line


def test_an_error_names_the_lock_file_that_cannot_be_opened(app: Flask, engine: str, tmp_path: Path) -> None:
    if engine == "sqlite":
        (tmp_path / ".briefs.db.lock").mkdir()
        result = seed(app)
        assert result.stderr == (
            f"Error: {tmp_path}/.briefs.db.lock: cannot be opened: Is a directory; "
            "this user must be able to write to the file and its folder\n"
        )
        assert result.exit_code == 1
