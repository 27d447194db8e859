"""Fixtures for tests of all routes."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from api.database.base import db
from api.models import RelatedLink, Takeaway
from seeds.parsing.files import DOCUMENTS_FOLDER
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.api.routes import Addresses, rules_of
from tests.support.snapshots import Snapshots

OTHER = "Ferries Sail Again After the Storm"


@pytest.fixture
def addresses(app: Flask, snapshots: Snapshots) -> Addresses:
    """Insert rows into every table of the database, and return an address of each route.

    `/metrics` is left out, since each request changes its answer. tests/api/metrics tests this route.
    """
    snapshots.fill(app, load_articles)
    with app.app_context():
        values = {
            "article": slug_of(HARBOUR),
            "story": slug_of(OTHER),
            "entity": "shanghai",
            "takeaway": str(db.session.query(Takeaway.id).first()[0]),  # type: ignore[index]
            "related_link": str(db.session.query(RelatedLink.id).first()[0]),  # type: ignore[index]
            "revision": "1",
            "asset": "docs.js",
            "type": "quota-exceeded",
        }
    adapter = app.url_map.bind("localhost")
    return {
        rule.rule: adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for rule in rules_of(app)
        if rule.rule != "/metrics"
    }


def load_articles(app: Flask) -> None:
    """Load articles that fill every table of the database."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_page(folder, "harbour", Page(related=(OTHER, "Nobody Has Written This One Yet")))
        sidecar = {"published_at": "2026-04-21T09:30:00Z", "image_url": "https://example.org/ferry.jpg"}
        write_page(folder, "ferry", Page(title=OTHER, signature=("The Lantern Post",)), **sidecar)
        load(app.test_cli_runner(), DOCUMENTS_FOLDER, folder)
