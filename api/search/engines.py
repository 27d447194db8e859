"""Full-text search: a query of ours in the terms of each engine, which index both what our analyzer made."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    FromClause,
    Text,
    cast,
    column,
    func,
    literal,
    literal_column,
    select,
    table,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, REAL, TSQUERY, TSVECTOR

from api.db import AnySelect, Number, db
from api.models import ArticleTerms, TakeawayTerms
from api.search.query_language import Phrase, Query

# What a term counts in title, summary, takeaways, and analysis or body.
WEIGHTS = (10.0, 5.0, 3.0, 1.0)
Terms = type[ArticleTerms] | type[TakeawayTerms]


@dataclass(frozen=True)
class Hits:
    """What a query finds: the index, the condition, and each hit's number and distance, the nearest least.

    `terms` are the rows behind the index, with the same numbers; `wanted` is a weaker condition, under which
    a hit's distance costs less, unless it costs no more as the hit is found (`is_ranked_as_found`).
    """

    terms: Terms
    index: FromClause
    number: ColumnElement[int]
    condition: ColumnElement[bool]
    wanted: ColumnElement[bool]
    is_ranked_as_found: bool
    distance: ColumnElement[float]

    def numbers(self) -> AnySelect:
        """Select the numbers of the hits; nothing but the index is read."""
        return select(self.number.label("number")).select_from(self.index).where(self.condition)

    def among(self, numbers: AnySelect) -> ColumnElement[bool]:
        """Say that a hit's number is one of `numbers`."""
        # FTS5 would search once for each number, but compares an expression while it searches once.
        number = self.number if self.index is self.terms.__table__ else self.number + 0
        return number.in_(numbers)

    def ids(self) -> AnySelect:
        """Select the ids of the hits."""
        return self.with_terms(select(self.terms.id)).where(self.condition)

    def with_terms(self, statement: AnySelect) -> AnySelect:
        """Let `statement` select from the index and the rows behind it."""
        behind = self.terms.__table__
        if self.index is behind:
            return statement.select_from(behind)
        return statement.select_from(self.index.join(behind, behind.c.number == self.number))

    def has(self, identity: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Say that the row with id `identity` is a hit."""
        # Not IN of the ids: SQLite would look the id of each hit up, in rows as large as their text.
        hit = self.terms.number.in_(self.numbers().correlate(None))
        own = hit if self.index is not self.terms.__table__ else self.condition
        return select(self.terms.number).where(self.terms.id == identity, own).exists()


def search(terms: Terms, query: Query) -> Hits:
    """Look for `query` in the index over `terms`, on the engine at hand."""
    return (_fts5 if db.engine.dialect.name == "sqlite" else _tsvector)(terms, query)


def _fts5(terms: Terms, query: Query) -> Hits:
    name = f"{terms.__tablename__}_fts"
    index = table(name, column("rowid", Number))
    itself: ColumnElement[Any] = literal_column(name)

    def match(text: str) -> ColumnElement[bool]:
        return itself.op("MATCH", return_type=Boolean())(literal(text, Text))

    # Okapi BM25, SQLite gives it with the sign turned; of the words alone, since it looks for each phrase in
    # every text to count those that have it.
    sought, words = fts5_query(query), fts5_query(Query(query.required, ()), " AND ")
    distance = func.bm25(itself, *[literal_column(str(weight)) for weight in WEIGHTS], type_=Double)
    return Hits(terms, index, index.c.rowid, match(sought), match(words), words == sought, distance)


def _tsvector(terms: Terms, query: Query) -> Hits:
    index = terms.__table__
    vector = literal_column(f"{terms.__tablename__}.vector", TSVECTOR)
    wanted = cast(literal(tsquery(query), Text), TSQUERY)
    match = vector.op("@@", return_type=Boolean())(wanted)
    # PostgreSQL wants the weights from the last to the first, and at most 1. 1 damps the length of the text.
    weights = cast([weight / WEIGHTS[0] for weight in reversed(WEIGHTS)], ARRAY(REAL))
    rank = cast(func.ts_rank(weights, vector, wanted, 1), Double)
    return Hits(terms, index, index.c.number, match, true(), True, -rank)


def fts5_query(query: Query, within: str = " + ") -> str:
    """Write `query` in the syntax of FTS5, `within` between the words of a phrase.

    Terms are letters and digits, so that nothing needs escaping.
    """

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " OR ".join("(" + within.join(phrase) + ")" for phrase in phrases) + ")"

    required = " AND ".join(any_of(choice) for choice in query.required)
    return f"({required}) NOT {any_of(query.excluded)}" if query.excluded else required


def tsquery(query: Query) -> str:
    """Write `query` in the syntax of tsquery."""

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " | ".join("(" + " <-> ".join(phrase) + ")" for phrase in phrases) + ")"

    required = [any_of(choice) for choice in query.required]
    excluded = [f"!{any_of(query.excluded)}"] if query.excluded else []
    return " & ".join(required + excluded)
