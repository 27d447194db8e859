"""Measure how many bytes each table of a database takes: `python -m bench.storage`."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import NamedTuple

import click
import psycopg

from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.databases import ENGINES, open_store
from bench.markdown import markdown_table

# The bytes of the pages of each table and index of a SQLite file. A full-text index has several tables.
SQLITE_SIZES = """
    SELECT coalesce(m.tbl_name, s.name), m.type = 'index', sum(s.pgsize)
    FROM dbstat('main', 1) AS s LEFT JOIN sqlite_schema AS m ON m.name = s.name
    GROUP BY 1, 2
"""
POSTGRESQL_SIZES = """
    SELECT relname, pg_table_size(oid), pg_indexes_size(oid) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


class TableSize(NamedTuple):
    """The size of a database table: the bytes of its rows, and the bytes of its indexes."""

    name: str
    rows: int
    indexes: int

    @property
    def total(self) -> int:
        """The bytes of the rows and the indexes."""
        return self.rows + self.indexes


def table_sizes(url: str) -> list[TableSize]:
    """Return the size of each table in the database at `url`, the largest first."""
    read = _read_sqlite if url.startswith("sqlite") else _read_postgresql
    return sorted(read(url), key=lambda size: size.total, reverse=True)


def _read_sqlite(url: str) -> Iterator[TableSize]:
    sizes: dict[str, list[int]] = {}
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
        for name, is_index, size in connection.execute(SQLITE_SIZES):
            sizes.setdefault(name, [0, 0])[bool(is_index)] += size
    for name, (rows, indexes) in sizes.items():
        yield TableSize(name, rows, indexes)


def _read_postgresql(url: str) -> Iterator[TableSize]:
    with psycopg.connect(url) as connection:
        for name, rows, indexes in connection.execute(POSTGRESQL_SIZES):
            yield TableSize(name, rows, indexes)


def storage_table(url: str, articles: int) -> str:
    """Return a Markdown table with the bytes per article of each database table.

    `articles` is the number of articles in the database at `url`. Tables with at most one byte per article
    are left out.
    """
    sizes = table_sizes(url)
    total = TableSize("all", sum(each.rows for each in sizes), sum(each.indexes for each in sizes))
    # Tables whose size does not grow with the number of articles are left out.
    shown = [each for each in sizes if each.total > articles]
    rows = [
        [each.name, *(f"{size / articles:,.0f}" for size in (each.rows, each.indexes, each.total))]
        for each in [total, *shown]
    ]
    return markdown_table([f"bytes for each of {articles:,} articles", "rows", "indexes", "both"], rows)


@click.command()
@click.option("--size", default=SMALL_CORPUS, show_default=True, help="Number of articles in the corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Print a Markdown table with the bytes per article of each database table.

    The database is a generated corpus of `--size` articles. If it is missing, it is built first.
    """
    with open_store(engine) as store:
        corpus = ensure_corpus(store, engine, size)
        click.echo(f"- {store.version}\n\n{storage_table(store.url(corpus), size)}")


if __name__ == "__main__":
    main()
