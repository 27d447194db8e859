"""Tests of the order of relevance. Articles that match the query best come first, and each comes once."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, create_engine, select, text

from api.models import SEARCH_INDEXES, Corpus
from api.search import ranking, term_index
from api.search.analyzer import ANALYZER_VERSION
from seeds.search_index.search_rows import rebuild_search_index, update_search_index
from tests.api.answers import get
from tests.api.listings import identifiers, walk
from tests.seeds.documents import Page, remove_article, seed_pages, submit
from tests.support.snapshots import Snapshots

WORD = "zeppelin"
# The texts differ in only one word of one part.
PARTS = {
    "title": Page(title=f"Harbour Towns Share {WORD} Gauges"),
    "summary": Page(summary=f"Nine towns will read one another's {WORD} and warn one another of floods."),
    "takeaways": Page(
        takeaways=(f"All gauges report to one public {WORD}.", "Each town keeps its own sirens.")
    ),
    "body": Page(
        body=("The nine towns signed the agreement on the quay after talks.", f"Each {WORD} is read.")
    ),
}


def slugs(client: FlaskClient, query: str) -> list[str]:
    """Return the slugs of the articles in the response to `query`, such as `q=tide`, in order."""
    return [article["slug"] for article in get(client, f"/v1/articles?limit=100&{query}")["data"]]


@contextmanager
def connect(url: str) -> Iterator[Connection]:
    """Open a transaction on the database at `url`, and commit it at the end of the `with` block."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def index_entries(connection: Connection) -> list[list[tuple[object, ...]]]:
    """Return everything that the full-text indexes contain, in a fixed order."""
    entries = []
    for index in SEARCH_INDEXES:
        statement = f"SELECT number, vector::text FROM {index.table} ORDER BY number"  # noqa: S608
        if connection.dialect.name == "sqlite":
            name = f"temp.{index.table}_entries"
            create = f"CREATE VIRTUAL TABLE {name} USING fts5vocab(main, {index.table}, instance)"
            connection.execute(text(create))
            statement = f"SELECT term, doc, col, offset FROM {name} ORDER BY 1, 2, 3, 4"  # noqa: S608
        entries.append([tuple(row) for row in connection.execute(text(statement))])
        if connection.dialect.name == "sqlite":
            connection.execute(text(f"DROP TABLE {name}"))
    return entries


def assert_index_is_current(url: str) -> None:
    """Assert that the full-text indexes do not change if they are built again from the stored documents."""
    with connect(url) as connection:
        before = index_entries(connection)
        rebuild_search_index(connection)
        assert index_entries(connection) == before


def similar_pages(count: int) -> list[Page]:
    """Return `count` pages that all contain the words "gauge" and "quay".

    The number of occurrences of these words varies from page to page.
    """
    return [
        Page(
            title=f"Gauges {number}" if number % 3 else f"Old Quay {number}",
            body=("The gauge at the quay. " * (number % 7 + 1), "The quay at the gauge.", "Word " * number),
        )
        for number in range(count)
    ]


@pytest.mark.parametrize("names", [list(PARTS), list(reversed(PARTS))], ids=["forth", "back"])
def test_hits_are_weighted_by_the_part_that_contains_them(
    app: Flask, client: FlaskClient, names: list[str]
) -> None:
    others = [submit(f"other-{number}", Page()) for number in range(8)]
    named = [submit(name, PARTS[name], f"slug: in-{name}") for name in names]
    seed_pages(app, [*others[:4], *named, *others[4:]])
    assert slugs(client, f"q={WORD}") == ["in-title", "in-summary", "in-takeaways", "in-body"]


def test_articles_with_more_occurrences_come_first(app: Flask, client: FlaskClient) -> None:
    once, often = Page(), Page(title="Gauges, Gauges", body=("Gauges for gauges, and a gauge.", "A gauge."))
    for pages in ([("once", once), ("often", often)], [("often-2", often), ("once-2", once)]):
        seed_pages(app, [submit(name, page, f"slug: {name}") for name, page in pages])
    assert [slug[:4] for slug in slugs(client, "q=gauge")] == ["ofte", "ofte", "once", "once"]


def test_relevance_is_the_default_order_of_a_search(app: Flask, client: FlaskClient) -> None:
    days = {"title": "2020-01-01", "body": "2026-01-01", "summary": "2024-01-01"}
    pages = [
        submit(name, PARTS[name], f"slug: in-{name}\npublished_at: '{day}T00:00:00Z'")
        for name, day in days.items()
    ]
    seed_pages(app, [*pages, *(submit(f"other-{number}", Page()) for number in range(5))])
    by_relevance = ["in-title", "in-summary", "in-body"]
    assert slugs(client, f"q={WORD}") == slugs(client, f"q={WORD}&sort=relevance") == by_relevance
    assert slugs(client, f"q={WORD}&sort=-published_at") == ["in-body", "in-summary", "in-title"]
    assert slugs(client, f"q={WORD}&sort=published_at") == ["in-title", "in-summary", "in-body"]


def load_similar_pages(app: Flask) -> None:
    """Load twenty pages that contain the same words. Every second sidecar says that the page is German."""
    pages = [
        submit(f"page-{number}", page, f"language: {'de' if number % 2 else 'en'}")
        for number, page in enumerate(similar_pages(20))
    ]
    seed_pages(app, pages)


@pytest.mark.parametrize("is_selective", [True, False], ids=["few matches", "many matches"])
def test_every_hit_appears_once_in_the_same_order_on_pages_of_any_length(
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    subtests: pytest.Subtests,
    snapshots: Snapshots,
    *,
    is_selective: bool,
) -> None:
    # With these limits, all ways to check articles are used.
    monkeypatch.setattr(ranking, "FIRST_CHECKED", 2)
    monkeypatch.setattr(term_index, "MAX_TOGETHER", 4)
    monkeypatch.setattr(ranking, "MAX_PHRASES_LISTED", 3)
    monkeypatch.setattr(ranking, "PROBED", 1)
    if not is_selective:
        monkeypatch.setattr(ranking, "most_selective", lambda _: None)
    snapshots.fill(app, load_similar_pages)
    for query in ("quay", "gauge OR nothing", '"gauge at the quay"', 'quay -"old quay"', "quay -old"):
        for more in ("", "&language=en", "&language=en&updated_after=2026-01-01T00:00:00Z", "&language=fi"):
            with subtests.test(query=query, more=more):
                path = f"/v1/articles?q={quote(query)}{more}"
                # The expected articles come from an order that does not use relevance.
                expected = set(identifiers(*walk(client, f"{path}&sort=title")))
                whole = identifiers(*walk(client, f"{path}&limit=100"))
                assert set(whole) == expected
                assert len(whole) == len(expected)
                for limit in (1, 3, 4):
                    parts = list(walk(client, f"{path}&limit={limit}&total=true"))
                    assert identifiers(*parts) == whole
                    assert {page["meta"]["total"] for page in parts} == {len(expected)}


def test_a_page_by_relevance_is_still_answered_after_a_load(app: Flask, client: FlaskClient) -> None:
    known = [f"page-{number}" for number in range(8)]
    seed_pages(app, [submit(key, page) for key, page in zip(known, similar_pages(8), strict=True)])
    first = get(client, "/v1/articles?q=quay+OR+gauge&limit=2")
    seed_pages(app, [submit(f"new-{number}", Page()) for number in range(4)])
    assert len(identifiers(*walk(client, first["links"]["next"]))) >= 6
    for key in (*known, *(f"new-{number}" for number in range(4))):
        remove_article(app, key)
    assert get(client, first["links"]["next"])["data"] == []


def test_relevance_is_the_same_on_both_engines(app: Flask, client: FlaskClient) -> None:
    names = [f"page-{number}" for number in range(12)]
    pages = zip(names, similar_pages(12), strict=True)
    seed_pages(app, [submit(name, page, f"slug: {name}") for name, page in pages])
    order = [int(slug.removeprefix("page-")) for slug in slugs(client, "q=quay+gauge")]
    assert order == [6, 3, 0, 9, 5, 4, 11, 10, 2, 1, 8, 7]


def test_a_corrected_article_is_found_by_its_new_words_only(
    app: Flask, client: FlaskClient, database_url: str
) -> None:
    for page in PARTS.values():
        assert seed_pages(app, [submit("page", page)]) in (["created"], ["updated"])
        assert len(slugs(client, f"q={WORD}")) == 1
        assert_index_is_current(database_url)
    assert slugs(client, 'q="old quay"') == []
    assert get(client, f"/v1/takeaways?q={WORD}")["data"] == []
    seed_pages(app, [submit("page", PARTS["takeaways"])])
    assert len(get(client, f"/v1/takeaways?q={WORD}")["data"]) == 1
    seed_pages(app, [submit("page", Page(takeaways=()))])
    assert slugs(client, f"q={WORD}") == []
    assert get(client, "/v1/takeaways?q=sirens")["data"] == []
    assert len(slugs(client, 'q="old quay"')) == 1
    assert_index_is_current(database_url)


def test_index_entries_are_deleted_with_their_article(
    app: Flask, client: FlaskClient, database_url: str
) -> None:
    seed_pages(app, [submit(name, page, f"slug: in-{name}") for name, page in PARTS.items()])
    for name in PARTS:
        if name != "body":
            remove_article(app, name)
    assert slugs(client, f"q={WORD}") == slugs(client, "q=towns") == ["in-body"]
    assert len(get(client, "/v1/takeaways?q=gauges")["data"]) == 1
    assert_index_is_current(database_url)
    seed_pages(app, [submit(name, page, f"slug: in-{name}") for name, page in PARTS.items()])
    assert len(slugs(client, f"q={WORD}")) == 4
    assert_index_is_current(database_url)


def test_an_index_made_by_a_different_analyzer_is_rebuilt(
    app: Flask, client: FlaskClient, database_url: str
) -> None:
    seed_pages(app, [submit(name, page, f"slug: in-{name}") for name, page in PARTS.items()])
    order = slugs(client, f"q={WORD}")
    with connect(database_url) as connection:
        connection.execute(text("UPDATE corpus SET analyzer_version = 1"))
        assert update_search_index(connection)
        assert not update_search_index(connection)
        assert connection.scalar(select(Corpus.analyzer_version)) == ANALYZER_VERSION
    assert slugs(client, f"q={WORD}") == order
    assert_index_is_current(database_url)
