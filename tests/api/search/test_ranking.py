"""Tests of the order of relevance: the best articles come first, and each article once."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, text
from sqlalchemy.exc import DatabaseError

from api.database.base import db
from api.models import Article, ArticleTerms, RelatedLink, TakeawayTerms
from api.search import ranking
from tests.api.answers import get
from tests.api.listings import identifiers, walk
from tests.api.rows import corpus_rows, insert_rows
from tests.seeds.documents import Page, seed_pages, submit

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
only_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def slugs(client: FlaskClient, query: str) -> list[str]:
    """Search for `query`, and return the slugs of the articles that are found, best first."""
    return [article["slug"] for article in get(client, f"/v1/articles?limit=100&{query}")["data"]]


def assert_indexes_equal_tables(app: Flask) -> None:
    """Assert that the full-text indexes of SQLite contain exactly the terms that their tables contain."""
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            return
        for index in ("article_terms_fts", "takeaway_terms_fts"):
            check = f"INSERT INTO {index}({index}, rank) VALUES('integrity-check', 1)"
            db.session.execute(text(check))
        db.session.rollback()


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


@pytest.mark.parametrize(
    "more", ["", "&entity=entity-0", "&language=en", "&published_after=2026-01-01T00:00:00Z"]
)
def test_every_hit_appears_once_however_many_blocks_there_are(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, more: str
) -> None:
    monkeypatch.setattr(ranking, "BLOCK_SIZE", 3)
    insert_rows(app, corpus_rows(articles=20, entities=2))
    # The expected articles come from an order that does not use relevance.
    expected = set(identifiers(*walk(client, f"/v1/articles?q=paragraph&sort=title{more}")))
    assert len(expected) >= 8
    for limit in (1, 3, 4, 20, 100):
        pages = list(walk(client, f"/v1/articles?q=paragraph&total=true&limit={limit}{more}"))
        found = identifiers(*pages)
        assert len(found) == len(set(found))
        assert set(found) == expected
        assert all(len(page["data"]) == limit for page in pages[:-1])
        assert pages[-1]["data"]
        assert {page["meta"]["total"] for page in pages} == {len(expected)}


def test_pages_of_any_length_have_the_same_order(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "BLOCK_SIZE", 4)
    insert_rows(app, corpus_rows(articles=12, entities=0))
    whole = identifiers(*walk(client, "/v1/articles?q=zebra+OR+paragraph&limit=100"))
    for limit in (1, 3, 4, 5):
        assert identifiers(*walk(client, f"/v1/articles?q=zebra+OR+paragraph&limit={limit}")) == whole


def test_a_page_by_relevance_is_still_answered_after_a_load(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ranking, "BLOCK_SIZE", 3)
    insert_rows(app, corpus_rows(articles=8, entities=0))
    known = set(identifiers(*walk(client, "/v1/articles")))
    first = get(client, "/v1/articles?q=paragraph+OR+gauge&limit=2")
    seed_pages(app, [submit(f"new-{number}", Page()) for number in range(4)])
    # The order can change, but articles loaded in the meantime are not in pages that began before.
    later = identifiers(*walk(client, first["links"]["next"]))
    assert later
    assert set(later) <= known
    with app.app_context():
        db.session.execute(delete(Article))
        db.session.commit()
    assert get(client, first["links"]["next"])["data"] == []


def test_a_corrected_article_is_found_by_its_new_words_only(app: Flask, client: FlaskClient) -> None:
    for page in PARTS.values():
        assert seed_pages(app, [submit("page", page)]) in (["created"], ["updated"])
        assert len(slugs(client, f"q={WORD}")) == 1
        assert_indexes_equal_tables(app)
    assert slugs(client, 'q="old quay"') == []
    assert get(client, f"/v1/takeaways?q={WORD}")["data"] == []
    seed_pages(app, [submit("page", PARTS["takeaways"])])
    assert len(get(client, f"/v1/takeaways?q={WORD}")["data"]) == 1
    seed_pages(app, [submit("page", Page(takeaways=()))])
    assert slugs(client, f"q={WORD}") == []
    assert get(client, "/v1/takeaways?q=sirens")["data"] == []
    assert len(slugs(client, 'q="old quay"')) == 1
    assert_indexes_equal_tables(app)


def test_index_entries_are_deleted_with_their_article(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [submit(name, page, f"slug: in-{name}") for name, page in PARTS.items()])
    with app.app_context():
        # When the target is removed, the listed link remains and the computed link is deleted.
        db.session.execute(delete(RelatedLink).where(RelatedLink.basis == "computed"))
        db.session.execute(delete(Article).where(Article.slug != "in-body"))
        db.session.commit()
        counts = [db.session.query(model).count() for model in (ArticleTerms, TakeawayTerms)]
    assert counts == [1, 2]
    assert slugs(client, f"q={WORD}") == slugs(client, "q=towns") == ["in-body"]
    assert len(get(client, "/v1/takeaways?q=gauges")["data"]) == 1
    assert_indexes_equal_tables(app)
    seed_pages(app, [submit(name, page, f"slug: in-{name}") for name, page in PARTS.items()])
    assert len(slugs(client, f"q={WORD}")) == 4
    assert_indexes_equal_tables(app)


@only_sqlite
def test_an_index_that_differs_from_its_table_is_detected(app: Flask) -> None:
    seed_pages(app, [submit("page", Page())])
    assert_indexes_equal_tables(app)
    with app.app_context():
        db.session.execute(text("DROP TRIGGER article_terms_changed"))
        db.session.execute(text("UPDATE article_terms SET title = 'aother'"))
        db.session.commit()
    with pytest.raises(DatabaseError):
        assert_indexes_equal_tables(app)
