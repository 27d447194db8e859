"""How fast documents are seeded, against inserting the same rows alone: `python -m bench.seeding --size N`.

All in this process, one document after the other, and so on one core; the second or two in which `flask`
starts are left out. The plain insertion has all rows beforehand and writes those of each document in one
transaction, as a load does: it shows what is the database's part.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import Engine

from api.app import create_app
from api.db import db
from bench.build import PORTION, SMALL, flask
from bench.corpus import write_corpus
from bench.plain import insert_plainly
from bench.report import table
from bench.stores import ENGINES, Store, open_store
from seeds.catalogue import read_catalogue
from seeds.content import make_content
from seeds.entities import Matcher
from seeds.files import Submission, find_documents, read_submission
from seeds.load import load
from seeds.transactions import transactions

MAX_BYTES = 1 << 21
SEEDED, COPY = "seeding", "seeding-plain"


class Seeding:
    """Seconds that documents took: each in the order of seeding, all by stage, and their rows alone."""

    def __init__(self) -> None:
        self.documents: list[float] = []
        self.stages = {"parse": 0.0, "rows": 0.0, "commit": 0.0}
        # Made once more, by itself, to tell it from the rows; its names are looked up faster by then.
        self.content = 0.0
        self.plain = 0.0

    def report(self) -> str:
        """Give a table of milliseconds a document, and documents a second."""
        count, whole = len(self.documents), sum(self.documents)
        half = count // 2
        first, second = sum(self.documents[:half]), sum(self.documents[half:])
        rows = [
            ("seeding", whole, count),
            ("its first half", first, half),
            ("its second half", second, count - half),
        ]
        rows += [(f"of it {stage}", seconds, count) for stage, seconds in self._apart().items()]
        rows += [("plain insertion of the same rows", self.plain, count)]
        cells = [
            [name, f"{took / number * 1000:.2f}", f"{number / took:,.0f}"] for name, took, number in rows
        ]
        ratios = (
            f"seeding against plain insertion {self.plain / whole:.2f}, its second half against the first "
        )
        ratios += f"{first / half / (second / (count - half)):.2f}"
        return f"{table([f'{count:,} documents', 'ms each', 'a second'], cells)}\n\n- rates: {ratios}"

    def _apart(self) -> dict[str, float]:
        return {**self.stages, "rows": self.stages["rows"] - self.content, "content": self.content}


def measure_seeding(store: Store, articles: int) -> Seeding:
    """Seed a corpus of `articles` pages into an empty database, and then its rows into another."""
    seeding = Seeding()
    with _empty(store, SEEDED) as seeded, _empty(store, COPY) as empty:
        with seeded.app_context(), transactions(db.engine, click.echo) as begin:
            matcher = Matcher(read_catalogue())
            for submission, parsed in _submissions(articles):
                started = time.perf_counter()
                with begin() as connection:
                    load(connection, submission, matcher)
                    loaded = time.perf_counter()
                ended = time.perf_counter()
                make_content(submission, "slug", matcher)
                seeding.content += time.perf_counter() - ended
                seeding.documents.append(parsed + ended - started)
                for stage, seconds in (
                    ("parse", parsed),
                    ("rows", loaded - started),
                    ("commit", ended - loaded),
                ):
                    seeding.stages[stage] += seconds
        seeding.plain = insert_plainly(_engine(seeded), _engine(empty))
    return seeding


def _submissions(articles: int) -> Iterator[tuple[Submission, float]]:
    """Yield each page and how many seconds it took to read it."""
    for first in range(1, articles + 1, PORTION):
        with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
            write_corpus(Path(folder), range(first, min(first + PORTION, articles + 1)))
            for path in find_documents([Path(folder)]):
                started = time.perf_counter()
                submission = read_submission(path, MAX_BYTES)
                yield submission, time.perf_counter() - started


@contextmanager
def _empty(store: Store, name: str) -> Iterator[Flask]:
    store.create(name)
    flask(store.url(name), "db", "upgrade")
    app = create_app({"DATABASE_URL": store.url(name)})
    try:
        yield app
    finally:
        _engine(app).dispose()
        store.create(name)


def _engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@click.command()
@click.option("--size", default=SMALL, show_default=True, help="How many documents.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Measure seeding and print the times as a Markdown table."""
    with open_store(engine) as store:
        click.echo(f"- {store.version}\n\n{measure_seeding(store, size).report()}")


if __name__ == "__main__":
    main()
