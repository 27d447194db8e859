"""Fixtures for the tests of commands."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from api.database.base import db
from seeds.extraction.catalogue import read_catalogue
from tests.conftest import make_app
from tests.seeds.commands.results import GAUGES, NO_TAKEAWAYS, SIRENS, WALL
from tests.seeds.documents import Page, seed_pages, submit, write


@pytest.fixture
def app_without_database() -> Iterator[Flask]:
    """Yield an application whose database cannot be opened, for commands that need no database."""
    app = make_app("sqlite:////nowhere/at/all.db")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def mixed_folder(app: Flask, tmp_path: Path) -> Path:
    """Return a folder with two new, one changed, one unchanged and three invalid documents."""
    folder = tmp_path / "mixed"
    earlier = [submit("changed", replace(SIRENS, summary="Another.")), submit("known", GAUGES)]
    seed_pages(app, earlier, read_catalogue())
    write(folder, "changed", SIRENS)
    write(folder, "known", GAUGES)
    write(folder, "new", WALL)
    write(folder, "odd", NO_TAKEAWAYS)
    write(folder, "wrong1", b"")
    write(folder, "wrong2", Page(title="Quite Another"), "slug: sirens-tested-at-noon")
    write(folder, "wrong3", Page(title="One More"), "published_at: noon")
    return folder
