"""Full-text search by the index of each engine, FTS5 or tsvector, over the terms of `api.search.analyzer`."""

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

# The weights of a term in the title, the summary, the takeaways, and the analysis or body.
PART_WEIGHTS = (10.0, 5.0, 3.0, 1.0)
Terms = type[ArticleTerms] | type[TakeawayTerms]


@dataclass(frozen=True)
class Hits:
    """The rows that a query finds.

    Attributes:
        terms: The model of the indexed rows, which have the same numbers as the index.
        index: The full-text index.
        number: The number of a hit.
        condition: The condition that a row of the index is a hit.
        ranking_condition: A weaker condition, under which the distance of a hit is cheaper to compute.
        is_ranked_as_found: True if the distance is as cheap under `condition` itself.
        distance: The distance of a hit from the query; the best hit has the least.
    """

    terms: Terms
    index: FromClause
    number: ColumnElement[int]
    condition: ColumnElement[bool]
    ranking_condition: ColumnElement[bool]
    is_ranked_as_found: bool
    distance: ColumnElement[float]

    def numbers(self) -> AnySelect:
        """Select the numbers of the hits, from the index alone."""
        return select(self.number.label("number")).select_from(self.index).where(self.condition)

    def among(self, numbers: AnySelect) -> ColumnElement[bool]:
        """Return the condition that the number of a hit is one of `numbers`."""
        # The expression keeps FTS5 from searching once for each number.
        number = self.number if self.index is self.terms.__table__ else self.number + 0
        return number.in_(numbers)

    def ids(self) -> AnySelect:
        """Select the ids of the hits."""
        return self.with_terms(select(self.terms.id)).where(self.condition)

    def with_terms(self, statement: AnySelect) -> AnySelect:
        """Return `statement`, selecting from the index joined with the indexed rows."""
        rows = self.terms.__table__
        if self.index is rows:
            return statement.select_from(rows)
        return statement.select_from(self.index.join(rows, rows.c.number == self.number))

    def has(self, identity: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Return the condition that the row with id `identity` is a hit."""
        # With `IN (ids)`, SQLite would read the row of each hit, text included, to look up its id.
        is_hit = self.terms.number.in_(self.numbers().correlate(None))
        condition = is_hit if self.index is not self.terms.__table__ else self.condition
        return select(self.terms.number).where(self.terms.id == identity, condition).exists()


def search(terms: Terms, query: Query) -> Hits:
    """Search the index over `terms` for `query`, on the current engine."""
    return (_fts5 if db.engine.dialect.name == "sqlite" else _tsvector)(terms, query)


def _fts5(terms: Terms, query: Query) -> Hits:
    name = f"{terms.__tablename__}_fts"
    index = table(name, column("rowid", Number))
    itself: ColumnElement[Any] = literal_column(name)

    def match(text: str) -> ColumnElement[bool]:
        return itself.op("MATCH", return_type=Boolean())(literal(text, Text))

    # SQLite returns Okapi BM25 with the sign reversed. Ranking uses single words, since bm25() searches every
    # text for each phrase to count the texts that contain it.
    phrases, words = fts5_query(query), fts5_query(Query(query.required, ()), " AND ")
    distance = func.bm25(itself, *[literal_column(str(weight)) for weight in PART_WEIGHTS], type_=Double)
    return Hits(terms, index, index.c.rowid, match(phrases), match(words), words == phrases, distance)


def _tsvector(terms: Terms, query: Query) -> Hits:
    index = terms.__table__
    vector = literal_column(f"{terms.__tablename__}.vector", TSVECTOR)
    ts_query = cast(literal(tsquery(query), Text), TSQUERY)
    match = vector.op("@@", return_type=Boolean())(ts_query)
    # PostgreSQL takes the weights in reverse order and at most 1. The last argument, 1, divides the rank by
    # the logarithm of the length of the text.
    weights = cast([weight / PART_WEIGHTS[0] for weight in reversed(PART_WEIGHTS)], ARRAY(REAL))
    rank = cast(func.ts_rank(weights, vector, ts_query, 1), Double)
    return Hits(terms, index, index.c.number, match, true(), True, -rank)


def fts5_query(query: Query, within: str = " + ") -> str:
    """Return `query` in the syntax of FTS5, with `within` between the words of a phrase.

    Terms consist of letters and digits, so nothing is escaped.
    """

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " OR ".join("(" + within.join(phrase) + ")" for phrase in phrases) + ")"

    required = " AND ".join(any_of(choice) for choice in query.required)
    return f"({required}) NOT {any_of(query.excluded)}" if query.excluded else required


def tsquery(query: Query) -> str:
    """Return `query` in the syntax of tsquery."""

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " | ".join("(" + " <-> ".join(phrase) + ")" for phrase in phrases) + ")"

    required = [any_of(choice) for choice in query.required]
    excluded = [f"!{any_of(query.excluded)}"] if query.excluded else []
    return " & ".join(required + excluded)
