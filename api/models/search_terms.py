"""The full-text index: terms made by `api.search.analyzer`, indexed by each engine.

The tables hold the terms as text. What finds rows by them stands beside the models, since each engine has its
own: on SQLite an FTS5 table that takes its content from here, kept by triggers; on PostgreSQL a generated
column `vector` with a GIN index, without its list of pending entries, which every search would have to read.
"""

from uuid import UUID

from sqlalchemy import DDL, Table, Text, event
from sqlalchemy.orm import Mapped, mapped_column, synonym

from api.db import Base, Number
from api.models.sort_keys import parent


class ArticleTerms(Base):
    """The terms of an article; `number` counts articles in the order of their first seeding."""

    __tablename__ = "article_terms"

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    article_id: Mapped[UUID] = parent("articles", unique=True)
    title: Mapped[str] = mapped_column(Text)
    summary: Mapped[str] = mapped_column(Text)
    takeaways: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)

    id = synonym("article_id")


class TakeawayTerms(Base):
    """The terms of a takeaway."""

    __tablename__ = "takeaway_terms"

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    takeaway_id: Mapped[UUID] = parent("takeaways", unique=True)
    text: Mapped[str] = mapped_column(Text)

    id = synonym("takeaway_id")


# The columns in the order of their weight, and PostgreSQL's letter for each.
WEIGHED = {
    "article_terms": {"title": "A", "summary": "B", "takeaways": "C", "text": "D"},
    "takeaway_terms": {"text": "A"},
}


def index_ddl(table: str, dialect: str) -> list[str]:
    """Give the statements that make the index over `table` on `dialect`."""
    columns = WEIGHED[table]
    if dialect == "postgresql":
        weighed = [f"setweight(to_tsvector('simple', {name}), '{w}')" for name, w in columns.items()]
        vector = f"tsvector GENERATED ALWAYS AS ({' || '.join(weighed)}) STORED"
        return [
            f"ALTER TABLE {table} ADD COLUMN vector {vector}",
            f"CREATE INDEX ix_{table}_vector ON {table} USING gin (vector) WITH (fastupdate = off)",
        ]
    names = ", ".join(columns)
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("old", "new"))
    index = f"{table}_fts"
    added, removed = f"rowid, {names}", f"{index}, rowid, {names}"
    add = f"INSERT INTO {index} ({added}) VALUES (new.number, {new});"  # noqa: S608 -- our own names
    remove = f"INSERT INTO {index} ({removed}) VALUES ('delete', old.number, {old});"  # noqa: S608
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
            made = DDL(statement)  # type: ignore[no-untyped-call]
            event.listen(table, "after_create", made.execute_if(dialect=dialect))
    removal = DDL(f"DROP TABLE IF EXISTS {table.name}_fts")  # type: ignore[no-untyped-call]
    event.listen(table, "before_drop", removal.execute_if(dialect="sqlite"))


for _model in (ArticleTerms, TakeawayTerms):
    _attach(Base.metadata.tables[_model.__tablename__])
