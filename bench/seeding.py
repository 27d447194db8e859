"""The time of seeding, compared with inserting the same rows: `python -m bench.seeding`.

Documents are seeded one by one in this process, and therefore on one core. The start of the `flask` command
is not included. For comparison, plain insertion writes the same rows, with one transaction for each document.
Reading the rows is not included. The result shows how much of the seeding time is spent in the database.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask
from sqlalchemy import Engine

from api.app import close_app, create_app
from api.database.base import db
from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.corpus.files import write_corpus
from bench.databases import ENGINES, Store, open_store
from bench.markdown import markdown_table
from bench.plain_insertion import insert_rows_of_documents
from seeds.extraction.catalogue import read_catalogue
from seeds.extraction.lexicon import load_lexicon
from seeds.extraction.mentions import EntityMatcher
from seeds.parsing.files import SubmittedDocument, read_with_sidecar
from seeds.parsing.folders import find_documents
from seeds.storing.article_record import make_record
from seeds.storing.derivation import derive
from seeds.storing.load import load
from seeds.storing.transactions import transactions

MAX_BYTES = 1 << 21
# Number of pages that are seeded.
DOCUMENT_COUNT = 1000
SEEDED_NAME, COPY_NAME = "measured", "measured-plain"


class SeedingTimes:
    """The seconds that a benchmark needed to seed documents, by stage, and to insert the same rows directly.

    `articles` is the number of articles that the database contained before.
    """

    def __init__(self, articles: int) -> None:
        self.articles = articles
        self.documents = 0
        self.stages = {"parse": 0.0, "rows": 0.0, "commit": 0.0}
        # Measured by deriving the data a second time, which is faster, since names are then cached.
        self.content = 0.0
        self.plain = 0.0

    def count(self, *seconds: float) -> None:
        """Add the seconds that one document took, given for each stage in order."""
        self.documents += 1
        for stage, each in zip(self.stages, seconds, strict=True):
            self.stages[stage] += each

    def report(self) -> str:
        """Return a table of milliseconds for each document, and of documents a second."""
        total = sum(self.stages.values())
        stages = {**self.stages, "content": self.content, "rows": self.stages["rows"] - self.content}
        rows = [("seeding", total), *((f"of it {stage}", seconds) for stage, seconds in stages.items())]
        rows += [("plain insertion of the same rows", self.plain)]
        count = self.documents
        cells = [[name, f"{seconds / count * 1000:.2f}", f"{count / seconds:,.0f}"] for name, seconds in rows]
        titles = [f"{count:,} documents after {self.articles:,}", "ms each", "a second"]
        ratio = f"- rate of seeding against plain insertion: {self.plain / total:.2f}"
        return f"{markdown_table(titles, cells)}\n\n{ratio}"


def measure_seeding(store: Store, corpus: str, articles: int) -> SeedingTimes:
    """Seed further pages into a copy of `corpus`, and insert the same rows into a second copy.

    Args:
        store: The databases.
        corpus: The name of a database.
        articles: The number of its articles.
    """
    seeding = SeedingTimes(articles)
    with _copy(store, corpus, SEEDED_NAME) as seeded, _copy(store, corpus, COPY_NAME) as before:
        with seeded.app_context(), transactions(db.engine, click.echo) as begin:
            matcher = EntityMatcher(read_catalogue(), load_lexicon())
            for submission, parsed in _submissions(range(articles + 1, articles + DOCUMENT_COUNT + 1)):
                started = time.perf_counter()
                with begin() as connection:
                    load(connection, submission, matcher)
                    loaded = time.perf_counter()
                seeding.count(parsed, loaded - started, time.perf_counter() - loaded)
                started = time.perf_counter()
                derive(make_record(submission, "slug").article_text, matcher)
                seeding.content += time.perf_counter() - started
        seeding.plain = insert_rows_of_documents(_engine(seeded), _engine(before), articles)
    return seeding


def _submissions(numbers: range) -> Iterator[tuple[SubmittedDocument, float]]:
    """Yield the generated pages with these numbers, parsed, each with the seconds that this took."""
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
        close_app(app)
        store.drop(name)


def _engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@click.command()
@click.option("--size", default=SMALL_CORPUS, show_default=True, help="Number of articles in the corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Measure seeding and print a Markdown table. Build the corpus first if it is missing."""
    with open_store(engine) as store:
        corpus = ensure_corpus(store, engine, size)
        click.echo(f"- {store.version}\n\n{measure_seeding(store, corpus, size).report()}")


if __name__ == "__main__":
    main()
