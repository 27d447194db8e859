"""The page of an entity shows what it is, its briefs over time, and entities that are mentioned with it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.models import Entity, EntitySlug
from api.web_pages.content import entity_page
from tests.api.answers import get
from tests.api.rows import corpus_rows, insert_rows
from tests.api.web_pages.odd_briefs import SCRIPT
from tests.api.web_pages.page_reading import BROWSER, by_class, find, read_page, text_of

TOWN = "dunminster"


def test_the_numbers_of_the_histogram_are_those_of_the_api(demo: FlaskClient) -> None:
    facets = get(demo, f"/v1/articles?entity={TOWN}&facets=day&facet_limit=100&limit=1")["meta"]["facets"]
    page = read_page(demo, f"/browse/entities/{TOWN}")

    rows = find(page, "//table[@class='chart-table']/tbody/tr")
    assert [int(find(row, "./td")[1].text) for row in rows] == [each["count"] for each in facets["day"]]
    for row, day in zip(rows, facets["day"], strict=True):
        (address,) = find(row, ".//a/@href")
        query = address.partition("?")[2]
        assert f"published_after={day['value']}" in query
        assert len(get(demo, f"/v1/articles?{query}")["data"]) == day["count"]
    assert len(by_class(page, "chart-bar")) == len(rows)


def test_the_entities_mentioned_together_are_those_of_the_api(demo: FlaskClient) -> None:
    for slug in [each["slug"] for each in get(demo, "/v1/entities?limit=30&fields=slug")["data"]]:
        shared = get(demo, f"/v1/entities/{slug}/co-mentioned?limit=12")["data"]
        page = read_page(demo, f"/browse/entities/{slug}")
        shown = [(each.get("href"), text_of(each)) for each in by_class(page, "entity")]
        assert shown == [
            (f"/browse/entities/{each['slug']}", f"{each['name']} {each['shared_article_count']}")
            for each in shared
        ]


def _insert_entity(app: Flask, **columns: Any) -> str:
    """Insert an entity that no article mentions, with the values `columns`, and return its slug."""
    rows = corpus_rows(articles=1, entities=1)
    (entity,) = rows[Entity]
    entity |= {"article_count": 0, "mention_count": 0} | columns
    insert_rows(app, {Entity: [entity], EntitySlug: rows[EntitySlug]})
    slug: str = entity["slug"]
    return slug


def test_the_page_says_what_the_entity_is(app: Flask, client: FlaskClient) -> None:
    addresses = ["https://facts.example/ferry", "javascript:alert(1)"]
    slug = _insert_entity(
        app,
        name=f"Ferry {SCRIPT}",
        type="product",
        description=f"A boat. {SCRIPT}",
        aliases=["La barque", SCRIPT, "x" * 500],
        same_as=addresses,
    )

    page = read_page(client, f"/browse/entities/{slug}")

    text = text_of(find(page, "//main")[0])
    for shown in ("product", "From the catalogue of known entities", f"A boat. {SCRIPT}", *addresses):
        assert shown in text
    assert [text_of(each) for each in find(page, "//h1")] == [f"Ferry {SCRIPT}"]
    aliases = [text_of(each) for each in find(page, "//ul[@class='aliases']/li")]
    assert aliases == ["La barque", SCRIPT, "x" * 100 + "…"]
    assert not find(page, "//script")
    (link,) = find(page, "//a[contains(@href, ':')]")
    assert (link.get("href"), link.get("rel")) == (addresses[0], "noopener noreferrer")


def test_briefs_are_paged_the_newest_first(demo: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entity_page, "BRIEFS_PER_PAGE", 3)

    address, titles, charts = f"/browse/entities/{TOWN}", [], []
    while address:
        page = read_page(demo, address)
        charts.append(len(by_class(page, "chart")))
        titles += [text_of(each) for each in find(page, "//article/h3")]
        address = next(iter(find(page, "//a[@rel='next']/@href")), "")

    assert titles == [each["title"] for each in get(demo, f"/v1/entities/{TOWN}/articles")["data"]]
    assert charts == [1, 0, 0]


def test_an_id_redirects_to_the_slug(demo: FlaskClient) -> None:
    identity = get(demo, f"/v1/entities/{TOWN}")["id"]

    response = demo.get(f"/browse/entities/{identity}", headers=BROWSER)

    assert (response.status_code, response.headers["Location"]) == (308, f"/browse/entities/{TOWN}")


def test_an_entity_without_articles_has_a_page(app: Flask, client: FlaskClient) -> None:
    text = text_of(read_page(client, f"/browse/entities/{_insert_entity(app)}"))

    assert "No brief mentions" in text
    assert "There are no briefs." in text
