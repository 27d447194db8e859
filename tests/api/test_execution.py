"""Constant statements, run past the library's own way: the same values both ways, and the same errors."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier, Thread
from uuid import UUID

import pytest
from flask import Flask
from psycopg import Pipeline
from sqlalchemy import bindparam, event, literal_column, select, update
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from api.db import db
from api.execution import Reader, fetch, fetch_one, insert_rows, run, run_each
from api.models import Article, ArticleSlug, Entity, Takeaway
from tests.api.rows import corpus_rows
from tests.api.rows import insert_rows as insert_corpus

SLUGS = select(Article.id, Article.slug, Article.created_at).where(Article.slug.in_(bindparam("slugs")))
FIRST = select(Takeaway.evidence, Takeaway.text).where(Takeaway.article_id == bindparam("identity")).limit(1)
RENAME = update(Entity).where(Entity.id == bindparam("identity"))

# More than the pool lends.
THREADS = 20


@pytest.fixture
def articles(app: Flask) -> list[Article]:
    """Insert a few articles and give them as the library reads them."""
    insert_corpus(app, corpus_rows(articles=4, entities=3))
    with app.app_context():
        return list(db.session.scalars(select(Article).order_by(Article.slug)))


def test_rows_are_those_that_the_library_gives_whatever_the_length_of_the_list(
    app: Flask, articles: list[Article]
) -> None:
    with app.app_context(), db.engine.connect() as connection:
        for count in (1, 3, 2, 0):
            wanted = {(one.id, one.slug, one.created_at) for one in articles[:count]}
            found = fetch(connection, SLUGS, {"slugs": [one.slug for one in articles[:count]]})
            assert {tuple(row) for row in found} == wanted
            assert all(isinstance(row.created_at, datetime) and row.created_at.tzinfo is UTC for row in found)
            assert all(isinstance(row.id, UUID) for row in found)


def test_what_the_statement_brings_itself_is_kept(app: Flask, articles: list[Article]) -> None:
    with app.app_context(), db.engine.connect() as connection:
        expected = connection.execute(FIRST, {"identity": articles[0].id}).one_or_none()
        assert fetch_one(connection, FIRST, {"identity": articles[0].id}) == expected
        assert fetch_one(connection, FIRST, {"identity": UUID(int=0)}) is None


def test_a_change_takes_its_columns_from_what_it_is_given_and_tells_how_many_rows_it_changed(
    app: Flask,
) -> None:
    insert_corpus(app, corpus_rows(articles=2, entities=2))
    with app.app_context(), db.engine.begin() as connection:
        first, second = connection.scalars(select(Entity.id).order_by(Entity.id))
        assert run(connection, RENAME, {"identity": first, "name": "Ä"}) == 1
        assert run(connection, RENAME, {"identity": UUID(int=0), "aliases": ["x"]}) == 0
        run_each(connection, RENAME, [{"identity": each, "aliases": [str(each)]} for each in (first, second)])
        run_each(connection, RENAME, [])
    with app.app_context():
        rows = db.session.execute(select(Entity.id, Entity.name, Entity.aliases)).all()
        assert {row.id: row.aliases for row in rows} == {first: [str(first)], second: [str(second)]}
        assert {row.name for row in rows if row.id == first} == {"Ä"}


def test_an_error_is_the_one_that_the_library_raises(app: Flask, articles: list[Article]) -> None:
    again = [{"slug": articles[0].slug, "article_id": articles[0].id}]
    with app.app_context(), db.engine.connect() as connection:
        with pytest.raises(IntegrityError):
            insert_rows(connection, ArticleSlug, again)
        connection.rollback()
        connection.exec_driver_sql("ALTER TABLE takeaways RENAME TO gone")
        with pytest.raises((OperationalError, ProgrammingError)):
            fetch(connection, FIRST, {"identity": articles[0].id})
        connection.rollback()


def test_inserted_rows_are_read_back_as_they_were(app: Flask) -> None:
    rows = corpus_rows(articles=3, entities=0)[Article]
    with app.app_context(), db.engine.begin() as connection:
        insert_rows(connection, Article, rows)
        insert_rows(connection, ArticleSlug, [])
    with app.app_context():
        found = db.session.execute(select(Article.__table__)).mappings()
        assert {row["slug"]: {name: row[name] for name in rows[0]} for row in found} == {
            row["slug"]: row for row in rows
        }


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("step", ["_enter_gen", "_communicate_gen", "_exit_gen"])
def test_an_interrupt_at_any_step_of_a_batch_is_one(
    app: Flask, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    done = getattr(Pipeline, step)

    def interrupted(pipeline: Pipeline) -> Iterator[object]:
        yield from done(pipeline)
        raise KeyboardInterrupt

    insert_corpus(app, corpus_rows(articles=1, entities=2))
    with app.app_context(), db.engine.connect() as connection:
        ids = list(connection.scalars(select(Entity.id)))
        with monkeypatch.context() as patched:
            patched.setattr(Pipeline, step, interrupted)
            with pytest.raises(KeyboardInterrupt):
                run_each(connection, RENAME, [{"identity": each, "name": "new"} for each in ids])
        connection.rollback()
        assert "new" not in connection.scalars(select(Entity.name)).all()


def test_a_reader_has_a_connection_for_each_that_reads_at_once_however_many_the_pool_has(
    app: Flask, articles: list[Article]
) -> None:
    with app.app_context():
        engine = db.engine
    reader = Reader(engine)
    prepared = reader.prepare(FIRST, ["identity"])
    together = Barrier(THREADS)

    def read(number: int) -> str:
        together.wait(30)
        rows = reader.read(prepared, {"identity": articles[number % 4].id})
        assert rows is not None
        return str(rows[0].text)

    with ThreadPoolExecutor(THREADS) as threads:
        read_twice = [list(threads.map(read, range(THREADS))) for _ in range(2)]
    with app.app_context():
        first = [db.session.execute(FIRST, {"identity": each.id}).one().text for each in articles]
    assert read_twice == [[first[number % 4] for number in range(THREADS)]] * 2
    assert engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_reader_has_no_more_connections_for_more_threads_one_after_another(
    app: Flask, articles: list[Article]
) -> None:
    taken: list[object] = []
    with app.app_context():
        event.listen(db.engine.pool, "detach", lambda connection, _: taken.append(connection))
        reader = Reader(db.engine)
    prepared = reader.prepare(FIRST, ["identity"])
    for _ in range(THREADS):
        thread = Thread(target=reader.read, args=(prepared, {"identity": articles[0].id}))
        thread.start()
        thread.join()
    assert len(taken) == 1


def test_a_reader_that_failed_reads_again(app: Flask, articles: list[Article]) -> None:
    with app.app_context():
        reader = Reader(db.engine)
    nonsense = reader.prepare(select(literal_column("nonsense").label("nonsense")), [])
    prepared = reader.prepare(FIRST, ["identity"])
    for _ in range(2):
        assert reader.read(nonsense, {}) is None
        rows = reader.read(prepared, {"identity": articles[0].id})
        assert rows is not None
        assert len(rows) == 1


def test_a_reader_sees_what_was_committed_last(app: Flask) -> None:
    insert_corpus(app, corpus_rows(articles=1, entities=2))
    with app.app_context():
        reader = Reader(db.engine)
    named = reader.prepare(select(Entity.name).order_by(Entity.name), [])
    for name in ("one", "other"):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(update(Entity).values(name=name))
        assert {row.name for row in reader.read(named, {}) or ()} == {name}
