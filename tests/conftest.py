"""Fixtures for databases of SQLite and PostgreSQL, which are migrated once and copied for each test.

This module also registers two Hypothesis profiles: `repeatable` draws the same examples in each run,
`explore` draws new ones.
"""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings

from api.app import close_app, create_app
from api.database.access import allow_writes
from api.database.base import db
from api.database.revision_watch import MAX_ANSWER_SECONDS
from seeds.cli import seed
from seeds.keys_command import keys
from tests.support.programs.command_server import running_command_server
from tests.support.programs.postgresql_server import running_postgresql
from tests.support.snapshots import Snapshots

ENGINES = ("sqlite", "postgresql")
TEMPLATE = "briefs_template"

# A shell makes background processes ignore SIGINT. The servers that tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# No limit depends on the speed of the machine. `--hypothesis-profile explore` selects the second profile.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", settings.get_profile("repeatable"), derandomize=False, max_examples=300)
settings.load_profile("repeatable")

# PostgreSQL has 0.8 s to answer the service, which is too short on a busy machine. tests/service tests this
# limit in processes of its own.
MAX_ANSWER_SECONDS["postgresql"] = MAX_ANSWER_SECONDS["sqlite"]

# Applications whose connections are closed at the end of the current test.
_applications: list[Flask] = []


def make_app(database_url: str, **environ: str) -> Flask:
    """Return the application of wsgi.py on `database_url`.

    Its connections are closed when the current test ends.

    Args:
        database_url: The value of `DATABASE_URL`.
        environ: Further settings, by the names of their environment variables.
    """
    # Tests write without increasing the corpus revision. On PostgreSQL the cache would not notice.
    given = {} if database_url.startswith("sqlite") else {"BRIEFS_CACHE_BYTES": "0"}
    # A slow machine must not be the cause of a failure.
    given |= {"BRIEFS_CACHE_SECONDS": "0", "BRIEFS_REQUEST_SECONDS": "60"}
    app = create_app({"DATABASE_URL": database_url} | given | environ)
    app.cli.add_command(keys)
    app.cli.add_command(seed)
    with app.app_context():
        for engine in db.engines.values():
            # Tests change the database while the application answers requests.
            allow_writes(engine)
    _applications.append(app)
    return app


def load_documents(app: Flask) -> None:
    """Load the documents in `seeds/documents` into the database of `app`."""
    result = app.test_cli_runner().invoke(args=["seed", "load"])
    assert result.exit_code == 0, result.output


def migrate(database_url: str) -> None:
    """Migrate the empty database at `database_url` to the current schema."""
    app = make_app(database_url)
    with app.app_context():
        upgrade()
    close_app(app)


def seeded_copy(template: Path, folder: Path, command: str = "load") -> str:
    """Copy a migrated SQLite file, load documents into the copy, and return its URL.

    `command` is the command of `flask seed` that loads them: `load` for the documents in `seeds/documents`,
    or `demo` for the demonstration briefs.
    """
    path = folder / "briefs.db"
    shutil.copyfile(template, path)
    url = f"sqlite:///{path}"
    app = make_app(url)
    result = app.test_cli_runner().invoke(args=["seed", command])
    assert result.exit_code == 0, result.output
    with app.app_context():
        db.engine.dispose()
    return url


@pytest.fixture(autouse=True)
def _closed_connections() -> Iterator[None]:
    """After each test, close the database connections of all applications that the test has made."""
    yield
    while _applications:
        close_app(_applications.pop())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL server, and yield the URL of its maintenance database."""
    with running_postgresql() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a migrated, empty SQLite file. Each test uses a copy of it."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """Create a migrated, empty PostgreSQL database, which each test copies. Return the URL of its server."""
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    migrate(_database_url(postgresql_server, TEMPLATE))
    return postgresql_server


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Return the name of the engine. A test that uses this fixture runs on both engines."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Yield the URL of a migrated, empty database of `engine`."""
    if engine == "sqlite":
        # A load of `tmp_path` leaves out hidden files.
        path = tmp_path / ".briefs.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server = request.getfixturevalue("postgresql_template")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE briefs_test TEMPLATE {TEMPLATE} STRATEGY FILE_COPY")
        yield _database_url(server, "briefs_test")
        connection.execute("DROP DATABASE briefs_test WITH (FORCE)")


@pytest.fixture
def app(database_url: str) -> Flask:
    """Return the application, with the `flask` commands, on an empty database."""
    return make_app(database_url)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture(scope="session")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Snapshots:
    """Return copies of filled databases.

    Tests that need the same rows start from a copy, instead of loading documents again.
    """
    return Snapshots(tmp_path_factory.mktemp("snapshots"))


@pytest.fixture
def seeded(app: Flask, snapshots: Snapshots) -> None:
    """Load the documents in `seeds/documents` into the database of `app`."""
    snapshots.fill(app, load_documents)


@pytest.fixture(scope="session")
def demonstration(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a SQLite database with the demonstration briefs. Tests only read it."""
    return seeded_copy(sqlite_template, tmp_path_factory.mktemp("demonstration"), "demo")


@pytest.fixture(scope="session")
def forked_programs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Yield a folder with the programs `flask` and `briefs`.

    They start fast: each run is a fork of a process that has already imported the application.
    """
    with running_command_server(tmp_path_factory.mktemp("commands")) as folder:
        yield folder


def _database_url(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")
