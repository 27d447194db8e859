"""Tests of `flask seed demo`, and of the demonstration briefs."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.database.base import db
from api.models import Article, Story
from seeds.demo_command import DEMO_FOLDER, FIRST_VERSIONS_FOLDER, NOTICE, SOURCE_DOCUMENT
from seeds.parsing.files import SubmittedDocument, read_file
from seeds.parsing.folders import find_documents
from tests.conftest import make_app
from tests.seeds.commands.results import GAUGES, SOURCE, invoke, message_lines, summary_line
from tests.seeds.documents import comparison_app, last_line, seed, write
from tests.seeds.stored_rows import rows

DOCUMENTS, FIRST_VERSIONS = find_documents([DEMO_FOLDER]), find_documents([FIRST_VERSIONS_FOLDER])
CORRECTED = "/v1/articles/insurers-count-the-cost-of-the-dunminster-flood"
UNRESOLVED_TITLE = "Five Boats Leave the Hallowick Fleet for Good"


def read_all(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """Return all items of the collection at `path`."""
    items: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        answer: dict[str, Any] = client.get(following).get_json()
        items += answer["data"]
        following = answer["links"]["next"]
    return items


def load_demo(app: Flask) -> None:
    """Load the article in `seeds/documents` and the demonstration briefs into the empty database of `app`."""
    assert seed(app).exit_code == 0
    result = invoke(app, "seed", "demo")
    assert message_lines(result) == [NOTICE]
    assert (last_line(result), result.exit_code) == (summary_line(created=18, updated=1), 0)


@pytest.fixture(scope="module")
def demo_database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a SQLite database that contains the demonstration briefs."""
    folder = tmp_path_factory.mktemp("demo")
    with comparison_app(sqlite_template, folder) as app:
        load_demo(app)
    return f"sqlite:///{folder}/reference.db"


@pytest.fixture
def demo(demo_database: str) -> FlaskClient:
    """Return a client of a service with the demonstration briefs."""
    return make_app(demo_database).test_client()


def test_the_briefs_are_loaded_once_and_removed_without_the_other_articles(
    app: Flask, client: FlaskClient
) -> None:
    load_demo(app)
    before = rows(app)
    again = invoke(app, "seed", "demo")
    assert (last_line(again), again.exit_code) == (summary_line(unchanged=18), 0)
    assert rows(app) == before
    removed = invoke(app, "seed", "demo", "--remove")
    assert (removed.stdout, removed.stderr, removed.exit_code) == (f"{summary_line(removed=18)}\n", "", 0)
    assert [row["key"] for row in rows(app)["articles"]] == [SOURCE.stem]
    assert client.get(CORRECTED).status_code == 410
    assert last_line(invoke(app, "seed", "demo", "--remove")) == summary_line()
    returned = invoke(app, "seed", "demo")
    assert last_line(returned) == summary_line(created=18, updated=1)
    assert client.get(CORRECTED).get_json()["revision"] == 4


def test_the_corrected_brief_has_two_revisions_with_different_figures(demo: FlaskClient) -> None:
    first, second = (demo.get(f"{CORRECTED}/revisions/{number}").get_json() for number in (1, 2))
    assert "84 million" in first["summary"]
    assert "48 million" in second["summary"]
    assert first["title"] == second["title"]
    changes = demo.get("/v1/changes?limit=100").get_json()["data"]
    (change,) = [each for each in changes if each["kind"] == "updated"]
    assert set(change["fields"]) == {"summary", "takeaways", "body", "word_count", "source"}


def test_all_listed_links_but_one_have_a_target(demo: FlaskClient) -> None:
    links = read_all(demo, "/v1/related-links?basis=listed&limit=100")
    assert len(links) == 14
    assert [link["title"] for link in links if link["target"] is None] == [UNRESOLVED_TITLE]


def test_each_takeaway_has_evidence_and_both_languages_name_the_same_entities(demo: FlaskClient) -> None:
    takeaways = read_all(demo, "/v1/takeaways?limit=100")
    of_briefs = [
        each for each in takeaways if not each["article"]["slug"].startswith("efficiency-over-excess")
    ]
    assert len(of_briefs) == 74
    assert [each["text"] for each in of_briefs if not each["evidence"]] == []
    for slug in ("corvane", "river-ildre", "office-of-tides-and-rivers"):
        assert "invented" in demo.get(f"/v1/entities/{slug}").get_json()["description"]
    french = read_all(demo, "/v1/articles?language=fr&entity=office-of-tides-and-rivers")
    assert [article["byline"]["publication"] for article in french] == ["La Gazette de Cendreville"]


def read_stories(app: Flask) -> dict[str, int]:
    """Return the number of articles of each story with more than one article.

    The key in the result is the slug of the story's founder (its first article).
    """
    columns = select(Article.slug, Story.article_count).join(Story, Story.number == Article.number)
    with app.app_context():
        return dict(db.session.execute(columns.where(Story.article_count > 1)).all())


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_briefs_have_three_stories_before_and_after_relink(app: Flask) -> None:
    load_demo(app)
    stories = read_stories(app)
    assert stories == {
        "ildre-breaks-its-banks-and-empties-the-lower-town-of-dunminster": 5,
        "tidal-plant-in-brathe-sound-stops-after-two-turbines-lose-their-blades": 4,
        "lanner-1-falls-silent-after-six-weeks-in-orbit": 3,
    }
    assert invoke(app, "seed", "relink", "--jobs", 1).exit_code == 0
    assert read_stories(app) == stories


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_briefs_are_refused_in_a_database_with_other_articles_unless_yes_is_given(
    app: Flask, tmp_path: Path
) -> None:
    seed(app, write(tmp_path, "own", GAUGES))
    before = rows(app)
    refused = invoke(app, "seed", "demo")
    assert refused.exit_code == 1
    assert refused.stdout == ""
    (line,) = message_lines(refused)
    assert "harbour-towns-share-their-tide-gauges" in line
    assert "--yes" in line
    assert rows(app) == before
    assert last_line(invoke(app, "seed", "demo", "--yes")) == summary_line(created=18, updated=1)
    assert last_line(invoke(app, "seed", "demo", "--remove")) == summary_line(removed=18)
    assert [row["key"] for row in rows(app)["articles"]] == ["own"]


@pytest.mark.parametrize("engine", ["sqlite"])
def test_an_interrupted_load_is_completed_with_the_correction(app: Flask, client: FlaskClient) -> None:
    assert last_line(seed(app, FIRST_VERSIONS_FOLDER)) == summary_line(created=1)
    assert last_line(invoke(app, "seed", "demo")) == summary_line(created=17, updated=1)
    assert client.get(CORRECTED).get_json()["revision"] == 2


def test_a_brief_that_was_erased_is_rejected(app: Flask) -> None:
    load_demo(app)
    slug = CORRECTED.rpartition("/")[2]
    assert invoke(app, "seed", "remove", "--erase", "--yes", slug).exit_code == 0
    again = invoke(app, "seed", "demo")
    assert (last_line(again), again.exit_code) == (summary_line(unchanged=17, rejected=2), 1)


def test_the_options_yes_and_remove_cannot_be_combined(app_without_database: Flask) -> None:
    result = invoke(app_without_database, "seed", "demo", "--remove", "--yes")
    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("path", [*DOCUMENTS, *FIRST_VERSIONS], ids=lambda path: path.name)
def test_a_brief_has_no_warnings_and_an_address_that_nobody_can_own(path: Path) -> None:
    read = read_file(path, 1 << 20)
    assert isinstance(read, SubmittedDocument)
    assert read.document.warnings == ()
    assert read.metadata.url is not None
    assert read.metadata.url.split("/")[2].endswith(".example")
    assert read.metadata.published_at is not None
    assert 3 <= len(read.document.takeaways) <= 6


def test_the_source_document_is_the_document_of_the_project() -> None:
    assert SOURCE_DOCUMENT == SOURCE
    assert len(DOCUMENTS) == 18
