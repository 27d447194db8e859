"""Fixtures for tests of the web pages: clients of applications that serve demonstration or odd briefs.

Odd briefs are hostile, very long or nearly empty.
"""

from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient

from tests.api.web_pages.odd_briefs import ODD_BRIEFS
from tests.conftest import make_app


@pytest.fixture
def demo(demonstration: str) -> FlaskClient:
    """Return a client of an application that serves the demonstration briefs."""
    return make_app(demonstration).test_client()


@pytest.fixture(scope="session")
def odd_briefs(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a SQLite database with hostile, very long and nearly empty briefs.

    Tests only read the database.
    """
    folder = tmp_path_factory.mktemp("odd-briefs")
    (folder / "odd.jsonl").write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in ODD_BRIEFS))
    path = folder / ".briefs.db"
    path.write_bytes(sqlite_template.read_bytes())
    result = make_app(f"sqlite:///{path}").test_cli_runner().invoke(args=["seed", "load", str(folder)])
    assert result.exit_code == 0, result.output
    return f"sqlite:///{path}"


@pytest.fixture
def odd(odd_briefs: str) -> FlaskClient:
    """Return a client of an application that serves hostile, very long and nearly empty briefs."""
    return make_app(odd_briefs).test_client()
