"""Tests of `flask seed relink`: afterwards, entities and links do not depend on the order of loading."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient

import seeds.cli
import seeds.command_setup
from seeds.extraction.catalogue import EntityRecord, read_catalogue
from seeds.identifiers import entity_id
from seeds.parsing.files import SubmittedDocument, read_with_sidecar
from tests.seeds.documents import ROOT, Page, clear, comparison_app, seed, seed_pages, submit
from tests.seeds.stored_rows import (
    Rows,
    article_row,
    corpus_revision,
    recount_entities,
    rows,
    without_volatile_columns,
)

SAMPLES = [read_with_sidecar(path, 2**21) for path in sorted(ROOT.glob("tests/samples/documents/*.txt"))]
ORDERS = [SAMPLES[::-1], Random(4).sample(SAMPLES, len(SAMPLES))]  # noqa: S311
BOARD = (
    "Inspectors of the Inland Waters Board said on Monday that the Inland Waters Board would close the weir.",
)
WALK = (
    "On Tuesday inspectors of the Inland Waters Board, who came by barge, measured how deep the river is.",
)


def relink(app: Flask) -> str:
    """Run `flask seed relink`, and return its output."""
    result = app.test_cli_runner().invoke(args=["seed", "relink"])
    assert (result.exit_code, result.stderr) == (0, "")
    return str(result.stdout)


def rows_after_relink(app: Flask, pages: Iterable[SubmittedDocument]) -> Rows:
    """Load documents, run `flask seed relink`, and return the rows of all tables.

    The former slugs of entities and the former stories, which depend on the order of loading, are left out.
    """
    seed_pages(app, pages, read_catalogue())
    relink(app)
    found = rows(app)
    assert found["entities"] == recount_entities(found)
    present = {row["slug"] for row in found["entities"]}
    found["entity_slugs"] = [row for row in found["entity_slugs"] if row["slug"] in present]
    kept = without_volatile_columns(found)
    # The number and order of writes can differ.
    return {
        name: several for name, several in kept.items() if name not in ("changes", "corpus", "former_stories")
    }


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> list[EntityRecord]:
    """Return a list, empty at first, which the commands use as the catalogue of known entities."""
    known: list[EntityRecord] = []
    monkeypatch.setattr(seeds.command_setup, "read_catalogue", lambda _path: tuple(known))
    return known


@pytest.mark.parametrize("pages", ORDERS, ids=["backwards", "shuffled"])
def test_entities_and_links_do_not_depend_on_the_order_of_seeding(
    app: Flask, sqlite_template: Path, tmp_path: Path, pages: list[SubmittedDocument]
) -> None:
    with comparison_app(sqlite_template, tmp_path) as other:
        expected = rows_after_relink(other, SAMPLES)
    assert any(row["basis"] == "computed" for row in expected["related_links"])
    assert any(row["origin"] == "extracted" for row in expected["entities"])
    assert rows_after_relink(app, pages) == expected


def test_a_second_run_changes_nothing_and_reports_it(app: Flask) -> None:
    seed_pages(app, SAMPLES, read_catalogue())
    relink(app)
    before = rows(app)
    assert relink(app) == (
        f"{len(SAMPLES)} articles, 0 rederived, 0 entities updated, 0 relinked, 0 in a different story\n"
    )
    assert rows(app) == before


def test_a_catalogue_entity_replaces_the_extracted_one(
    app: Flask, client: FlaskClient, catalogue: list[EntityRecord]
) -> None:
    seed_pages(app, [submit("a", Page(body=BOARD)), submit("b", Page(body=WALK))])
    extracted = client.get("/v1/entities/inland-waters-board").get_json()
    assert (extracted["origin"], extracted["type"], extracted["article_count"]) == (
        "extracted",
        "organization",
        2,
    )
    before = article_row(app, "a")
    catalogue.append(EntityRecord("Inland Waters Board", "organization", "iwb", ("IWB",)))
    relink(app)
    known = client.get("/v1/entities/iwb").get_json()
    assert (known["id"], known["origin"], known["article_count"]) == (str(entity_id("iwb")), "catalogue", 2)
    for old in ("inland-waters-board", extracted["id"]):
        answer = client.get(f"/v1/entities/{old}")
        assert (answer.status_code, answer.headers["Location"]) == (308, "/v1/entities/iwb")
        assert len(client.get(f"/v1/articles?entity={old}").get_json()["data"]) == 2
    after = article_row(app, "a")
    kept = ("revision", "created_at", "updated_at", "slug")
    assert [after[name] for name in kept] == [before[name] for name in kept]
    assert [row["slug"] for row in rows(app)["entities"] if row["slug"].startswith("i")] == ["iwb"]


def test_ids_and_slugs_pass_to_the_next_successor(
    app: Flask, client: FlaskClient, catalogue: list[EntityRecord]
) -> None:
    seed_pages(app, [submit("a", Page(body=BOARD)), submit("b", Page(body=WALK))])
    addresses = ["inland-waters-board", client.get("/v1/entities/inland-waters-board").get_json()["id"]]
    entries = [
        EntityRecord("The Weir Board", "organization", "weir-board", ("Inland Waters Board",)),
        EntityRecord("Weir Trust", "organization", "weir-trust", ("The Weir Board", "Inland Waters Board")),
        EntityRecord("Weir Trust", "organization", "weir", ("Inland Waters Board",)),
        EntityRecord("Inland Waters Board", "place", "iwb"),
    ]
    for entry in entries:
        catalogue[:] = [entry]
        relink(app)
        for old in addresses:
            answer = client.get(f"/v1/entities/{old}")
            assert (answer.status_code, answer.headers["Location"]) == (308, f"/v1/entities/{entry.slug}")
            assert len(client.get(f"/v1/articles?entity={old}").get_json()["data"]) == 2
        addresses += [entry.slug, client.get(f"/v1/entities/{entry.slug}").get_json()["id"]]
    catalogue.clear()
    relink(app)
    found = client.get("/v1/entities/inland-waters-board").get_json()
    assert (found["id"], found["origin"]) == (addresses[1], "extracted")
    for old in addresses[2:]:
        answer = client.get(f"/v1/entities/{old}")
        assert (answer.status_code, answer.headers["Location"]) == (308, "/v1/entities/inland-waters-board")


def test_an_entity_can_be_deleted_and_return_any_number_of_times(
    app: Flask, client: FlaskClient, catalogue: list[EntityRecord]
) -> None:
    seed_pages(app, [submit("a", Page(body=BOARD))])
    for _ in range(5):
        catalogue[:] = [EntityRecord("Weir Board", "organization", "weir-board", ("Inland Waters Board",))]
        relink(app)
        answer = client.get("/v1/entities/inland-waters-board")
        assert (answer.status_code, answer.headers["Location"]) == (308, "/v1/entities/weir-board")
        catalogue.clear()
        relink(app)
        assert client.get("/v1/entities/inland-waters-board").status_code == 200
        answer = client.get("/v1/entities/weir-board")
        assert (answer.status_code, answer.headers["Location"]) == (308, "/v1/entities/inland-waters-board")


def test_the_successor_is_the_catalogue_entry_with_more_mentions(
    app: Flask, client: FlaskClient, catalogue: list[EntityRecord]
) -> None:
    budget = ("Charles Tarrow said on Monday that the budget was good. Mr Tarrow said that he would stay.",)
    seed_pages(app, [submit("a", Page(body=budget))])
    assert client.get("/v1/entities/charles-tarrow").get_json()["aliases"] == ["Tarrow"]
    catalogue += [
        EntityRecord("Charles Tarrow Jr", "person", "charles-tarrow-jr", ("Charles Tarrow",)),
        EntityRecord("Tarrow", "place", "tarrow"),
    ]
    relink(app)
    answer = client.get("/v1/entities/charles-tarrow")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/v1/entities/charles-tarrow-jr")


def test_an_entity_that_is_no_longer_mentioned_has_no_successor(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [submit("a", Page(body=BOARD))])
    seed_pages(
        app, [submit("a", Page(body=(BOARD[0].replace("Inland Waters Board", "Upland Mills Board"),)))]
    )
    assert client.get("/v1/entities/inland-waters-board").status_code == 404
    assert client.get("/v1/entities/upland-mills-board").status_code == 200


def test_the_entity_in_more_articles_gets_the_slug(app: Flask, client: FlaskClient) -> None:
    person = ("Yesterday Mr Velmora, who owns the mill, said that he would sell. Mr Velmora is old.",)
    place = ("The boats lay near Velmora, a town in the hills, for a week, and in Velmora they were mended.",)
    for several, kind in (((person, place, place), "place"), ((person, person, place), "person")):
        clear(app)
        seed_pages(app, [submit(f"page-{at}", Page(body=body)) for at, body in enumerate(several)])
        relink(app)
        assert client.get("/v1/entities/velmora").get_json()["type"] == kind


def test_a_catalogue_entry_takes_the_slug_of_an_extracted_entity(
    app: Flask, client: FlaskClient, catalogue: list[EntityRecord]
) -> None:
    seed_pages(app, [submit("a", Page(body=BOARD))])
    catalogue.append(EntityRecord("The Weir Board", "organization", "inland-waters-board"))
    relink(app)
    known = client.get("/v1/entities/inland-waters-board").get_json()
    assert (known["name"], known["origin"], known["article_count"]) == ("The Weir Board", "catalogue", 1)
    assert [row["slug"] for row in rows(app)["entities"] if row["slug"].startswith("inland")] == [
        known["slug"]
    ]


def test_a_change_of_a_slug_alone_is_a_change_of_the_corpus(
    app: Flask, tmp_path: Path, catalogue: list[EntityRecord]
) -> None:
    def slug() -> str:
        return next(str(row["slug"]) for row in rows(app)["entities"] if row["name"] == "Inland Waters Board")

    seed_pages(app, [submit("a", Page(body=BOARD))])
    assert (slug(), corpus_revision(app)) == ("inland-waters-board", 1)
    catalogue.append(EntityRecord("The Weir Board", "organization", "inland-waters-board"))
    seed(app, tmp_path)
    assert (slug() != "inland-waters-board", corpus_revision(app)) == (True, 2)
    catalogue.clear()
    relink(app)
    assert (slug(), corpus_revision(app)) == ("inland-waters-board", 3)


def test_an_interrupted_run_is_completed_by_the_next(
    app: Flask, monkeypatch: pytest.MonkeyPatch, catalogue: list[EntityRecord]
) -> None:
    seed_pages(app, [submit("a", Page(body=BOARD)), submit("b", Page(body=WALK))])
    catalogue.append(EntityRecord("Inland Waters Board", "organization", "iwb"))
    with monkeypatch.context() as cut:
        cut.setattr(seeds.cli, "update_names_and_slugs", lambda _: 1 / 0)
        assert isinstance(app.test_cli_runner().invoke(args=["seed", "relink"]).exception, ZeroDivisionError)
    assert relink(app).startswith("2 articles, 0 rederived, ")
    assert rows(app)["entities"] == recount_entities(rows(app))
    changed = corpus_revision(app)
    relink(app)
    assert corpus_revision(app) == changed


def test_a_person_and_a_place_with_one_name_are_two_entities(app: Flask, client: FlaskClient) -> None:
    person = ("Yesterday Mr Velmora, who owns the mill, said that he would sell. Mr Velmora is old.",)
    place = ("The boats lay near Velmora, a town in the hills, for a week, and in Velmora they were mended.",)
    seed_pages(app, [submit("a", Page(body=person)), submit("b", Page(body=place))])
    found = client.get("/v1/entities?q=velmora&sort=name").get_json()["data"]
    assert {(one["slug"], one["type"]) for one in found} == {
        ("velmora", "person"),
        ("velmora-place", "place"),
    }
