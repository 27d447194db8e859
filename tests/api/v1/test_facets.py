"""Tests of facets: counts of the values of articles, such as languages.

Counts for all articles are stored. Counts for a filtered list are computed for each request.
"""

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.answers import get
from tests.api.v1.test_listings import recorded
from tests.oracle.strategies import CATALOGUE
from tests.seeds.documents import Page, seed_pages, submit
from tests.support.snapshots import Snapshots

ALL = "entity,entity_type,publication,language,story,year,month,day"
DATES = ["2025-12-31T23:59:59Z", "2026-01-01T00:30:00+01:00", "2026-04-21", "2026-04-21T12:00:00Z", None]


@pytest.fixture
def corpus(app: Flask, snapshots: Snapshots) -> None:
    """Load seven articles: all mention Sunrise, three mention Łódź, and two have no date."""
    snapshots.fill(app, load_corpus)


def load_corpus(app: Flask) -> None:
    """Load the seven articles of the fixture `corpus` into the database of `app`."""
    pages = []
    for number in range(7):
        at = DATES[number % len(DATES)]
        takeaways = ("Sunrise grew.", *(["Łódź is a city."] if number % 3 == 0 else []))
        signature = ("Coast Desk", "Editor", ["Canal Post", "The Ledger"][number % 2])
        sidecar = f"language: {['en', 'zh-Hans', 'EN'][number % 3]}\n" + (
            f"published_at: {at}\n" if at else ""
        )
        page = Page(title=f"Page {number}", takeaways=takeaways, signature=signature)
        pages.append(submit(f"page-{number}", page, sidecar))
    assert seed_pages(app, pages, CATALOGUE) == ["created"] * 7


def facets(client: FlaskClient, query: str) -> dict[str, Any]:
    """Return the facets in the response to `query`.

    The keys are the names of the facets. The values are lists of pairs of a facet value and its count.
    """
    meta = get(client, f"/v1/articles?limit=1&{query}")["meta"]
    return {
        name: [(each["value"], each["count"]) for each in several] for name, several in meta["facets"].items()
    }


@pytest.mark.usefixtures("corpus")
def test_facets_are_absent_unless_requested(client: FlaskClient) -> None:
    assert list(get(client, "/v1/articles?facet_limit=5")["meta"]) == ["limit", "next_cursor"]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize(
    "query", ["", "&entity=sunrise", "&q=sunrise", "&q=%22sunrise grew%22", "&q=sunrise&entity=sunrise"]
)
def test_facets_count_all_matching_articles(client: FlaskClient, query: str) -> None:
    meta = get(client, f"/v1/articles?limit=1&total=true&facets={ALL}{query}")["meta"]
    assert list(meta) == ["limit", "next_cursor", "total", "facets", "counted"]
    assert meta["counted"] == {"articles": 7, "complete": True}
    assert list(meta["facets"]) == ALL.split(",")
    found = {
        name: [(each["value"], each["count"]) for each in meta["facets"][name]] for name in meta["facets"]
    }
    assert found["entity"][:2] == [("sunrise", 7), ("lodz", 3)]
    assert meta["facets"]["entity"][1]["label"] == "Łódź"
    assert found["entity_type"][0] == ("organization", 7)
    assert ("place", 3) in found["entity_type"]
    assert found["publication"] == [("Canal Post", 4), ("The Ledger", 3)]
    assert found["language"] == [("en", 5), ("zh-Hans", 2)]
    # Times are counted in UTC, and articles without a date are left out.
    assert found["year"] == [("2025", 4), ("2026", 2)]
    assert found["month"] == [("2025-12", 4), ("2026-04", 2)]
    assert found["day"] == [("2025-12-31", 4), ("2026-04-21", 2)]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("query", ["", "&entity=sunrise"])
def test_a_limit_keeps_the_largest_counts_and_the_latest_dates(client: FlaskClient, query: str) -> None:
    found = facets(client, f"facets=publication,language,entity,month,year&facet_limit=1{query}")
    assert found["publication"] == [("Canal Post", 4)]
    assert found["language"] == [("en", 5)]
    assert found["entity"] == [("sunrise", 7)]
    assert (found["month"], found["year"]) == ([("2026-04", 2)], [("2026", 2)])


@pytest.mark.usefixtures("corpus")
def test_facets_count_the_articles_of_an_entity_and_are_empty_without_matches(client: FlaskClient) -> None:
    meta = get(client, f"/v1/entities/lodz/articles?facets={ALL}")["meta"]
    assert meta["counted"] == {"articles": 3, "complete": True}
    assert [each["count"] for each in meta["facets"]["entity"][:2]] == [3, 3]
    for query in (
        "entity=nobody",
        "q=nosuchword",
        "q=sunrise&publication=None",
        "published_after=2030-01-01",
    ):
        meta = get(client, f"/v1/articles?facets={ALL}&{query}")["meta"]
        assert meta["counted"] == {"articles": 0, "complete": True}, query
        assert meta["facets"] == {name: [] for name in ALL.split(",")}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("max_sorted", [0, 2000])
def test_too_many_matches_are_counted_over_the_articles_published_last(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, max_sorted: int
) -> None:
    monkeypatch.setattr("api.v1.facet_lists.MAX_COUNTED_ARTICLES", 3)
    monkeypatch.setattr("api.v1.facet_lists.FIRST_READ_ROWS", 2)
    monkeypatch.setattr("api.v1.facet_lists.MAX_SORTED_ROWS", max_sorted)
    monkeypatch.setattr("api.listing.plans.MAX_SORTED_ROWS", max_sorted)
    queries = [
        "entity=sunrise",
        "language=en",
        "published_after=2020-01-01",
        "q=sunrise",
        "q=sunrise&language=en",
    ]
    for query in queries:
        meta = get(client, f"/v1/articles?facets=day,entity&{query}")["meta"]
        assert meta["counted"] == {"articles": 3, "complete": False}, query
        days = [(each["value"], each["count"]) for each in meta["facets"]["day"]]
        assert days == [("2025-12-31", 1), ("2026-04-21", 2)], query
    assert get(client, "/v1/articles?facets=day")["meta"]["counted"] == {"articles": 7, "complete": True}


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("sort", ["updated_at", "-updated_at", "title"])
def test_few_recently_updated_articles_are_counted_without_a_scan_in_any_order_of_the_list(
    app: Flask, client: FlaskClient, sort: str
) -> None:
    with recorded(app) as statements:
        found = facets(client, f"facets=language&updated_after=2020-01-01&sort={sort}")
    assert found["language"] == [("en", 5), ("zh-Hans", 2)]
    [read] = [sql for sql, _ in statements if "AS matching_articles" in sql]
    assert "AS matches" in read


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("query", ["", "&entity=lodz", "&q=sunrise", "&language=en"])
def test_stories_are_counted_with_their_titles(client: FlaskClient, query: str) -> None:
    items = [each["story"] for each in get(client, f"/v1/articles?limit=100&fields=story{query}")["data"]]
    counts = Counter(story["slug"] for story in items)
    found = get(client, f"/v1/articles?facets=story&facet_limit=100{query}")["meta"]["facets"]["story"]
    assert {each["value"]: each["count"] for each in found} == counts
    assert {(each["value"], each["label"]) for each in found} == {
        (story["slug"], story["title"]) for story in items
    }
    assert [each["count"] for each in found] == sorted(counts.values(), reverse=True)


def test_an_empty_database_has_no_facets(client: FlaskClient) -> None:
    meta = get(client, f"/v1/articles?facets={ALL}")["meta"]
    assert meta["counted"] == {"articles": 0, "complete": True}
    assert meta["facets"] == {name: [] for name in ALL.split(",")}
