"""Tests of trends: entities with a higher share of the articles in a window than in the windows before it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.answers import assert_parameter_error, get
from tests.api.listings import walk
from tests.oracle.strategies import CATALOGUE
from tests.seeds.documents import Page, seed_pages, submit
from tests.support.snapshots import Snapshots

END = datetime(2026, 4, 21, 12, tzinfo=UTC)
# The days before `END` on which articles that mention an entity were published.
PUBLISHED: dict[str, list[float]] = {
    "Sunrise": [0, 1, 2, 3, 6, 8, 20],
    "北京": [0, 1, 50],
    "Łódź": [6.999, 7, 8, 9, 10, 30, 40],
    "Café Plan": [0],
    "Zoë O'Neill": [35, 36, 400],
}


@pytest.fixture
def corpus(app: Flask, snapshots: Snapshots) -> None:
    """Load an article for each entity and day in PUBLISHED, and an article without a date."""
    snapshots.fill(app, load_corpus)


def load_corpus(app: Flask) -> None:
    """Load articles into `app`: one for each entity and day in PUBLISHED, and one without a date."""
    pages = [submit("undated", Page(title="Undated Sunrise", takeaways=("Sunrise grew.",)))]
    for name, days in PUBLISHED.items():
        for day in days:
            page = Page(title=f"Gauge {len(pages)}", takeaways=(f"The gauge of {name} is new.",))
            published = END - timedelta(days=day)
            pages.append(submit(f"page-{len(pages)}", page, f"published_at: {published.isoformat()}"))
    assert set(seed_pages(app, pages, CATALOGUE)) == {"created"}


def expected(window: float, end: datetime = END) -> dict[str, tuple[int, int, float]]:
    """Compute the expected trends from PUBLISHED, for a window of `window` days that ends at `end`.

    The keys are the names of entities. Each trend is three numbers: the articles in the window, the articles
    in the four windows before, and the score.
    """
    found = {}
    everything = [day for days in PUBLISHED.values() for day in days]
    shift = (END - end) / timedelta(days=1)
    for name, days in PUBLISHED.items():
        (count, previous), (articles, former) = (
            (
                sum(shift <= day < shift + window for day in several),
                sum(shift + window <= day < shift + 5 * window for day in several),
            )
            for several in (days, everything)
        )
        score = round(count / ((previous * articles / former if former else 0) + 1), 4)
        if score > 1:
            found[name] = (count, previous, score)
    return found


def trends(client: FlaskClient, query: str = "") -> dict[str, tuple[int, int, float]]:
    """Request all pages of trends, and return the trends of the entities in PUBLISHED.

    The keys are the names of entities, in the order of the response. Each trend is three numbers: the
    articles in the window, the articles in the four windows before, and the score.
    """
    pages = list(walk(client, f"/v1/trends?limit=2&{query}"))
    items = [item for page in pages for item in page["data"]]
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    return {
        item["entity"]["name"]: (item["article_count"], item["previous_article_count"], item["score"])
        for item in items
        if item["entity"]["name"] in PUBLISHED
    }


@pytest.mark.usefixtures("corpus")
def test_trends_have_a_higher_share_than_in_the_four_windows_before(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = trends(client)
    assert found == expected(7)
    # An entity with a single article is no trend, and neither is one whose share is lower than before.
    assert list(found) == ["北京", "Sunrise"]
    monkeypatch.setattr("api.v1.routes.trends.PART_SIZE", 3)
    assert trends(client) == found
    assert trends(client, "window=1d") == expected(1)
    assert trends(client, "window=365d") == expected(365) != {}


@pytest.mark.usefixtures("corpus")
def test_the_window_includes_its_end(client: FlaskClient) -> None:
    assert trends(client, f"until={END:%Y-%m-%dT%H:%M:%SZ}") == trends(client)
    # Half a microsecond earlier, the newest articles are not in the window.
    second = f"{END - timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}"
    before = trends(client, f"until={second}.9999995Z")
    assert before == trends(client, f"until={second}.999999Z") != trends(client)
    earlier = END - timedelta(days=7)
    found = trends(client, "until=2026-04-14T12:00:00Z")
    assert found == expected(7, earlier)
    assert list(found) == ["Łódź"]
    assert trends(client, "until=1990-01-01") == {}
    for until in ("0001-01-01", "9999-12-31T23:59:59.999999Z"):
        assert trends(client, f"until={until}&window=365d") == {}


@pytest.mark.usefixtures("corpus")
def test_a_trend_links_to_its_articles(client: FlaskClient) -> None:
    for query in ("", "&until=2026-04-14T12:00:00Z", "&window=1d"):
        for item in get(client, f"/v1/trends?limit=100{query}")["data"]:
            target = f"{item['links']['articles']}&total=true"
            assert get(client, target)["meta"]["total"] == item["article_count"]


@pytest.mark.usefixtures("corpus")
def test_trends_can_be_limited_to_types_and_counted(client: FlaskClient) -> None:
    page: Any = get(client, "/v1/trends?type=organization,policy&total=true")
    assert {item["entity"]["type"] for item in page["data"]} == {"organization"}
    assert page["meta"]["total"] == len(page["data"]) >= 1
    assert get(client, "/v1/trends?type=place")["data"][0]["entity"]["slug"] == "beijing"
    assert get(client, "/v1/trends?type=event")["data"] == []


def test_an_empty_database_has_no_trends(client: FlaskClient) -> None:
    assert get(client, "/v1/trends?total=true")["meta"] == {"limit": 20, "next_cursor": None, "total": 0}


def test_a_cursor_is_refused_with_a_different_window(client: FlaskClient, app: Flask) -> None:
    seed_pages(
        app,
        [
            submit(f"page-{at}", Page(takeaways=("Sunrise in Łódź.",)), "published_at: 2026-04-21")
            for at in range(3)
        ],
        CATALOGUE,
    )
    cursor = get(client, "/v1/trends?limit=1")["meta"]["next_cursor"]
    assert_parameter_error(client.get(f"/v1/trends?limit=1&window=8d&cursor={cursor}"), "cursor")


def test_the_window_stays_the_same_for_all_pages_while_newer_articles_are_loaded(
    app: Flask, client: FlaskClient, corpus: None
) -> None:
    assert corpus is None
    everything = get(client, "/v1/trends?limit=100")["data"]
    first = get(client, "/v1/trends?limit=1")
    newer = (END + timedelta(days=300)).isoformat()
    seed_pages(
        app, [submit("newer", Page(takeaways=("Sunrise grew.",)), f"published_at: {newer}")], CATALOGUE
    )
    rest = [page["data"] for page in walk(client, first["links"]["next"])]
    assert first["data"] + [item for page in rest for item in page] == everything
