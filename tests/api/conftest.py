"""Fixtures for tests that need more than one application."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.db import db
from tests.conftest import make_app

# The assertions of these are as telling as those of the tests themselves.
pytest.register_assert_rewrite("tests.api.answers")

# Takes settings (BRIEFS_BASE_URL="…") and gives a client of an application that has them.
ClientWith = Callable[..., FlaskClient]


@pytest.fixture
def client_with(database_url: str) -> Iterator[ClientWith]:
    """Makes further applications on the database of `app`, as other processes would be."""
    apps: list[Flask] = []

    def make(**environ: str) -> FlaskClient:
        apps.append(make_app(database_url, **environ))
        return apps[-1].test_client()

    yield make
    for app in apps:
        with app.app_context():
            db.engine.dispose()
