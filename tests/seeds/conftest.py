"""Fixtures that the tests of seeding share."""

from pathlib import Path

import pytest

from tests.seeds.documents import comparison_app
from tests.seeds.random_histories import export, run_random_steps

# pytest rewrites the assertions of this helper, so that failures show values.
pytest.register_assert_rewrite("tests.seeds.commands.results")


@pytest.fixture(scope="session")
def exported(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of an export that contains lines of every kind, such as articles and changes."""
    with comparison_app(sqlite_template, tmp_path_factory.mktemp("exported")) as app:
        run_random_steps(app, 3)
        return export(app)
