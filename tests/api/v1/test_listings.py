"""Tests of every list in every order, on SQLite and PostgreSQL.

The pages of a list contain each row once. A longer page takes no more SQL statements than a
shorter one. The responses are the same with both databases.
"""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, event, update

from api.database.base import db
from api.models import Article, Change, Rendering
from tests.api.answers import assert_problem, get
from tests.api.listings import ARTICLES, LISTINGS, STORY_ARTICLES, TOP_LEVEL, Listing, identifiers, walk
from tests.api.rows import DAY, FIRST_NUMBER, STORY_SIZE, article_rows, corpus_rows, insert_rows, render
from tests.api.specification import get_operations, specification_of
from tests.conftest import TEMPLATE, make_app

KEY = "a key of thirty-two characters.."
# test_changes covers the change feed, which has no last page.
ENDLESS = "/v1/changes"
# test_trends covers the trends, which have a single order.
TRENDS = "/v1/trends"
# A statement and its values, as passed to the driver.
Statement = tuple[str, Any]


def test_every_documented_collection_and_sort_is_tested_here(app: Flask) -> None:
    operations = get_operations(specification_of(app))
    # Web pages, feeds and streams have a cursor, too. They show the articles of the same collections.
    paged = {
        path
        for path, operation in operations.items()
        if "cursor" in {parameter["name"] for parameter in operation.get("parameters", [])}
        and "application/json" in operation["responses"]["200"]["content"]
    }
    assert paged == {ENDLESS, TRENDS, *(listing.documented for listing in LISTINGS)}
    for listing in LISTINGS:
        sorts, default = listing.sorts(app)
        assert default in sorts
        assert {sort for sort in sorts if sort[0] != "-"} <= set(listing.keys)
        assert {sort[1:] for sort in sorts if sort[0] == "-"} == {sort for sort in sorts if sort[0] != "-"}


def test_every_sort_returns_each_row_once_and_in_order(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=8, entities=9))
    for listing in LISTINGS:
        for sort in listing.sorts(app)[0]:
            expected = listing.ordered(app, sort)
            assert len(expected) >= listing.least
            with subtests.test(path=listing.path, sort=sort):
                for limit in (1, 2, 3, 100):
                    pages = list(walk(client, f"{listing.path}?sort={sort}&limit={limit}"))
                    assert identifiers(*pages) == expected
                    assert all(len(page["data"]) == limit for page in pages[:-1])


def test_without_parameters_a_page_has_twenty_items_in_the_default_order(
    app: Flask, client: FlaskClient
) -> None:
    insert_rows(app, corpus_rows(articles=25, entities=25))
    for listing in LISTINGS:
        page = get(client, listing.path)
        assert page["meta"]["limit"] == 20
        assert identifiers(page) == listing.ordered(app, listing.sorts(app)[1])[:20], listing.path
    assert {listing.path: listing.sorts(app)[1] for listing in TOP_LEVEL[:2]} == {
        "/v1/articles": "-published_at",
        "/v1/entities": "-article_count",
    }


def test_writes_between_two_pages_do_not_repeat_or_drop_other_rows(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    # Each article is the only one of its story, so that it can be deleted.
    for number in range(12):
        insert_rows(app, article_rows(number))
    new = 100
    for sort in ARTICLES.sorts(app)[0]:
        before = ARTICLES.ordered(app, sort)
        first = get(client, f"/v1/articles?sort={sort}&limit=4")
        # Inserts rows before and after the cursor, deletes the row of the cursor, and moves a later row.
        for number in range(new, new := new + 8):
            insert_rows(app, article_rows(number))
        gone, moved = before[3], before[8]
        _delete_and_move(app, gone, moved)
        seen = identifiers(first, *walk(client, first["links"]["next"]))
        with subtests.test(sort=sort):
            assert len(set(seen)) == len(seen)
            still = [identity for identity in before if identity != moved]
            assert [identity for identity in seen if identity in still] == still


def _delete_and_move(app: Flask, gone: str, moved: str) -> None:
    late = {"updated_at": DAY + timedelta(days=9), "title": "Moved", "published_key": DAY}
    with app.app_context():
        db.session.execute(delete(Article).where(Article.id == UUID(gone)))
        db.session.execute(update(Article).where(Article.id == UUID(moved)).values(late))
        db.session.commit()


@pytest.fixture
def both_urls(sqlite_template: Path, postgresql_template: str, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Yield the URL of a migrated database on each engine."""
    shutil.copyfile(sqlite_template, tmp_path / "same.db")
    with psycopg.connect(postgresql_template, autocommit=True) as server:
        server.execute(f"CREATE DATABASE briefs_same TEMPLATE {TEMPLATE}")
        yield f"sqlite:///{tmp_path}/same.db", postgresql_template.replace("/postgres?", "/briefs_same?")
        server.execute("DROP DATABASE briefs_same WITH (FORCE)")


def test_both_engines_return_the_same_bytes(both_urls: tuple[str, str]) -> None:
    on_sqlite, on_postgresql = (_crawl(url) for url in both_urls)
    assert len(on_sqlite) > 150
    assert list(on_sqlite) == list(on_postgresql)
    assert [target for target in on_sqlite if on_sqlite[target] != on_postgresql[target]] == []


def _crawl(database_url: str) -> dict[str, bytes]:
    """Store fixed data in the database at `database_url`. Return all pages and items of the API, by URL."""
    app = make_app(database_url, BRIEFS_SECRET_KEY=KEY)
    try:
        _fill(app)
        return _pages_and_items(app)
    finally:
        with app.app_context():
            db.engine.dispose()


def _fill(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["seed", "load"])
    assert result.exit_code == 0, result.output
    insert_rows(app, corpus_rows(articles=8, entities=8))
    with app.app_context():
        # Only the times of the load can differ.
        db.session.execute(
            update(Article).where(Article.number < FIRST_NUMBER).values(created_at=DAY, updated_at=DAY)
        )
        db.session.execute(update(Change).values(changed_at=DAY))
        # The stored JSON contains the former times.
        db.session.execute(update(Article).values(item_key=None))
        db.session.execute(delete(Rendering))
        db.session.commit()


def _pages_and_items(app: Flask) -> dict[str, bytes]:
    client = app.test_client()
    answers: dict[str, bytes] = {ENDLESS: client.get(ENDLESS).data}
    for listing in LISTINGS:
        for sort in listing.sorts(app)[0]:
            target: str | None = f"{listing.path}?sort={sort}&limit=4&total=true"
            while target:
                answers[target] = client.get(target).data
                page = orjson.loads(answers[target])
                items = {item["links"]["self"] for item in page["data"] if "links" in item}
                answers |= {link: client.get(link).data for link in sorted(items - answers.keys())}
                target = page["links"]["next"]
    return answers


@contextmanager
def recorded(app: Flask) -> Iterator[list[Statement]]:
    """Record the SQL statements that `app` executes. Yield the list of these statements."""
    statements: list[Statement] = []

    def record(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        statements.append((statement, values))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", record)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", record)


@pytest.mark.parametrize("is_rendered", [True, False])
def test_a_page_takes_the_same_number_of_statements_at_any_length(
    app: Flask, client: FlaskClient, *, is_rendered: bool
) -> None:
    insert_rows(app, corpus_rows(articles=20 * STORY_SIZE, entities=22))
    assert not is_rendered or render(app) == 20 * STORY_SIZE
    for listing in LISTINGS:
        # The secret key of cursors is read once.
        get(client, f"{listing.path}?limit=1")
        counts = []
        for limit in (2, STORY_SIZE if listing is STORY_ARTICLES else 20):
            with recorded(app) as statements:
                assert len(get(client, f"{listing.path}?limit={limit}")["data"]) == limit
            counts.append(len(statements))
        assert counts[0] == counts[1], listing.path
        assert 0 < counts[0] <= (6 if is_rendered else 9), listing.path


def test_an_article_takes_the_same_number_of_statements_at_any_length(
    app: Flask, client: FlaskClient
) -> None:
    insert_rows(app, corpus_rows(articles=22, entities=22))
    counts = []
    for slug, parts in (("slug-1", 1), ("slug-0", 22)):
        with recorded(app) as statements:
            article = get(client, f"/v1/articles/{slug}")
        assert {len(article[part]) for part in ("takeaways", "entities", "related")} == {parts}
        counts.append(len(statements))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_reads_each_page_from_an_index_and_sorts_nothing(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=12, entities=8))
    for listing, sort, first, later in _page_queries(app, client):
        with subtests.test(path=listing.path, sort=sort):
            for query in (*first, *later):
                plan = "\n".join(explain(app, query))
                assert re.match(r"(SCAN|SEARCH) \w+ USING (COVERING )?INDEX ", plan), plan
                assert "USE TEMP B-TREE" not in plan, plan
                # A later page begins in the index at the end of the previous page, and reads no earlier row.
                assert query in first or plan.startswith("SEARCH "), plan


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_can_read_each_page_from_an_index_and_sort_nothing(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=12, entities=8))
    for listing, sort, first, later in _page_queries(app, client):
        with subtests.test(path=listing.path, sort=sort):
            for query in (*first, *later):
                plan = "\n".join(explain(app, query))
                assert re.search("Index (Only )?Scan", plan), plan
                assert "Sort" not in plan, plan
                bound = r"Index Cond: \(.*\bROW\(" if sort[0] == "-" else r"Index Cond: \("
                assert query in first or re.search(bound, plan), plan


def _page_queries(
    app: Flask, client: FlaskClient
) -> Iterator[tuple[Listing, str, list[Statement], list[Statement]]]:
    """Yield each list of the API in each order, with the SQL statements of its first and its later pages."""
    for listing in TOP_LEVEL:
        for sort in listing.sorts(app)[0]:
            pages = walk(client, f"{listing.path}?sort={sort}&limit=3")
            with recorded(app) as first:
                next(pages)
            with recorded(app) as later:
                assert list(pages)
            limited = [[each for each in several if "LIMIT" in each[0]] for several in (first, later)]
            yield listing, sort, limited[0], limited[1]


def explain(app: Flask, query: Statement) -> list[str]:
    """Return the steps of the database's plan for a statement."""
    sql, values = query
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]
        # The planner would scan a table as small as this one. The test asks if it can use an index.
        connection.exec_driver_sql("SET enable_seqscan = off")
        connection.exec_driver_sql("SET enable_bitmapscan = off")
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values)]


def test_a_filter_by_date_excludes_articles_without_a_date(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=16, entities=1))
    dated = set(identifiers(get(client, "/v1/articles?published_before=9999-12-31T23:59:59Z")))
    assert 0 < len(dated) < 16
    for sort in ("published_at", "-published_at", "title", "updated_at"):
        for bound in ("after=0001-01-01T00:00:00Z", "before=9999-12-31T23:59:59.999999Z"):
            for entity in ("", "&entity=entity-0"):
                page = get(client, f"/v1/articles?published_{bound}&sort={sort}{entity}")
                assert set(identifiers(page)) == dated, (sort, bound)


def test_a_page_whose_links_would_be_too_long_is_refused(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=4, entities=1))
    repeated = "/v1/articles?limit=1" + "&entity=entity-0" * 200
    assert get(client, get(client, repeated)["links"]["next"])["data"]
    long = f"/v1/articles?limit=1&published_before=2030-01-01T00:00:00.{'0' * 3990}Z"
    assert len(long) < 4096
    assert_problem(client.get(long), 414)
    assert get(client, long.replace("limit=1", "limit=9"))["links"]["next"] is None
