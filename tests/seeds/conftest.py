"""What the tests of seeding share."""

from pathlib import Path

import pytest

from seeds.extraction.lexicon import family_names, frequencies, given_names, lexicon, places
from tests.seeds.documents import reference
from tests.seeds.lives import export, live


@pytest.fixture(scope="session", autouse=True)
def _lists() -> None:
    """Read the lists before the first test that needs them, whose time hypothesis measures."""
    for read in (lexicon, frequencies, places, given_names, family_names):
        read()


@pytest.fixture(scope="session")
def exported(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An export with lines of every kind."""
    with reference(sqlite_template, tmp_path_factory.mktemp("exported")) as app:
        live(app, 3)
        return export(app)
