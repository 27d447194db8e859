"""Tests of the change feed: each change is listed once and in order, so that a client can keep a copy."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from api.database.base import db
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import article_id
from tests.api.answers import assert_parameter_error, assert_problem, cursor_of, get
from tests.api.rows import corpus_rows, insert_rows
from tests.api.v1.test_listings import explain, recorded
from tests.seeds.documents import Page, clear, remove_article, seed_pages, submit
from tests.seeds.stored_rows import corpus_revision

KEYS = ["sequence", "kind", "article", "revision", "changed_at", "fields"]
FIRST, OTHER = Page(), Page(title="Ferries Sail Again After the Storm")
SLUG = "harbour-towns-share-their-tide-gauges"


def seed(app: Flask, *names: str, page: Page = FIRST) -> None:
    """Load the document `page` under each file name in `names`.

    Assert that no load has the outcome `unchanged`.
    """
    outcomes = seed_pages(app, [submit(name, page) for name in names])
    assert "unchanged" not in outcomes


def sequences(page: Any) -> list[int]:
    """Return the sequence numbers of the changes on a page of the change feed."""
    return [change["sequence"] for change in page["data"]]


def rest_of(client: FlaskClient, target: str) -> tuple[list[Any], str]:
    """Read the change feed from `target` to its end. Return its changes, and the link to later changes."""
    changes: list[Any] = []
    while True:
        page = get(client, target)
        changes, target = changes + page["data"], page["links"]["next"]
        if not page["data"]:
            return changes, target


def test_every_change_of_an_article_is_listed_in_order(app: Flask, client: FlaskClient) -> None:
    seed(app, "page")
    seed(app, "page", page=Page(title="Nine Towns Share Their Tide Gauges"))
    remove_article(app, "page")
    seed(app, "page")
    changes = get(client, "/v1/changes")["data"]
    article = get(client, f"/v1/articles/{SLUG}")
    assert [list(change) for change in changes] == [KEYS] * 4
    assert sequences({"data": changes}) == [1, 2, 3, 4]
    assert [(change["kind"], change["revision"]) for change in changes] == [
        ("created", 1),
        ("updated", 2),
        ("removed", 2),
        ("created", 3),
    ]
    assert [change["article"]["title"] for change in changes] == [
        FIRST.title,
        *["Nine Towns Share Their Tide Gauges"] * 2,
        FIRST.title,
    ]
    for change in changes:
        assert list(change["article"].items())[:2] == [("id", article["id"]), ("slug", SLUG)]
    assert [change["fields"] for change in changes] == [[], ["title", "source"], [], []]
    assert changes[-1]["changed_at"] == article["updated_at"]


def test_loading_the_same_document_is_not_a_change(app: Flask, client: FlaskClient) -> None:
    seed(app, "page")
    before = client.get("/v1/changes")
    assert seed_pages(app, [submit("page", FIRST)]) == ["unchanged"]
    after = client.get("/v1/changes")
    assert after.data == before.data
    assert after.headers["ETag"] == before.headers["ETag"]


def test_an_empty_feed_leads_to_later_changes(app: Flask, client: FlaskClient) -> None:
    page = get(client, "/v1/changes?total=true")
    assert page["data"] == []
    assert list(page["links"]) == ["self", "first", "next"]
    later = page["links"]["next"]
    assert list(page["meta"].items()) == [
        ("limit", 20),
        ("next_cursor", cursor_of(later)),
        ("total", 0),
        ("corpus_revision", 0),
    ]
    assert get(client, later)["links"]["next"] == later
    seed(app, "a", "b")
    assert sequences(get(client, later)) == [1, 2]


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_following_the_next_link_returns_each_change_once(
    app: Flask, client: FlaskClient, limit: int
) -> None:
    seen, target = [], f"/v1/changes?limit={limit}"
    for number in range(4):
        # Add 0 to 3 changes at a time, so that the last page is full for some limits and not for others.
        seed(app, *(f"page-{number}-{which}" for which in range(number)))
        changes, target = rest_of(client, target)
        seen += changes
        page = get(client, target)
        assert page["meta"]["next_cursor"] == cursor_of(target)
        assert page["links"] == {
            "self": target,
            "first": f"/v1/changes?limit={limit}",
            "next": target,
        }
    assert sequences({"data": seen}) == list(range(1, 7))
    assert seen == get(client, "/v1/changes")["data"]


def test_a_full_and_a_partial_last_page_both_have_a_next_link(app: Flask, client: FlaskClient) -> None:
    seed(app, "a", "b", "c")
    kept = [get(client, f"/v1/changes?limit={limit}")["links"]["next"] for limit in (3, 50)]
    assert [get(client, link)["data"] for link in kept] == [[], []]
    seed(app, "d")
    assert [sequences(get(client, link)) for link in kept] == [[4], [4]]


def test_every_page_links_to_the_next_in_its_header_too(app: Flask, client: FlaskClient) -> None:
    seed(app, "a", "b", "c")
    target = "/v1/changes?limit=2"
    for length in (2, 1, 0):
        response = client.get(target)
        assert response.json
        assert len(response.json["data"]) == length
        links = [f'<{link}>; rel="{rel}"' for rel, link in response.json["links"].items()]
        assert response.headers["Link"] == ", ".join(links)
        target = response.json["links"]["next"]


def test_the_change_feed_can_only_be_sorted_by_sequence(app: Flask, client: FlaskClient) -> None:
    seed(app, "a", "b")
    assert sequences(get(client, "/v1/changes?sort=sequence")) == [1, 2]
    for sort in ("-sequence", "changed_at"):
        (error,) = assert_parameter_error(client.get(f"/v1/changes?sort={sort}"), "sort")
        assert error["allowed"] == ["sequence"]


def test_the_corpus_revision_counts_every_change(app: Flask, client: FlaskClient) -> None:
    seed(app, "a", "b")
    seed(app, "a", page=OTHER)
    remove_article(app, "b")
    page = get(client, "/v1/changes?total=true")
    assert (page["meta"]["total"], page["meta"]["corpus_revision"]) == (4, 4)
    assert corpus_revision(app) == 4


def test_a_change_of_derived_data_changes_the_corpus_revision_and_etags_but_not_the_feed(
    app: Flask, client: FlaskClient
) -> None:
    page = submit(
        "page", Page(body=(*FIRST.body, "The Tidal Board has read every gauge of them since 1911."))
    )
    board = EntityRecord("Tidal Board", "organization", "tidal-board")
    seed_pages(app, [page], [board])
    later = get(client, "/v1/changes")["links"]["next"]
    before, entity = get(client, later), client.get("/v1/entities/tidal-board")
    renamed = EntityRecord("Tidal Board", "organization", "tidal-board", description="It reads the tides.")
    seed_pages(app, [], [renamed])
    after = get(client, later)
    assert before["data"] == after["data"] == []
    assert after["meta"]["corpus_revision"] == before["meta"]["corpus_revision"] + 1
    etag = {"If-None-Match": entity.headers["ETag"]}
    assert client.get("/v1/entities/tidal-board", headers=etag).status_code == 200
    unchanged = client.get(f"/v1/articles/{SLUG}")
    etag = {"If-None-Match": unchanged.headers["ETag"]}
    assert client.get(f"/v1/articles/{SLUG}", headers=etag).status_code == 304


def test_the_corpus_revision_is_read_together_with_the_page(app: Flask, client: FlaskClient) -> None:
    seed(app, "a")
    begun: list[str] = []

    def seed_meanwhile(_: Any, __: Any, statement: str, *___: Any) -> None:
        if not begun and "FROM changes" in statement:
            begun.append(statement)
            seed(app, "b")

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", seed_meanwhile)
    try:
        page = get(client, "/v1/changes?total=true")
    finally:
        event.remove(engine, "after_cursor_execute", seed_meanwhile)
    assert begun
    assert sequences(page) == [1]
    assert (page["meta"]["total"], page["meta"]["corpus_revision"]) == (1, 1)
    later = get(client, page["links"]["next"])
    assert sequences(later) == [2]
    assert later["meta"]["corpus_revision"] == 2


def test_a_copy_that_follows_the_feed_equals_the_database(app: Flask, client: FlaskClient) -> None:
    copy: dict[str, Any] = {}
    target = "/v1/changes?limit=2"

    def catch_up(target: str) -> str:
        changes, following = rest_of(client, target)
        for change in changes:
            identity = change["article"]["id"]
            response = client.get(f"/v1/articles/{identity}")
            if change["kind"] == "removed" or response.status_code == 410:
                copy.pop(identity, None)
            else:
                copy[identity] = response.json
        return following

    def stated(articles: list[Any]) -> dict[str, Any]:
        return {each["id"]: (each["title"], each["revision"], each["body"]) for each in articles}

    steps: list[list[tuple[str, Page | None]]] = [
        [("a", FIRST), ("b", FIRST), ("c", OTHER)],
        [("a", OTHER), ("b", None)],
        [],
        # The article is removed before its first change is read. Then it is loaded again with the same id and
        # changed twice.
        [("d", FIRST), ("d", None), ("b", OTHER), ("c", FIRST), ("c", OTHER)],
        [("a", None), ("a", FIRST), ("c", None)],
    ]
    for step in steps:
        for name, page in step:
            if page is None:
                remove_article(app, name)
            else:
                seed(app, name, page=page)
        target = catch_up(target)
        there = get(client, "/v1/articles?include=body")["data"]
        assert stated(list(copy.values())) == stated(there)
    assert set(copy) == {str(article_id(name)) for name in "ab"}


def test_an_altered_cursor_of_the_feed_is_refused(app: Flask, client: FlaskClient) -> None:
    seed(app, "a")
    link = get(client, "/v1/changes")["links"]["next"]
    assert_parameter_error(client.get(link[:-1]), "cursor")
    assert_problem(client.get(link.replace("/v1/changes", "/v1/articles")), 422)


def test_a_cursor_from_before_a_restored_backup_is_refused(app: Flask, client: FlaskClient) -> None:
    seed(app, "a", "b", "c")
    kept = [get(client, f"/v1/changes?limit={limit}")["links"]["next"] for limit in (2, 3)]
    clear(app)
    seed(app, "a", "d")
    for link in kept:
        (error,) = assert_parameter_error(client.get(link), "cursor")
        assert error["message"].endswith("start again without a cursor.")


def test_a_page_of_changes_takes_the_same_number_of_statements_at_any_length(
    app: Flask, client: FlaskClient
) -> None:
    insert_rows(app, corpus_rows(articles=25, entities=1))
    # The key of cursors is read once.
    get(client, "/v1/changes?limit=1")
    counts = []
    for limit in (2, 20):
        with recorded(app) as statements:
            assert len(get(client, f"/v1/changes?limit={limit}")["data"]) == limit
        counts.append(sum("SELECT" in sql for sql, _ in statements))
    # The statements read the page and the corpus revision.
    assert counts == [2, 2]


def test_a_page_of_changes_is_read_from_an_index_and_not_sorted(
    app: Flask, client: FlaskClient, engine: str
) -> None:
    insert_rows(app, corpus_rows(articles=25, entities=1))
    with recorded(app) as statements:
        get(client, get(client, "/v1/changes?limit=3")["links"]["next"])
    first, second = ("\n".join(explain(app, each)) for each in statements if "LIMIT" in each[0])
    assert not re.search("Sort|TEMP B-TREE", first + second)
    if engine == "sqlite":
        # The table is stored in the order of the sequence number.
        assert first == "SEARCH changes USING INTEGER PRIMARY KEY (rowid>?)"
        assert second == first
    else:
        assert "Index Scan using pk_changes" in first
        assert "Index Scan using pk_changes" in second
        assert "Index Cond: (sequence >" in second
