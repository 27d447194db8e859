"""Tests of the change feed, which is numbered in the order of commits, and of former revisions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, select

from api.database.base import db
from api.models import CREATED, Change
from api.v1.article_content import unpack_content
from seeds.identifiers import article_id
from seeds.storing.history import Outcome, record_changes
from seeds.storing.transactions import EXECUTION_OPTIONS
from tests.seeds.documents import Page, seed_pages, submit
from tests.seeds.stored_rows import corpus_revision, rows

PAGE = Page()
NOW = datetime(2026, 4, 21, 12, tzinfo=UTC)
PATIENCE_SECONDS = 60


def visible_numbers(engine: Engine) -> list[int]:
    """Return the sequence numbers of all entries of the change feed that a new transaction sees."""
    with engine.connect() as connection:
        return list(connection.scalars(select(Change.sequence).order_by(Change.sequence)))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_writer_that_bypasses_the_lock_gets_its_number_after_the_previous_commit(app: Flask) -> None:
    waits, commits = threading.Event(), threading.Event()

    def write(engine: Engine, name: str, *, is_slow: bool) -> None:
        with engine.connect().execution_options(**EXECUTION_OPTIONS["postgresql"]) as connection:
            outcome = Outcome(CREATED, article_id(name), name, name, 1, {})
            if not is_slow:
                waits.set()
            record_changes(connection, [outcome], NOW)
            if is_slow:
                # The first writer commits after the second writer has waited for half a second.
                assert commits.wait(PATIENCE_SECONDS)
            connection.commit()

    with app.app_context(), ThreadPoolExecutor(2) as pool:
        engine = db.engine
        first = pool.submit(write, engine, "first", is_slow=True)
        while not _is_locked(engine):
            assert not first.done()
        second = pool.submit(write, engine, "second", is_slow=False)
        assert waits.wait(PATIENCE_SECONDS)
        with pytest.raises(TimeoutError):
            second.result(0.5)
        assert visible_numbers(engine) == []
        commits.set()
        first.result(PATIENCE_SECONDS)
        second.result(PATIENCE_SECONDS)
        assert visible_numbers(engine) == [1, 2]
    assert [row["slug"] for row in rows(app)["changes"]] == ["first", "second"]


def _is_locked(engine: Engine) -> bool:
    """Return True if a writer has locked the row with the corpus revision, which every change increases."""
    with engine.connect() as connection:
        held = connection.exec_driver_sql("SELECT 1 FROM corpus FOR UPDATE SKIP LOCKED").all()
        connection.rollback()
    return not held


def test_each_change_has_the_next_number_and_the_slug_and_title_of_that_time(app: Flask) -> None:
    seed_pages(app, [submit("a", PAGE), submit("b", Page(title="Sirens Tested"))])
    seed_pages(app, [submit("a", replace(PAGE, title="Gauges Shared"), "slug: gauges"), submit("a", PAGE)])
    changes = rows(app)["changes"]
    assert [(row["sequence"], row["kind"], row["slug"], row["revision"]) for row in changes] == [
        (1, "created", "harbour-towns-share-their-tide-gauges", 1),
        (2, "created", "sirens-tested", 1),
        (3, "updated", "gauges", 2),
        (4, "updated", "gauges", 3),
    ]
    assert [row["fields"] for row in changes] == [[], [], ["slug", "title", "source"], ["title", "source"]]
    assert corpus_revision(app) == 4


def test_a_former_revision_is_archived_with_its_document(app: Flask) -> None:
    versions = [PAGE, replace(PAGE, summary="Ten towns."), replace(PAGE, takeaways=())]
    seed_pages(app, [submit("a", version) for version in versions])
    kept = rows(app)["revisions"]
    assert [(row["revision"], row["key"], row["document"]) for row in kept] == [
        (number, "a", version.text.encode()) for number, version in enumerate(versions[:2], 1)
    ]
    contents = [unpack_content(row["content"], row["document"]) for row in kept]
    assert [content["summary"] for content in contents] == [PAGE.summary, "Ten towns."]
    assert [len(content["takeaways"]) for content in contents] == [2, 2]


def test_moving_an_unchanged_document_does_not_make_a_revision(app: Flask) -> None:
    seed_pages(app, [submit("a", PAGE)])
    before = rows(app)
    assert seed_pages(app, [replace(submit("a", PAGE), folder="/elsewhere")]) == ["unchanged"]
    after = rows(app)
    assert [row["folder"] for row in after["documents"]] == ["/elsewhere"]
    moved = {name: before[name] for name in ("documents", "folders")}
    assert {**after, **moved} == before
