"""How fast documents are seeded into a corpus, against inserting the same rows: `python -m bench.seeding`.

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
from bench.build import SMALL, ensure
from bench.corpus import write_corpus
from bench.plain import insert_plainly
from bench.report import table
from bench.stores import ENGINES, Store, open_store
from seeds.extraction.catalogue import read_catalogue
from seeds.extraction.mentions import Matcher
from seeds.parsing.files import SubmittedDocument, find_documents, read_with_sidecar
from seeds.storing.article_record import make_content
from seeds.storing.derivation import derive
from seeds.storing.load import load
from seeds.storing.transactions import transactions

MAX_BYTES = 1 << 21
# Pages that are seeded.
MORE = 1000
SEEDED, COPY = "measured", "measured-plain"


class Seeding:
    """Seconds that the documents took which were seeded after `articles` others, and what their rows take."""

    def __init__(self, articles: int) -> None:
        self.articles = articles
        self.documents = 0
        self.stages = {"parse": 0.0, "rows": 0.0, "commit": 0.0}
        # Made once more, by itself, to tell it from the rows; its names are looked up faster by then.
        self.content = 0.0
        self.plain = 0.0

    def count(self, *seconds: float) -> None:
        """Take in what each stage of a document took."""
        self.documents += 1
        for stage, each in zip(self.stages, seconds, strict=True):
            self.stages[stage] += each

    def report(self) -> str:
        """Give a table of milliseconds a document, and documents a second."""
        whole = sum(self.stages.values())
        apart = {**self.stages, "content": self.content, "rows": self.stages["rows"] - self.content}
        rows = [("seeding", whole), *((f"of it {stage}", seconds) for stage, seconds in apart.items())]
        rows += [("plain insertion of the same rows", self.plain)]
        count = self.documents
        cells = [[name, f"{took / count * 1000:.2f}", f"{count / took:,.0f}"] for name, took in rows]
        titles = [f"{count:,} documents after {self.articles:,}", "ms each", "a second"]
        ratio = f"- rate of seeding against plain insertion: {self.plain / whole:.2f}"
        return f"{table(titles, cells)}\n\n{ratio}"


def measure_seeding(store: Store, corpus: str, articles: int) -> Seeding:
    """Seed some more pages into a copy of `corpus`, which has `articles`, and their rows into another."""
    seeding = Seeding(articles)
    with _copy(store, corpus, SEEDED) as seeded, _copy(store, corpus, COPY) as before:
        with seeded.app_context(), transactions(db.engine, click.echo) as begin:
            matcher = Matcher(read_catalogue())
            for submission, parsed in _submissions(range(articles + 1, articles + MORE + 1)):
                started = time.perf_counter()
                with begin() as connection:
                    load(connection, submission, matcher)
                    loaded = time.perf_counter()
                seeding.count(parsed, loaded - started, time.perf_counter() - loaded)
                started = time.perf_counter()
                derive(make_content(submission, "slug").prose, matcher)
                seeding.content += time.perf_counter() - started
        seeding.plain = insert_plainly(_engine(seeded), _engine(before), articles)
    return seeding


def _submissions(numbers: range) -> Iterator[tuple[SubmittedDocument, float]]:
    """Yield each page and how many seconds it took to read it."""
    with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
        write_corpus(Path(folder), numbers)
        for path in find_documents([Path(folder)]):
            started = time.perf_counter()
            submission = read_with_sidecar(path, MAX_BYTES)
            yield submission, time.perf_counter() - started


@contextmanager
def _copy(store: Store, corpus: str, name: str) -> Iterator[Flask]:
    store.copy(corpus, name)
    app = create_app({"DATABASE_URL": store.url(name)})
    try:
        yield app
    finally:
        _engine(app).dispose()
        store.drop(name)


def _engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@click.command()
@click.option("--size", default=SMALL, show_default=True, help="Articles of the corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Measure seeding and print the times as a Markdown table; build the corpus if it is missing."""
    with open_store(engine) as store:
        click.echo(
            f"- {store.version}\n\n{measure_seeding(store, ensure(store, engine, size), size).report()}"
        )


if __name__ == "__main__":
    main()
