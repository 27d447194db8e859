"""Fixtures for tests of the resources of version 1."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.api.answers import get
from tests.support.examples import SLUG


@pytest.fixture
def brief(client: FlaskClient, seeded: None) -> Any:  # noqa: ARG001
    """Load the document in `seeds/documents`, and return the JSON of its article."""
    return get(client, f"/v1/articles/{SLUG}")
