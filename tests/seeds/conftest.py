"""What the tests of seeding share."""

import pytest

from seeds.lexicon import family_names, frequencies, given_names, lexicon, places


@pytest.fixture(scope="session", autouse=True)
def _lists() -> None:
    """Read the lists before the first test that needs them, whose time hypothesis measures."""
    for read in (lexicon, frequencies, places, given_names, family_names):
        read()
