"""Measure how many documents per second are seeded, exported and imported: `python -m bench.seeding`.

For comparison, the finished rows of the same documents are inserted into an empty database in one
transaction. The time that a command needs to start is subtracted.
"""

import tempfile
import time
from pathlib import Path

import click
from sqlalchemy import Engine, create_engine

from bench.corpus.build import SMALL_CORPUS, ensure_corpus, run_flask
from bench.corpus.files import write_corpus
from bench.databases import ENGINES, Store, open_store
from bench.markdown import markdown_table
from bench.plain_insertion import insert_all_rows

# The number of documents that are seeded into an empty database, and of those that are added to a corpus.
DOCUMENT_COUNT, FURTHER_COUNT = 1_000, 500
PROCESSES = (1, 2)
SEEDED_NAME, COPY_NAME = "measured", "measured-copy"


def measure_seeding(store: Store, corpus: str, articles: int) -> str:
    """Return a Markdown table of documents per second for seeding, export, import and insertion of rows.

    Args:
        store: The databases.
        corpus: The name of a database. Documents are added to a copy of it.
        articles: The number of articles in this database.
    """
    rates: dict[str, float] = {}
    last = articles + FURTHER_COUNT
    try:
        with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
            first, further = Path(folder) / "first", Path(folder) / "further"
            for path, numbers in (
                (first, range(1, DOCUMENT_COUNT + 1)),
                (further, range(articles + 1, last + 1)),
            ):
                path.mkdir()
                write_corpus(path, numbers)
            for number in PROCESSES:
                _create(store, SEEDED_NAME)
                name = "seeding in one process" if number == 1 else f"seeding in {number} processes"
                rates[name] = _rate(
                    store, SEEDED_NAME, DOCUMENT_COUNT, "load", "--jobs", str(number), str(first)
                )
            export = str(Path(folder) / "export.ndjson")
            rates["export"] = _rate(store, SEEDED_NAME, DOCUMENT_COUNT, "export", export)
            _create(store, COPY_NAME)
            rates["import"] = _rate(store, COPY_NAME, DOCUMENT_COUNT, "import", export)
            _create(store, COPY_NAME)
            source, target = _engine(store, SEEDED_NAME), _engine(store, COPY_NAME)
            seconds = insert_all_rows(source, target)
            source.dispose()
            target.dispose()
            plain = rates["plain insertion of the same rows"] = DOCUMENT_COUNT / seconds
            store.copy(corpus, COPY_NAME)
            rates[f"seeding in one process after {articles:,} articles"] = _rate(
                store, COPY_NAME, FURTHER_COUNT, "load", "--jobs", "1", str(further)
            )
    finally:
        for name in (SEEDED_NAME, COPY_NAME):
            store.drop(name)
    rows = [[name, f"{rate:,.0f}", f"{rate / plain:.2f}"] for name, rate in rates.items()]
    return markdown_table([f"{DOCUMENT_COUNT:,} documents", "a second", "of plain insertion"], rows)


def _create(store: Store, name: str) -> None:
    store.create(name)
    run_flask(store.url(name), "db", "upgrade")


def _rate(store: Store, name: str, documents: int, *arguments: str) -> float:
    """Run `flask seed` with `arguments` on the database `name`, and return the documents per second.

    `documents` is the number of documents that the command stores. The time that the command needs to start
    is subtracted.
    """
    started = time.perf_counter()
    run_flask(store.url(name), "seed", "--help")
    ready = time.perf_counter()
    run_flask(store.url(name), "seed", *arguments)
    seconds = (time.perf_counter() - ready) - (ready - started)
    return documents / max(seconds, 0.001)


def _engine(store: Store, name: str) -> Engine:
    return create_engine(store.url(name).replace("postgresql://", "postgresql+psycopg://"))


@click.command()
@click.option("--size", default=SMALL_CORPUS, show_default=True, help="Number of articles in the corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Print a Markdown table of documents per second for seeding, export, import and plain insertion.

    Plain insertion copies the finished rows of the same documents, without reading documents. If the corpus
    (a generated database) is missing, it is built first.
    """
    with open_store(engine) as store:
        corpus = ensure_corpus(store, engine, size)
        click.echo(f"- {store.version}\n\n{measure_seeding(store, corpus, size)}")


if __name__ == "__main__":
    main()
