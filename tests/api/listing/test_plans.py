"""Tests of query plans: the database finds each page of each list by an index, and sorts only a few rows."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.database.base import db
from api.listing import plans
from api.v1.sort_orders import CO_MENTIONED_SORTS
from tests.api.answers import get
from tests.api.listings import TOP_LEVEL
from tests.api.rows import corpus_rows, insert_rows
from tests.api.v1.test_listings import Statement, recorded

# With so many rows, planners use indexes, and filters match more rows than a plan is allowed to sort.
ARTICLES, MAX_SORTED_ROWS = 2500, 200
# For each filter, values that match many rows and values that match few rows.
VALUES: dict[str, tuple[str | list[str], ...]] = {
    "q": ("paragraph OR takeaway", "slow"),
    "entity": ("entity-0", "entity-5"),
    "entity_any": ("entity-0,entity-1,entity-2", "entity-5,entity-6"),
    "entity_not": ("entity-5", "entity-5,entity-6"),
    "story": ("slug-0", "slug-0,slug-3"),
    "collapse": ("story",),
    "entity_type": ("person", "event"),
    "publication": ("The Lantern Post", "None Such", ["The Lantern Post", "None Such"]),
    "publication_not": ("None Such",),
    "language": ("en", "de", "en,de"),
    "language_not": ("de",),
    "published_after": ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "published_before": ("2030-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
    "updated_after": ("2020-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
    "updated_before": ("2030-01-01T00:00:00Z", "2000-01-01T00:00:00Z"),
    "article": ("slug-1",),
    "basis": ("listed", "computed"),
    "resolved": ("true", "false"),
    "type": ("person", "place", "person,place,event"),
    "min_articles": ("1", "3", "4"),
}
NO_FILTERS = {"limit", "cursor", "total", "sort", "fields", "include", "facets", "facet_limit"}
# Subqueries with a limited number of rows: sorted matches, the keys of a page and of the parts of a page.
BOUNDED = ("matches", "bounded", "page_keys", "part_keys", "merged_keys", "nearest")
OF_ONE_ARTICLE = re.compile(r"SEARCH related_links USING INDEX ix_\w+_article_precedence \(article=\?\)")


@pytest.fixture
def corpus(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Insert many articles, so that the databases choose query plans as in real use."""
    monkeypatch.setattr(plans, "MAX_SORTED_ROWS", MAX_SORTED_ROWS)
    # Statements are kept for each shape of query, with this number in them.
    plans.forget_plans()
    insert_rows(app, corpus_rows(ARTICLES, entities=30))
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql("VACUUM ANALYZE")
    yield
    plans.forget_plans()


def _targets(app: Flask) -> Iterator[str]:
    """Yield URLs of each list of the API, in each order, without a filter and with each filter alone."""
    for listing in TOP_LEVEL:
        filters = set(listing.parameters(app)) - NO_FILTERS
        assert filters <= set(VALUES), "a new filter needs values here"
        queries: list[dict[str, str | list[str]]] = [
            {name: value} for name in sorted(filters) for value in VALUES[name]
        ]
        for sort in listing.sorts(app)[0]:
            for query in [{}, *queries]:
                yield f"{listing.path}?{urlencode(query | {'limit': 20, 'sort': sort}, doseq=True)}"


def _list_queries(app: Flask, client: FlaskClient, target: str) -> list[Statement]:
    """Return the SQL statements that find the rows of the first and second page of the list at `target`."""
    with recorded(app) as statements:
        following = get(client, target)["links"]["next"]
        if following:
            get(client, following)
    # Statements that count matches, and those that suggest entities, do not find rows.
    others = re.compile(r"SELECT (\(SELECT )?count\(\*\)|.* AS near\b", re.DOTALL)
    return [each for each in statements if "LIMIT" in each[0] and not others.match(each[0])]


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_finds_every_page_by_an_index_and_sorts_only_a_few_rows(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    checked = 0
    # FTS5 has only one plan for ranking. PostgreSQL chooses its plan by the number of hits that it expects.
    for target in [*_targets(app), "/v1/articles?q=zebra&limit=20"]:
        for sql, values in _list_queries(app, client, target):
            steps = _steps(app, (sql, values))
            with subtests.test(target=target):
                scanned = [step for step in steps if re.match(r"SCAN (?!.* INDEX )", step)]
                assert [step for step in scanned if step.split()[1] not in BOUNDED] == [], steps
                sorts = [step for step in steps if "TEMP B-TREE FOR ORDER BY" in step]
                is_bounded = any(name in sql for name in BOUNDED) or any(
                    map(OF_ONE_ARTICLE.fullmatch, steps[:2])
                )
                assert not sorts or is_bounded, steps
            checked += 1
    assert checked > 150


def _steps(app: Flask, query: Statement) -> list[str]:
    """Return the steps of SQLite's query plan for a statement."""
    sql, values = query
    with app.app_context(), db.engine.connect() as connection:
        return [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_sqlite_counts_co_mentions_by_indexes_and_reads_only_the_listed_entities(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=20, entities=40))
    filters: list[dict[str, str]] = [{}, {"type": "person"}, {"q": "a"}, {"type": "person", "q": "a"}]
    for query in ({"sort": sort, "limit": "1"} | each for sort in CO_MENTIONED_SORTS for each in filters):
        with recorded(app) as statements:
            first = get(client, f"/v1/entities/entity-0/co-mentioned?{urlencode(query)}")
            get(client, first["links"]["next"])
        found = [_steps(app, each) for each in statements if "LIMIT" in each[0]]
        assert len(found) == 2
        for steps in found:
            with subtests.test(query=query):
                # Articles are read from an index alone, co-mentions and entities by their primary keys.
                assert sum("article_facets USING COVERING INDEX" in step for step in steps) == 1, steps
                assert "SEARCH article_entities USING PRIMARY KEY (article=?)" in steps
                (of_entities,) = (step for step in steps if re.match(r"\w+ entities\b", step))
                assert of_entities == "SEARCH entities USING INTEGER PRIMARY KEY (rowid=?)"


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_postgresql_finds_every_page_by_an_index_and_sorts_only_a_few_rows(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    checked = 0
    for target in _targets(app):
        for sql, values in _list_queries(app, client, target):
            with app.app_context(), db.engine.connect() as connection:
                # The rows of articles are so small that PostgreSQL would rather read all of these for a hash
                # join than look up a few hundred.
                connection.exec_driver_sql("SET enable_hashjoin = off")
                explain = f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}"
                plan = connection.exec_driver_sql(explain, values).scalar_one()[0]["Plan"]
            with subtests.test(target=target):
                assert _faults(plan) == [], target
            checked += 1
    assert checked > 150


def _faults(plan: dict[str, Any]) -> list[str]:
    """Return the steps of a query plan of PostgreSQL that scan a table or sort more than a few rows."""
    found = []
    for node in _nodes(plan):
        kind, below = node["Node Type"], node.get("Plans", [])
        if kind == "Seq Scan" and node["Relation Name"] not in ("entities", "entity_names", "facet_counts"):
            found.append(f"{kind} on {node['Relation Name']}")
        if kind.endswith("Sort") and below[0]["Actual Rows"] > MAX_SORTED_ROWS:
            found.append(f"{kind} of {below[0]['Actual Rows']} rows")
    return found


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from _nodes(below)
