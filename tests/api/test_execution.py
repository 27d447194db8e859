"""The reader of single statements, which each have a transaction of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, literal_column, select, update

from api.db import db
from api.execution import Reader
from api.models import Article, Entity, Takeaway
from tests.api.rows import corpus_rows, insert_rows

FIRST = select(Takeaway.evidence, Takeaway.text).where(Takeaway.article_id == bindparam("identity")).limit(1)

# More than the pool lends.
THREADS = 20


@pytest.fixture
def articles(app: Flask) -> list[Article]:
    """Insert a few articles and give them as the library reads them."""
    insert_rows(app, corpus_rows(articles=4, entities=3))
    with app.app_context():
        return list(db.session.scalars(select(Article).order_by(Article.slug)))


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
    insert_rows(app, corpus_rows(articles=1, entities=2))
    with app.app_context():
        reader = Reader(db.engine)
    named = reader.prepare(select(Entity.name).order_by(Entity.name), [])
    for name in ("one", "other"):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(update(Entity).values(name=name))
        assert {row.name for row in reader.read(named, {}) or ()} == {name}
