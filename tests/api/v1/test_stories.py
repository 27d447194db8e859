"""Tests of stories: their JSON, their filters, their articles, and the addresses that lead to them."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from sqlalchemy import delete, insert

from api.database.base import db
from api.listing import plans
from api.models import Entity, FormerStory, Takeaway
from api.v1 import story_filters
from seeds.identifiers import story_id
from tests.api.answers import assert_parameter_error, assert_problem, get
from tests.api.invented_pages import Page, load, write_page
from tests.api.rows import DAY, article_rows, corpus_rows, insert_rows, row_id, stored_number
from tests.support.examples import SLUG
from tests.support.snapshots import Snapshots

KEYS = [
    *("id", "slug", "title", "article_count", "publications", "first_published_at", "last_published_at"),
    *("lead", "entities", "takeaways", "links"),
]
UNKNOWN_ID = "00000000-0000-5000-8000-000000000000"
FLOOD = Page(title="Harbour floods after storm at Dunminster", takeaways=("The Dunminster quay is closed.",))
AGAIN = Page(
    title="Storm floods harbour of Dunminster again",
    takeaways=("The Dunminster quay is closed.", "Ferries to Brathe stay in port."),
)


@pytest.fixture
def two_reports(app: Flask, tmp_path: Path, snapshots: Snapshots) -> Path:
    """Load two reports of one event, `first` and `second`, and return a folder with their documents."""
    snapshots.fill(app, load_two_reports)
    write_two_reports(tmp_path)
    return tmp_path


def load_two_reports(app: Flask) -> None:
    """Load two reports of one event, `first` and `second`, into the database of `app`."""
    with TemporaryDirectory() as name:
        for path in write_two_reports(Path(name)):
            load(app.test_cli_runner(), path)


def write_two_reports(folder: Path) -> list[Path]:
    """Write the documents of the fixture `two_reports` to `folder`, and return their paths."""
    days = {"first": (FLOOD, 21), "second": (AGAIN, 22)}
    return [
        write_page(folder, name, page, slug=name, published_at=f"2026-04-{day}T09:30:00Z")
        for name, (page, day) in days.items()
    ]


@pytest.mark.usefixtures("two_reports")
def test_a_story_has_what_its_articles_have_in_common(client: FlaskClient) -> None:
    (story,) = get(client, "/v1/stories")["data"]
    first, second = (get(client, f"/v1/articles/{slug}") for slug in ("first", "second"))
    references = [{key: each[key] for key in ("id", "slug", "title")} for each in (first, second)]
    assert list(story) == KEYS
    assert story["id"] == str(story_id("first"))
    assert (story["slug"], story["title"], story["article_count"]) == ("first", FLOOD.title, 2)
    assert story["publications"] == [{"name": "The Lantern Post", "article_count": 2}]
    assert story["first_published_at"] == "2026-04-21T09:30:00Z"
    assert story["last_published_at"] == "2026-04-22T09:30:00Z"
    assert story["lead"] == references[0]
    assert list(story["entities"][0]) == ["id", "slug", "name", "type", "article_count"]
    assert {"dunminster": 2, "brathe": 1}.items() <= {
        each["slug"]: each["article_count"] for each in story["entities"]
    }.items()
    assert [each["text"] for each in story["takeaways"]] == list(AGAIN.takeaways)
    for each in story["takeaways"]:
        assert list(each) == ["id", "text", "article"]
        assert each["article"] in references
        assert get(client, f"/v1/takeaways/{each['id']}")["text"] == each["text"]
    assert story["links"] == {"self": "/v1/stories/first", "articles": "/v1/stories/first/articles"}
    assert get(client, "/v1/stories/first") == get(client, f"/v1/stories/{story['id']}") == story
    assert first["story"] == second["story"] == {key: story[key] for key in ("id", "slug", "title")}


@pytest.mark.usefixtures("two_reports")
def test_the_articles_of_a_story_can_be_filtered_as_those_of_all(client: FlaskClient) -> None:
    def slugs(query: str) -> list[str]:
        return [each["slug"] for each in get(client, f"/v1/stories/first/articles{query}")["data"]]

    assert slugs("") == slugs("?q=floods&sort=-published_at") == ["second", "first"]
    assert slugs("?entity=brathe") == ["second"]
    assert sorted(slugs("?q=dunminster")) == ["first", "second"]
    assert slugs("?published_before=2026-04-22") == ["first"]
    page = get(client, "/v1/stories/first/articles?limit=1&total=true&facets=day")
    assert page["meta"]["total"] == 2
    assert [each["count"] for each in page["meta"]["facets"]["day"]] == [1, 1]
    assert page["meta"]["counted"] == {"articles": 2, "complete": True}
    assert get(client, page["links"]["next"])["data"][0]["slug"] == "first"


@pytest.mark.usefixtures("seeded")
def test_an_undated_article_alone_is_a_story_without_times(client: FlaskClient) -> None:
    assert get(client, "/v1/stories")["data"] == []
    (story,) = get(client, "/v1/stories?min_articles=1")["data"]
    assert story == get(client, f"/v1/stories/{SLUG}")
    assert (story["article_count"], story["first_published_at"], story["last_published_at"]) == (
        1,
        None,
        None,
    )
    assert len(story["takeaways"]) == 5
    assert [each["article"]["slug"] for each in story["takeaways"]] == [SLUG] * 5
    assert len(story["entities"]) == 10
    assert get(client, f"/v1/stories/{SLUG}?fields=links,id") == {key: story[key] for key in ("id", "links")}


@pytest.mark.parametrize("most", [0, 2, plans.MAX_SORTED_ROWS])
def test_a_story_matches_if_one_article_matches_all_filters(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    # If a filter matches more articles, an index of stories is scanned.
    monkeypatch.setattr(plans, "MAX_SORTED_ROWS", most)
    plans.forget_plans()
    story_filters.forget_forms()
    # Articles 0 to 2 are one story. Article 0 mentions entities 0 to 3, and article 2 entities 0 and 2.
    insert_rows(app, corpus_rows(articles=9, entities=4))

    def slugs(**query: str) -> list[str]:
        return sorted(each["slug"] for each in get(client, f"/v1/stories?{urlencode(query)}")["data"])

    assert slugs() == slugs(entity="entity-0") == ["slug-0", "slug-3", "slug-6"]
    assert slugs(entity="entity-1,entity-2") == ["slug-0"]
    # The articles 6 and 8 mention one of these entities each.
    assert slugs(entity="entity-1") == slugs(entity="entity-2") == ["slug-0", "slug-6"]
    assert slugs(entity="entity-3") == ["slug-0", "slug-3"]
    assert slugs(entity_any="entity-2,entity-3") == ["slug-0", "slug-3", "slug-6"]
    # Articles that mention only entity 0 are in each story.
    assert slugs(entity_not="entity-1") == ["slug-0", "slug-3", "slug-6"]
    assert slugs(entity_not="entity-0") == []
    assert slugs(q="zebra") == ["slug-0", "slug-3", "slug-6"]
    assert slugs(q="zebra", entity="entity-3") == ["slug-0"]
    assert slugs(min_articles="4") == []
    warned = get(client, "/v1/stories?entity=nobody")
    assert warned["data"] == []
    assert [each["parameter"] for each in warned["meta"]["warnings"]] == ["entity"]
    plans.forget_plans()
    story_filters.forget_forms()


def test_the_number_of_articles_must_be_positive(client: FlaskClient) -> None:
    for value in ("0", "-1", "x", "1000001", ""):
        (error,) = assert_parameter_error(client.get(f"/v1/stories?min_articles={value}"), "min_articles")
        assert error["allowed"] == ["1 to 1000000"]
    assert_parameter_error(client.get("/v1/stories?page=2"), "page")


def test_a_story_leaves_out_entities_and_takeaways_that_no_longer_exist(
    app: Flask, client: FlaskClient
) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=4))
    (before,) = get(client, "/v1/stories")["data"]
    with app.app_context():
        db.session.execute(delete(Entity).where(Entity.number == stored_number(1)))
        db.session.execute(delete(Takeaway).where(Takeaway.id == row_id("takeaway", 0, 2)))
        db.session.commit()
    (after,) = get(client, "/v1/stories?fields=entities,takeaways")["data"]
    assert [each["slug"] for each in before["entities"]].count("entity-1") == 1
    assert after["entities"] == [each for each in before["entities"] if each["slug"] != "entity-1"]
    assert len(after["takeaways"]) == len(before["takeaways"]) - 1


def redirect_of(client: FlaskClient, target: str) -> str:
    """Return the address to which a request for `target` is redirected with 308."""
    response = client.get(target)
    assert response.status_code == 308, response.text
    return str(response.headers["Location"])


def test_other_slugs_of_the_articles_of_a_story_redirect_to_it(
    client: FlaskClient, runner: FlaskCliRunner, two_reports: Path
) -> None:
    assert redirect_of(client, "/v1/stories/second?fields=id") == "/v1/stories/first?fields=id"
    assert redirect_of(client, "/v1/stories/second/articles?limit=1") == "/v1/stories/first/articles?limit=1"
    write_page(two_reports, "first", FLOOD, slug="renamed", published_at="2026-04-21T09:30:00Z")
    load(runner, two_reports / "first.txt")
    assert get(client, "/v1/stories/renamed")["article_count"] == 2
    assert {redirect_of(client, f"/v1/stories/{slug}") for slug in ("first", "second")} == {
        "/v1/stories/renamed"
    }


def test_a_story_without_its_founder_redirects_to_the_next_and_is_a_410_when_it_is_empty(
    client: FlaskClient, runner: FlaskCliRunner, two_reports: Path
) -> None:
    assert two_reports
    former = get(client, "/v1/stories/first")
    assert runner.invoke(args=["seed", "remove", "first"]).exit_code == 0
    present = get(client, "/v1/stories/second")
    assert (present["id"], present["article_count"]) == (str(story_id("second")), 1)
    for reference in (former["id"], "first"):
        assert redirect_of(client, f"/v1/stories/{reference}/articles") == "/v1/stories/second/articles"
    assert runner.invoke(args=["seed", "remove", "second"]).exit_code == 0
    for reference in (former["id"], "first", present["id"], "second"):
        problem = assert_problem(client.get(f"/v1/stories/{reference}"), 410)
        assert problem["type"] == "/problems/story-removed"
        assert_problem(client.get(f"/v1/stories/{reference}/articles"), 410)


def test_a_cursor_of_the_articles_of_a_story_stays_valid_if_its_founder_is_removed(
    client: FlaskClient, runner: FlaskCliRunner, two_reports: Path
) -> None:
    write_page(two_reports, "third", AGAIN, slug="third", published_at="2026-04-23T09:30:00Z")
    load(runner, two_reports / "third.txt")
    following = get(client, "/v1/stories/first/articles?limit=1&sort=published_at")["links"]["next"]
    assert runner.invoke(args=["seed", "remove", "first"]).exit_code == 0
    moved = redirect_of(client, following)
    assert moved.startswith("/v1/stories/second/articles?")
    assert [each["slug"] for each in get(client, moved)["data"]] == ["second"]
    cursor = moved.partition("cursor=")[2].partition("&")[0]
    other = f"/v1/entities/dunminster/articles?limit=1&sort=published_at&cursor={cursor}"
    assert_problem(client.get(other), 422)


@pytest.mark.usefixtures("two_reports")
def test_the_filter_by_story_takes_the_slug_of_any_of_its_articles(client: FlaskClient) -> None:
    page = get(client, "/v1/articles?story=second&fields=slug")
    assert [each["slug"] for each in page["data"]] == ["second", "first"]
    assert "warnings" not in page["meta"]


@pytest.mark.usefixtures("two_reports")
def test_the_slug_of_a_removed_article_that_founded_no_story_names_no_story(
    client: FlaskClient, runner: FlaskCliRunner
) -> None:
    assert runner.invoke(args=["seed", "remove", "second"]).exit_code == 0
    assert_problem(client.get("/v1/stories/second"), 404)
    assert get(client, "/v1/stories/first")["article_count"] == 1


def test_an_ended_story_leads_to_the_story_of_its_founder(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=6, entities=1))
    ended = str(row_id("story", 99))
    row = {"id": row_id("story", 99), "founder_id": row_id("article", 1), "article_id": row_id("article", 4)}
    with app.app_context():
        db.session.execute(insert(FormerStory).values(row))
        db.session.commit()
    assert redirect_of(client, f"/v1/stories/{ended}") == "/v1/stories/slug-3"
    # The former founder is stored, so its slug leads to its own story.
    assert redirect_of(client, "/v1/stories/slug-1") == "/v1/stories/slug-0"


@pytest.mark.parametrize("reference", [UNKNOWN_ID, "nobody", "No Slug", "a--b", "%00"])
def test_an_unknown_story_is_a_404_that_says_what_was_not_found(client: FlaskClient, reference: str) -> None:
    for suffix in ("", "/articles"):
        problem = assert_problem(client.get(f"/v1/stories/{reference}{suffix}"), 404)
        assert problem["type"] == "/problems/story-not-found"
        assert problem["detail"].startswith("There is no story with th")
        assert (reference in problem["detail"]) == (reference in (UNKNOWN_ID, "nobody"))


def test_a_cached_story_is_replaced_if_its_articles_change(
    client: FlaskClient, runner: FlaskCliRunner, two_reports: Path
) -> None:
    before = client.get("/v1/stories/first")
    unchanged = {"If-None-Match": before.headers["ETag"]}
    assert client.get("/v1/stories/first", headers=unchanged).status_code == 304
    runner.invoke(args=["seed", "remove", "second"])
    assert two_reports
    after = client.get("/v1/stories/first", headers=unchanged)
    assert after.status_code == 200
    assert after.headers["ETag"] != before.headers["ETag"]


def test_a_story_matches_filters_by_time_if_one_article_is_within_all_bounds(
    app: Flask, client: FlaskClient
) -> None:
    insert_rows(app, corpus_rows(articles=6, entities=1))
    # An article without a date that is alone in its story.
    insert_rows(app, article_rows(49))

    def slugs(**query: str) -> set[str]:
        page = get(client, f"/v1/stories?{urlencode({'min_articles': 1} | query)}")
        return {each["slug"] for each in page["data"]}

    assert slugs() == {"slug-0", "slug-3", "slug-49"}
    for sort in ("last_published_at", "-last_published_at", "article_count", "-article_count"):
        assert slugs(published_after=DAY.isoformat(), sort=sort) == {"slug-0", "slug-3"}
        assert slugs(published_before="9999-01-01", sort=sort) == {"slug-0", "slug-3"}
        # The first article of this story was published 400 days before the second.
        assert slugs(published_before="2026-01-01", sort=sort) == {"slug-3"}
        assert slugs(published_after="2026-01-01", published_before="2026-04-01", sort=sort) == set()
