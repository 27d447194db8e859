"""Fixtures for tests that need several applications on the same database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.database.base import db
from tests.conftest import make_app

# pytest rewrites the assertions of these helpers, so that failures show values.
pytest.register_assert_rewrite("tests.api.answers")

# Takes settings (BRIEFS_BASE_URL="…") and returns a client of an application with these settings.
ClientWith = Callable[..., FlaskClient]


@pytest.fixture
def client_with(database_url: str) -> Iterator[ClientWith]:
    """Yield a function that returns a client of the application with other settings, on the same database."""
    apps: list[Flask] = []

    def make(**environ: str) -> FlaskClient:
        apps.append(make_app(database_url, **environ))
        return apps[-1].test_client()

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()
