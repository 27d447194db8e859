"""The full-text index over search terms, the stemmed words that `api.search.analyzer` makes from texts.

The tables store the terms of a text, separated by spaces. Each engine has its own index. SQLite has an
external-content FTS5 table that triggers keep up to date. PostgreSQL has a generated column `vector` with a
GIN index. The option `fastupdate` of this index is off: it would collect new entries in a list that every
search has to read.
"""

from uuid import UUID

from sqlalchemy import DDL, Table, Text, event
from sqlalchemy.orm import Mapped, mapped_column, synonym

from api.database.base import Base
from api.database.column_types import Number
from api.models.sort_keys import parent


class ArticleTerms(Base):
    """The search terms (stemmed words) of the parts of an article, for full-text search.

    `text` has the terms of the body and the analysis. `number` identifies the row in the full-text index and
    increases in the order in which articles were first loaded.
    """

    __tablename__ = "article_terms"

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    article_id: Mapped[UUID] = parent("articles", unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    takeaways: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)

    id = synonym("article_id")


class TakeawayTerms(Base):
    """The search terms (stemmed words) of a takeaway, a key point of an article, for full-text search.

    `number` identifies the row in the full-text index.
    """

    __tablename__ = "takeaway_terms"

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    takeaway_id: Mapped[UUID] = parent("takeaways", unique=True)
    text: Mapped[str] = mapped_column(Text)

    id = synonym("takeaway_id")


# The indexed columns of each table by descending weight, each with its weight (A to D) in PostgreSQL.
WEIGHT_LETTERS = {
    "article_terms": {"title": "A", "summary": "B", "takeaways": "C", "text": "D"},
    "takeaway_terms": {"text": "A"},
}


def index_ddl(table: str, dialect: str) -> list[str]:
    """Return the statements that create the full-text index over `table`, a table of search terms.

    `dialect` is `sqlite` or `postgresql`.
    """
    columns = WEIGHT_LETTERS[table]
    if dialect == "postgresql":
        vectors = [
            f"setweight(to_tsvector('simple', {name}), '{letter}')" for name, letter in columns.items()
        ]
        vector = f"tsvector GENERATED ALWAYS AS ({' || '.join(vectors)}) STORED"
        return [
            f"ALTER TABLE {table} ADD COLUMN vector {vector}",
            f"CREATE INDEX ix_{table}_vector ON {table} USING gin (vector) WITH (fastupdate = off)",
        ]
    names = ", ".join(columns)
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    index = f"{table}_fts"
    inserted, deleted = f"rowid, {names}", f"{index}, rowid, {names}"
    add = f"INSERT INTO {index} ({inserted}) VALUES (new.number, {new});"  # noqa: S608 -- names of this module
    remove = f"INSERT INTO {index} ({deleted}) VALUES ('delete', old.number, {old});"  # noqa: S608
    return [
        f"CREATE VIRTUAL TABLE {index} USING fts5"
        f"({names}, content='{table}', content_rowid='number', tokenize='ascii')",
        f"CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN {add} END",
        f"CREATE TRIGGER {table}_removed AFTER DELETE ON {table} BEGIN {remove} END",
        f"CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN {remove} {add} END",
    ]


def _attach(table: Table) -> None:
    for dialect in ("sqlite", "postgresql"):
        for statement in index_ddl(table.name, dialect):
            ddl = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", ddl.execute_if(dialect=dialect))
    drop = DDL(f"DROP TABLE IF EXISTS {table.name}_fts")  # type: ignore[no-untyped-call]
    event.listen(table, "before_drop", drop.execute_if(dialect="sqlite"))


for _model in (ArticleTerms, TakeawayTerms):
    _attach(Base.metadata.tables[_model.__tablename__])
