"""Tests that more values than a statement has parameters are read, changed and deleted."""

from pathlib import Path

import pytest
from flask import Flask

from api.database.base import db
from seeds.extraction.catalogue import EntityRecord
from seeds.storing.entities.catalogue_update import release_slugs
from seeds.storing.entities.entity_names import update_entity_names
from seeds.storing.transactions import transactions
from tests.seeds.commands.results import invoke
from tests.seeds.documents import Page, comparison_app, rederive_pages, seed_pages, submit
from tests.seeds.random_histories import export
from tests.seeds.stored_rows import rows

pytestmark = pytest.mark.usefixtures("few_parameters")

COUNT = 210
NAMES = [f"keel{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(COUNT)]
# The names are in lower case, so that only the catalogue contains them.
CATALOGUE = [EntityRecord(name, "product", name) for name in NAMES]
PAGE = submit("a", Page(body=(f"The {' and the '.join(NAMES)} came.",)))


def test_more_entities_of_an_article_than_a_statement_has_parameters_are_stored_and_replaced(
    app: Flask,
) -> None:
    assert seed_pages(app, [PAGE], CATALOGUE) == ["created"]
    assert {row["slug"] for row in rows(app)["entities"]} == set(NAMES)
    assert rederive_pages(app, [PAGE], []) == [True]
    assert rows(app)["entities"] == []


def test_more_changed_entries_of_the_catalogue_than_a_statement_has_parameters_are_stored(app: Flask) -> None:
    seed_pages(app, [PAGE], CATALOGUE)
    seed_pages(app, [], [each._replace(type="place") for each in CATALOGUE])
    assert {row["type"] for row in rows(app)["entities"]} == {"place"}


def test_more_slugs_and_names_of_entities_than_a_statement_has_parameters_are_kept(app: Flask) -> None:
    seed_pages(app, [PAGE], CATALOGUE)
    before = rows(app)
    with app.app_context(), transactions(db.engine, print) as begin, begin() as connection:
        release_slugs(connection, CATALOGUE)
        update_entity_names(connection, [row["number"] for row in before["entities"]])
    assert rows(app) == before


def test_an_article_with_more_entities_than_a_statement_has_parameters_is_imported(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    with comparison_app(sqlite_template, tmp_path / "other") as other:
        seed_pages(other, [PAGE], CATALOGUE)
        (tmp_path / "export.ndjson").write_bytes(export(other))
    result = invoke(app, "seed", "import", tmp_path / "export.ndjson")
    assert (result.exit_code, result.stderr) == (0, "")
    assert {row["slug"] for row in rows(app)["entities"]} == set(NAMES)
