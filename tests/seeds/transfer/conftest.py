"""Fixtures for the tests of export and import."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.seeds.documents import comparison_app


@pytest.fixture
def sqlite_app(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """Yield an application with its own empty SQLite database."""
    (tmp_path / "other").mkdir()
    with comparison_app(sqlite_template, tmp_path / "other") as app:
        yield app
