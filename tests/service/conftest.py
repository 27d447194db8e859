"""Fixtures for tests of running servers."""

from pathlib import Path

import pytest

from tests.conftest import seeded_copy


@pytest.fixture(scope="module")
def database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a SQLite database with the article in `seeds/documents`."""
    return seeded_copy(sqlite_template, tmp_path_factory.mktemp("database"))
