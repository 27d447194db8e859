"""Full-text search over terms of `api.search.analyzer`, with FTS5 on SQLite and tsvector on PostgreSQL.

`match_text` returns the search as text. Bind this text to the parameter `match` of the statements and
conditions that the other functions return.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, cast, column, literal_column, select
from sqlalchemy import table as table_clause
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

from api.database.base import AnySelect
from api.database.column_types import Number
from api.search.query_language import Phrase, Query

MATCH = "match"


def match_text(query: Query, dialect: str) -> str:
    """Return a full-text query in the syntax of the database, as the value of the bound parameter `match`.

    `dialect` is `sqlite` (the syntax of FTS5) or `postgresql` (the syntax of tsquery).
    """
    return _fts5_query(query) if dialect == "sqlite" else _tsquery(query)


@cache
def hit_numbers(table: str, dialect: str) -> AnySelect:
    """Return the statement that selects the internal numbers of the articles or takeaways found by a search.

    The search is the bound parameter `match`, the result of `match_text`.

    Args:
        table: The name of the full-text index.
        dialect: `sqlite` or `postgresql`.
    """
    text: ColumnElement[str] = bindparam(MATCH, type_=Text)
    if dialect == "sqlite":
        index = table_clause(table, column("rowid", Number))
        itself: ColumnElement[Any] = literal_column(table)
        is_match = itself.bool_op("MATCH")(text)
        return select(index.c.rowid.label("number")).where(is_match)
    index = table_clause(table, column("number", Number), column("vector", TSVECTOR))
    is_match = index.c.vector.bool_op("@@")(cast(text, TSQUERY))
    return select(index.c.number).where(is_match)


@cache
def hits_among(table: str, dialect: str) -> AnySelect:
    """Return the statement that selects the hits of a search among given articles or takeaways.

    The bound parameters are `numbers`, the given internal numbers, and `match`, the result of `match_text`.

    Args:
        table: The name of the full-text index.
        dialect: `sqlite` or `postgresql`.
    """
    hits = hit_numbers(table, dialect)
    (number,) = hits.get_final_froms()[0].c[:1]
    return hits.where(number.in_(bindparam("numbers", expanding=True)))


def is_hit(table: str, dialect: str, number: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the SQL condition that an article or takeaway matches a full-text query.

    The query is the bound parameter `match`, the result of `match_text`.

    Args:
        table: The name of the full-text index.
        dialect: `sqlite` or `postgresql`.
        number: The column with the internal number of the article or takeaway.
    """
    # The sum keeps SQLite from looking up and sorting all hits, instead of reading an index in order.
    return (number + 0 if dialect == "sqlite" else number).in_(hit_numbers(table, dialect))


def _fts5_query(query: Query) -> str:
    """Return `query` in the syntax of FTS5, the full-text index of SQLite.

    Terms consist of letters and digits only, so they need no escaping.
    """

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " OR ".join("(" + " + ".join(phrase) + ")" for phrase in phrases) + ")"

    required = " AND ".join(any_of(choice) for choice in query.required)
    return f"({required}) NOT {any_of(query.excluded)}" if query.excluded else required


def _tsquery(query: Query) -> str:
    """Return `query` in the syntax of tsquery, the type of full-text queries in PostgreSQL."""

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " | ".join("(" + " <-> ".join(phrase) + ")" for phrase in phrases) + ")"

    required = [any_of(choice) for choice in query.required]
    excluded = [f"!{any_of(query.excluded)}"] if query.excluded else []
    return " & ".join(required + excluded)
