"""Entities: their shape, their counts over all articles, and the articles that mention one."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from seeds.files import DOCUMENTS
from tests.api.answers import assert_problem, get
from tests.api.pages import HARBOUR, Page, load, slug_of, write_page
from tests.examples import SLUG

KEYS = [
    *("id", "slug", "name", "type", "aliases", "description", "same_as", "article_count", "mention_count"),
    *("origin", "links"),
]
TYPES = {"person", "organization", "place", "policy", "product", "event"}


@pytest.mark.usefixtures("seeded")
def test_an_entity_has_its_names_and_what_the_catalogue_says(client: FlaskClient) -> None:
    entity = get(client, "/v1/entities/sunrise")
    assert list(entity) == KEYS
    assert entity["name"] == "Sunrise"
    assert entity["type"] == "organization"
    assert "Xi Wang" in entity["aliases"]
    assert entity["origin"] == "catalogue"
    assert (entity["article_count"], entity["mention_count"]) == (1, 5)
    assert entity["links"]["self"] == "/v1/entities/sunrise"
    assert get(client, "/v1/entities/state-council")["same_as"] == []
    assert get(client, "/v1/entities/china")["same_as"] == ["https://www.wikidata.org/wiki/Q148"]


@pytest.mark.usefixtures("seeded")
def test_every_entity_of_the_list_is_the_one_on_its_own(client: FlaskClient) -> None:
    entities = get(client, "/v1/entities?limit=100")["data"]
    assert len(entities) >= 11
    for entity in entities:
        assert list(entity) == KEYS
        assert entity["type"] in TYPES
        assert entity["mention_count"] >= entity["article_count"] >= 1
        assert get(client, entity["links"]["self"]) == entity
        assert get(client, f"/v1/entities/{entity['id']}") == entity
    assert len({entity["slug"] for entity in entities}) == len(entities)


def test_counts_are_over_all_articles_and_follow_each_change(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    def counts(slug: str) -> tuple[int, int]:
        entity = get(client, f"/v1/entities/{slug}")
        return entity["article_count"], entity["mention_count"]

    load(runner, DOCUMENTS)
    assert (counts("shanghai"), counts("guangdong")) == ((1, 2), (1, 2))
    page = write_page(tmp_path, "page", Page())
    load(runner, page)
    load(runner, page)
    assert (counts("shanghai"), counts("guangdong")) == ((2, 3), (2, 3))
    assert get(client, "/v1/entities")["data"][0]["article_count"] == 2
    load(runner, write_page(tmp_path, "page", Page(takeaways=("Shanghai, again Shanghai, and SpaceX.",))))
    assert (counts("shanghai"), counts("spacex")) == ((2, 4), (2, 2))
    load(runner, write_page(tmp_path, "page", Page(takeaways=("No lamp was lit.",))))
    assert (counts("shanghai"), counts("guangdong"), counts("spacex")) == ((1, 2), (2, 3), (1, 1))


def test_an_entity_that_nothing_mentions_any_more_is_gone(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, write_page(tmp_path, "page", Page()))
    assert {entity["slug"] for entity in get(client, "/v1/entities")["data"]} == {"shanghai", "guangdong"}
    load(runner, write_page(tmp_path, "page", Page(takeaways=("No lamp was lit.",))))
    assert {entity["slug"] for entity in get(client, "/v1/entities")["data"]} == {"guangdong"}
    assert_problem(client.get("/v1/entities/shanghai"), 404)


def test_the_articles_of_an_entity_are_those_that_mention_it(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "page", Page(), published_at="2026-04-21T09:30:00Z")
    load(runner, DOCUMENTS, tmp_path)
    listed = {article["slug"]: article for article in get(client, "/v1/articles")["data"]}

    def naming(slug: str, query: str = "") -> list[str]:
        articles = get(client, f"/v1/entities/{slug}/articles{query}")["data"]
        assert articles == [listed[article["slug"]] for article in articles]
        return [article["slug"] for article in articles]

    harbour = slug_of(HARBOUR)
    assert naming("shanghai") == naming("shanghai", "?sort=-title") == [harbour, SLUG]
    assert naming("shanghai", "?sort=title") == [SLUG, harbour]
    assert naming("china") == [SLUG]
    page = get(client, "/v1/entities/shanghai/articles?limit=1&total=true")
    assert page["meta"] == {"limit": 1, "total": 2}
    assert page["links"]["self"] == "/v1/entities/shanghai/articles?limit=1&total=true"


def test_under_an_article_an_entity_is_sorted_by_that_articles_mentions(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    page = Page(takeaways=("Shanghai lamps, Shanghai oil, Shanghai keepers.",))
    load(runner, DOCUMENTS, write_page(tmp_path, "page", page))
    path = f"/v1/articles/{slug_of(HARBOUR)}/entities"
    counted = [
        (each["slug"], each["mention_count"]) for each in get(client, f"{path}?sort=-mention_count")["data"]
    ]
    assert counted == [("shanghai", 3), ("guangdong", 1)]
    assert [each["slug"] for each in get(client, f"{path}?sort=name")["data"]] == ["guangdong", "shanghai"]
