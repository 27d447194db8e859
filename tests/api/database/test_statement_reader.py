"""Tests of the statement reader, which runs single SELECTs on connections that stay open."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, literal_column, select, update
from sqlalchemy.exc import DBAPIError

from api.database.base import db
from api.database.engines import autocommit_engine
from api.database.statement_reader import StatementReader
from api.models import MAX_TAKEAWAYS, Entity, Takeaway, takeaway_number, takeaway_place
from tests.api.rows import corpus_rows, insert_rows

FIRST_TAKEAWAY = (
    select(Takeaway.text)
    .where(Takeaway.number.between(bindparam("first"), bindparam("last")))
    .order_by(Takeaway.number.desc())
    .limit(1)
)
# More than the connections of a pool of the default size.
THREADS = 20


@pytest.fixture
def reader(app: Flask) -> Iterator[StatementReader]:
    """Yield a `StatementReader` on a database with a few articles and entities."""
    insert_rows(app, corpus_rows(articles=4, entities=3))
    with app.app_context():
        reader = StatementReader(autocommit_engine())
    yield reader
    reader.close()


@pytest.fixture
def takeaways(app: Flask, reader: StatementReader) -> dict[int, str]:
    """Return the text of the first takeaway of each article with takeaways, by the number of the article."""
    assert reader
    with app.app_context():
        rows = db.session.execute(select(Takeaway.number, Takeaway.text)).all()
    places = [(*takeaway_place(row.number), row.text) for row in rows]
    return {article: text for article, position, text in places if position == 1}


def read(reader: StatementReader, article: int) -> str | None:
    ends = {"first": takeaway_number(article, MAX_TAKEAWAYS), "last": takeaway_number(article, 1)}
    row = reader.fetch_one(FIRST_TAKEAWAY, ends)
    return None if row is None else str(row.text)


def test_any_number_of_threads_can_read_at_the_same_time(
    reader: StatementReader, takeaways: dict[int, str]
) -> None:
    together = Barrier(THREADS)
    articles = [[*takeaways][number % len(takeaways)] for number in range(THREADS)]

    def wait_and_read(article: int) -> str | None:
        together.wait(30)
        return read(reader, article)

    with ThreadPoolExecutor(THREADS) as threads:
        found = [list(threads.map(wait_and_read, articles)) for _ in range(2)]
    assert found == [[takeaways[article] for article in articles]] * 2


def test_threads_that_read_one_after_another_share_a_connection(
    app: Flask, reader: StatementReader, takeaways: dict[int, str]
) -> None:
    checkouts: list[object] = []
    with app.app_context():
        event.listen(autocommit_engine().pool, "checkout", lambda *arguments: checkouts.append(arguments))
    for article in takeaways:
        thread = Thread(target=read, args=(reader, article))
        thread.start()
        thread.join()
    assert len(checkouts) == 1


def test_a_reader_reads_again_after_an_error(reader: StatementReader, takeaways: dict[int, str]) -> None:
    for article, text in takeaways.items():
        with pytest.raises(DBAPIError):
            reader.fetch_one(select(literal_column("nonsense")), {})
        assert read(reader, article) == text


def test_a_reader_sees_the_last_commit(app: Flask, reader: StatementReader) -> None:
    for name in ("one", "other"):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(update(Entity).values(name=name))
        row = reader.fetch_one(select(Entity.name), {})
        assert row is not None
        assert row.name == name


def test_a_closed_reader_has_no_connection_and_can_read_again(
    app: Flask, reader: StatementReader, takeaways: dict[int, str]
) -> None:
    article, text = next(iter(takeaways.items()))
    with app.app_context():
        pool = autocommit_engine().pool
    for _ in range(2):
        assert read(reader, article) == text
        assert pool.checkedout() == 1  # type: ignore[attr-defined]
        reader.close()
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
