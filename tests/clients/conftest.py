"""Provide a database with the same articles as `make demo`, and servers that use it.

The articles are the article in `seeds/documents` and the demonstration briefs (sample articles).
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.database.base import db
from tests.conftest import make_app, migrate, seeded_copy
from tests.support.server import Server, running_gunicorn


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a SQLite file with the same articles as the database of `make demo`."""
    folder = tmp_path_factory.mktemp("demonstration")
    template = folder / "template.db"
    migrate(f"sqlite:///{template}")
    seeded_copy(template, folder, "load")
    run_seed(f"sqlite:///{folder / 'briefs.db'}", "demo", "--yes")
    return folder / "briefs.db"


@pytest.fixture(scope="session")
def demo_server(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server of the demonstration briefs for all tests. Its articles do not change."""
    folder = tmp_path_factory.mktemp("server")
    with running_gunicorn(f"sqlite:///{demo_file}", folder) as server:
        yield server


@pytest.fixture
def changing_server(demo_file: Path, tmp_path: Path) -> Iterator[tuple[Server, Callable[..., None]]]:
    """Start a server of a copy of the demonstration briefs, for one test.

    Yield the server, and a function that runs a command of `flask seed` on the copy, given its arguments.
    """
    path = tmp_path / ".briefs.db"
    shutil.copyfile(demo_file, path)
    url = f"sqlite:///{path}"
    with running_gunicorn(url, tmp_path, BRIEFS_CACHE_SECONDS="0") as server:
        yield server, lambda *arguments: run_seed(url, *arguments)


def run_seed(database_url: str, *arguments: str) -> None:
    """Run a command of `flask seed` with these arguments. It must succeed."""
    app = make_app(database_url)
    result = app.test_cli_runner().invoke(args=["seed", *arguments])
    assert result.exit_code == 0, result.output
    with app.app_context():
        db.engine.dispose()
