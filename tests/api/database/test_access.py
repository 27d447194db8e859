"""The access of database connections: the web process reads, commands write, and migrations create files."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from api.app import close_app, create_app
from api.database.access import allow_writes
from api.database.base import db
from api.database.sqlite import lock_path, read_log_owner, read_state
from seeds.cli import seed
from seeds.storing.transactions import single_transaction, transactions
from tests.conftest import make_app
from tests.support.server import ROOT

DEPLOYMENT = ROOT / "docs" / "deployment"
INSERT = text("UPDATE corpus SET revision = revision + 1")


def engines_of(app: Flask) -> list[Engine]:
    with app.app_context():
        return list(db.engines.values())


def load(path: Path) -> Result:
    """Load the document in `seeds/documents` into the SQLite file at `path`."""
    return make_app(f"sqlite:///{path}").test_cli_runner().invoke(args=["seed", "load"])


def write(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(INSERT)
        connection.commit()


def replaced_file(template: Path, folder: Path) -> Path:
    """Return a copy of the SQLite file `template` in `folder`, whose lock file names an earlier file."""
    path = folder / "briefs.db"
    shutil.copyfile(template, path)
    lock_path(str(path)).write_text("1:1", encoding="ascii")
    return path


@pytest.mark.parametrize("engine", ["sqlite"])
def test_connections_cannot_write_until_writes_are_allowed(database_url: str) -> None:
    app = create_app({"DATABASE_URL": database_url})
    for engine in engines_of(app):
        with pytest.raises(OperationalError, match="readonly"):
            write(engine)
        allow_writes(engine)
        write(engine)
    close_app(app)


def test_neither_requests_nor_commands_create_a_missing_database_file(tmp_path: Path) -> None:
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


@pytest.mark.parametrize("parameter", ["mode=ro", "immutable=1"])
def test_a_database_url_that_forbids_writes_forbids_them_to_commands_too(
    sqlite_template: Path, tmp_path: Path, parameter: str
) -> None:
    path = tmp_path / "briefs.db"
    shutil.copyfile(sqlite_template, path)
    before = path.read_bytes()
    app = create_app({"DATABASE_URL": f"sqlite:///{path}?{parameter}"})
    app.cli.add_command(seed)
    for target in ("/readyz", "/v1/articles"):
        assert app.test_client().get(target).status_code == 200
    result = app.test_cli_runner().invoke(args=["seed", "load"])
    assert "Error: database: attempt to write a readonly database; " in result.stderr
    close_app(app)
    assert path.read_bytes() == before


def test_a_write_ahead_log_of_a_different_file_is_refused(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "briefs.db"
    shutil.copyfile(sqlite_template, path)
    app = make_app(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        # A seeding process that was killed leaves its log, and the identity of the file in the lock file.
        assert app.test_cli_runner().invoke(args=["seed", "load"]).exit_code == 0
        connection.execute("UPDATE corpus SET revision = 1000")
        connection.commit()
        log = (tmp_path / "briefs.db-wal").read_bytes()
        close_app(app)
    assert log
    (tmp_path / "briefs.db-wal").write_bytes(log)
    shutil.copyfile(sqlite_template, tmp_path / "other.db")
    (tmp_path / "other.db").replace(path)
    before = path.read_bytes()
    result = load(path)
    assert f"{path} was replaced, but its write-ahead log was not; stop all processes" in result.stderr
    assert f"then delete {path}-wal, {path}-shm and {path}.lock;" in result.stderr
    assert make_app(f"sqlite:///{path}").test_client().get("/readyz").status_code == 503
    assert path.read_bytes() == before
    (tmp_path / "briefs.db-wal").unlink()
    assert load(path).exit_code == 0


def test_a_command_refuses_the_index_of_the_log_of_a_different_file(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = tmp_path / "briefs.db"
    shutil.copyfile(sqlite_template, path)
    service = create_app({"DATABASE_URL": f"sqlite:///{path}"})
    assert service.test_client().get("/readyz").status_code == 200
    assert load(path).exit_code == 0
    shutil.copyfile(sqlite_template, tmp_path / "other.db")
    (tmp_path / "other.db").replace(path)
    before = path.read_bytes()
    result = load(path)
    assert f"{path} was replaced, but its write-ahead log was not; stop all processes" in result.stderr
    assert path.read_bytes() == before
    close_app(service)
    for name in ("briefs.db-wal", "briefs.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    assert load(path).exit_code == 0


@pytest.mark.parametrize("guide", ["sqlite.md", "backups.md"])
def test_commands_write_a_file_that_was_replaced_as_documented_after_the_service_has_read_it(
    sqlite_template: Path, tmp_path: Path, guide: str
) -> None:
    path = replaced_file(sqlite_template, tmp_path)
    text_of_guide = (DEPLOYMENT / guide).read_text(encoding="utf-8")
    (deleted,) = (line.split()[2:] for line in text_of_guide.splitlines() if line.startswith("rm -f "))
    for each in deleted:
        (tmp_path / Path(each).name).unlink(missing_ok=True)
    service = create_app({"DATABASE_URL": f"sqlite:///{path}"})
    assert service.test_client().get("/readyz").status_code == 200
    with (
        make_app(f"sqlite:///{path}").app_context(),
        transactions(db.engine, print) as begin,
        begin() as connection,
    ):
        connection.execute(INSERT)
    close_app(service)


def test_a_command_with_a_single_transaction_records_the_file_that_it_writes(
    sqlite_template: Path, tmp_path: Path
) -> None:
    path = replaced_file(sqlite_template, tmp_path)
    with make_app(f"sqlite:///{path}").app_context(), single_transaction(db.engine, print):
        # A command that is killed after its transaction leaves its log.
        state = read_state(str(path))
        assert state
        assert read_log_owner(str(path)) == state.identity
