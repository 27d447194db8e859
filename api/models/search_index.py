"""The full-text index over search terms, the stemmed words that `api.search.analyzer` makes from texts.

On SQLite, each index is an FTS5 table without the indexed texts. FTS5 needs the terms of a row to delete it,
so they are made again from the stored article.

On PostgreSQL, each index is a table with a column `vector` of the type tsvector and a GIN index. The option
`fastupdate` is off: it would collect new entries in a list that every search has to read.
"""

from typing import NamedTuple

from sqlalchemy import DDL, event

from api.database.base import Base


class SearchIndex(NamedTuple):
    """A full-text index: the name of its table, and its columns by descending weight.

    `columns` maps each column to its weight letter (A to D) in PostgreSQL. Rows have the internal number of
    the article or takeaway.
    """

    # The row number is the column `rowid` of FTS5, and `number` on PostgreSQL.

    table: str
    columns: dict[str, str]


ARTICLE_INDEX = SearchIndex("article_search", {"title": "A", "summary": "B", "takeaways": "C", "text": "D"})
TAKEAWAY_INDEX = SearchIndex("takeaway_search", {"text": "A"})
SEARCH_INDEXES = (ARTICLE_INDEX, TAKEAWAY_INDEX)
# The lengths of texts, which only bm25() needs, are not stored. `api.search.term_index` computes relevance.
FTS5_OPTIONS = "content='', columnsize=0, tokenize='ascii'"


def create_statements(index: SearchIndex, dialect: str) -> list[str]:
    """Return the statements that create `index` on `dialect`, which is `sqlite` or `postgresql`."""
    if dialect == "sqlite":
        columns = ", ".join(index.columns)
        return [f"CREATE VIRTUAL TABLE {index.table} USING fts5({columns}, {FTS5_OPTIONS})"]
    return [
        f"CREATE TABLE {index.table} (number BIGINT PRIMARY KEY, vector TSVECTOR NOT NULL)",
        f"CREATE INDEX ix_{index.table}_vector ON {index.table} USING gin (vector) WITH (fastupdate = off)",
    ]


def is_part_of_model(name: str | None) -> bool:
    """Return True if Alembic must compare the table or index `name` with the models.

    Return False for the tables and indexes of the full-text search, which no model describes.
    """
    # On SQLite, they include the tables with the data of FTS5, such as `article_search_data`.
    tables = tuple(index.table for index in SEARCH_INDEXES)
    return not (name or "").removeprefix("ix_").startswith(tables)


def _register(index: SearchIndex) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in create_statements(index, dialect):
            create = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(Base.metadata, "after_create", create.execute_if(dialect=dialect))
    drop = DDL(f"DROP TABLE IF EXISTS {index.table}")  # type: ignore[no-untyped-call]
    event.listen(Base.metadata, "before_drop", drop)


for _index in SEARCH_INDEXES:
    _register(_index)
