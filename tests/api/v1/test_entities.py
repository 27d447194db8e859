"""Tests of entities: their JSON, their counts, their articles, and entities that are mentioned together."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from seeds.parsing.files import DOCUMENTS_FOLDER
from tests.api.answers import assert_problem, get
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.support.examples import SLUG

KEYS = [
    *("id", "slug", "name", "type", "aliases", "description", "same_as", "article_count", "mention_count"),
    *("origin", "links"),
]
CO_MENTIONED_KEYS = [*KEYS[:-2], "shared_article_count", *KEYS[-2:]]
TYPES = {"person", "organization", "place", "policy", "product", "event"}


@pytest.mark.usefixtures("seeded")
def test_an_entity_has_its_names_and_the_data_of_the_catalogue(client: FlaskClient) -> None:
    entity = get(client, "/v1/entities/sunrise")
    assert list(entity) == KEYS
    assert entity["name"] == "Sunrise"
    assert entity["type"] == "organization"
    assert "Xi Wang" in entity["aliases"]
    assert entity["origin"] == "catalogue"
    assert (entity["article_count"], entity["mention_count"]) == (1, 5)
    assert entity["links"] == {
        "self": "/v1/entities/sunrise",
        "articles": "/v1/entities/sunrise/articles",
        "co_mentioned": "/v1/entities/sunrise/co-mentioned",
    }
    assert get(client, "/v1/entities/state-council")["same_as"] == []
    assert get(client, "/v1/entities/china")["same_as"] == ["https://www.wikidata.org/wiki/Q148"]


@pytest.mark.usefixtures("seeded")
def test_an_entity_is_the_same_in_a_list_and_at_its_own_address(client: FlaskClient) -> None:
    entities = get(client, "/v1/entities?limit=100")["data"]
    assert len(entities) >= 11
    for entity in entities:
        assert list(entity) == KEYS
        assert entity["type"] in TYPES
        assert entity["mention_count"] >= entity["article_count"] >= 1
        assert get(client, entity["links"]["self"]) == entity
        assert get(client, f"/v1/entities/{entity['id']}") == entity
    assert len({entity["slug"] for entity in entities}) == len(entities)


def test_counts_cover_all_articles_and_follow_each_change(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    def counts(slug: str) -> tuple[int, int]:
        entity = get(client, f"/v1/entities/{slug}")
        return entity["article_count"], entity["mention_count"]

    load(runner, DOCUMENTS_FOLDER)
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


def test_an_entity_without_mentions_is_deleted(
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
    load(runner, DOCUMENTS_FOLDER, tmp_path)
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
    assert (page["meta"]["limit"], page["meta"]["total"]) == (1, 2)
    assert page["links"]["self"] == "/v1/entities/shanghai/articles?limit=1&total=true"


def test_the_entities_of_an_article_are_sorted_by_its_own_mentions(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    page = Page(takeaways=("Shanghai lamps, Shanghai oil, Shanghai keepers.",))
    load(runner, DOCUMENTS_FOLDER, write_page(tmp_path, "page", page))
    path = f"/v1/articles/{slug_of(HARBOUR)}/entities"
    counted = [
        (each["slug"], each["mention_count"]) for each in get(client, f"{path}?sort=-mention_count")["data"]
    ]
    assert counted == [("shanghai", 3), ("guangdong", 1)]
    assert [each["slug"] for each in get(client, f"{path}?sort=name")["data"]] == ["guangdong", "shanghai"]


def shared(client: FlaskClient, slug: str, query: str = "") -> list[tuple[str, int]]:
    """Return the entities that articles mention together with the entity `slug`.

    Each is returned with the number of shared articles. `query` is appended to the URL.
    """
    page = get(client, f"/v1/entities/{slug}/co-mentioned{query}")
    return [(each["slug"], each["shared_article_count"]) for each in page["data"]]


def test_co_mentioned_entities_have_the_count_of_shared_articles(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, DOCUMENTS_FOLDER, write_page(tmp_path, "page", Page()))
    (first, *others) = get(client, "/v1/entities/shanghai/co-mentioned")["data"]
    assert (first["slug"], first["shared_article_count"]) == ("guangdong", 2)
    everywhere = get(client, "/v1/entities?limit=100")["data"]
    assert {each["slug"] for each in others} == {e["slug"] for e in everywhere} - {"shanghai", "guangdong"}
    for entity in (first, *others):
        assert list(entity) == CO_MENTIONED_KEYS
        assert 1 <= entity["shared_article_count"] <= entity["article_count"]
        # All other fields cover all articles, as in the entity itself.
        del entity["shared_article_count"]
        assert get(client, entity["links"]["self"]) == entity


def test_co_mentioned_entities_follow_each_change(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        write_page(tmp_path, name, Page(title=f"Page {name.title()} of the Isles"))
    load(runner, tmp_path)
    assert shared(client, "shanghai") == [("guangdong", 2)]
    load(
        runner,
        write_page(tmp_path, "two", Page(takeaways=("Shanghai has SpaceX.",), body=("No lamp. " * 20,))),
    )
    assert shared(client, "shanghai", "?sort=name") == [("guangdong", 1), ("spacex", 1)]
    assert shared(client, "guangdong") == [("shanghai", 1)]
    load(runner, write_page(tmp_path, "one", Page(takeaways=("No lamp was lit.",))))
    assert shared(client, "guangdong") == []
    meta = get(client, "/v1/entities/guangdong/co-mentioned?total=true")["meta"]
    assert meta == {"limit": 20, "next_cursor": None, "total": 0}


@pytest.mark.usefixtures("seeded")
def test_co_mentioned_entities_are_filtered_by_their_own_type_and_name(client: FlaskClient) -> None:
    everything = dict(shared(client, "sunrise", "?limit=100"))
    assert "sunrise" not in everything
    types = {each["slug"]: each["type"] for each in get(client, "/v1/entities?limit=100")["data"]}
    places = [slug for slug, _ in shared(client, "sunrise", "?type=place&sort=name")]
    assert places == ["beijing", "china", "guangdong", "shanghai"]
    assert set(places) == {slug for slug in everything if types[slug] == "place"}
    # An alias matches too. The entity is never in its own list, although its name matches.
    ministry = ("ministry-of-industry-and-information-technology", 1)
    assert shared(client, "sunrise", "?q=miit") == shared(client, "sunrise", "?q=MINISTRY") == [ministry]
    assert shared(client, "sunrise", "?q=sun") == shared(client, "sunrise", "?type=place&q=miit") == []
    assert (
        get(client, "/v1/entities/sunrise/co-mentioned?type=place&limit=1&total=true")["meta"]["total"] == 4
    )
