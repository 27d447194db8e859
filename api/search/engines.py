"""Full-text search over terms of `api.search.analyzer`, with FTS5 on SQLite and tsvector on PostgreSQL."""

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

from api.database.base import AnySelect, db
from api.database.column_types import Number
from api.models import ArticleTerms, TakeawayTerms
from api.search.query_language import Phrase, Query

# The weights in a ranking of a term in the title, the summary, the takeaways, and the analysis or body.
PART_WEIGHTS = (10.0, 5.0, 3.0, 1.0)
Terms = type[ArticleTerms] | type[TakeawayTerms]


@dataclass(frozen=True)
class Hits:
    """The articles or takeaways that a full-text query finds, as SQL expressions that are not executed yet.

    Attributes:
        terms: The model of the table with the search terms. It has a row for each article or takeaway, whose
            column `number` has the same value as `number` in the index.
        index: The full-text index. On PostgreSQL, it is the table of `terms` itself.
        number: The column of the index with the number of each row.
        condition: The condition that selects the hits from the index.
        ranking_condition: A condition that selects all hits but also other rows. `distance` is cheaper to
            compute with it than with `condition`, so the statement must also restrict the numbers to hits.
        can_rank_directly: True if `distance` is as cheap to compute with `condition`, so that a single
            statement can find and rank the hits.
        distance: An expression for how badly a row matches the query. The best hit has the smallest value.
    """

    terms: Terms
    index: FromClause
    number: ColumnElement[int]
    condition: ColumnElement[bool]
    ranking_condition: ColumnElement[bool]
    can_rank_directly: bool
    distance: ColumnElement[float]

    def numbers(self) -> AnySelect:
        """Return a statement that selects the numbers of the hits. It reads only the full-text index."""
        return select(self.number.label("number")).select_from(self.index).where(self.condition)

    def among(self, numbers: AnySelect) -> ColumnElement[bool]:
        """Return a condition that keeps only hits whose row numbers the statement `numbers` selects.

        Row numbers identify the rows of the full-text index.
        """
        # Adding 0 keeps FTS5 from searching once for each number.
        number = self.number if self.index is self.terms.__table__ else self.number + 0
        return number.in_(numbers)

    def ids(self) -> AnySelect:
        """Return the statement that selects the ids of the articles or takeaways that are hits."""
        return self.with_terms(select(self.terms.id)).where(self.condition)

    def with_terms(self, statement: AnySelect) -> AnySelect:
        """Return `statement` with the full-text index and the table of search terms in its FROM clause.

        On SQLite, the two are joined. On PostgreSQL, they are the same table.
        """
        rows = self.terms.__table__
        if self.index is rows:
            return statement.select_from(rows)
        return statement.select_from(self.index.join(rows, rows.c.number == self.number))

    def has(self, identity: ColumnElement[UUID]) -> ColumnElement[bool]:
        """Return a condition that is true if the article or takeaway with the id `identity` is a hit.

        `identity` is a column, so that the condition can be used in a statement about articles or takeaways.
        """
        # With `IN (ids)`, SQLite would read the whole row of each hit, including its text, to look up the id.
        is_hit = self.terms.number.in_(self.numbers().correlate(None))
        condition = is_hit if self.index is not self.terms.__table__ else self.condition
        return select(self.terms.number).where(self.terms.id == identity, condition).exists()


def search(terms: Terms, query: Query) -> Hits:
    """Return the hits of `query`, for the database of the current application.

    `terms` is the model of the indexed search terms: ArticleTerms to find articles, TakeawayTerms to find
    takeaways.
    """
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


def fts5_query(query: Query, word_separator: str = " + ") -> str:
    """Return `query` in the syntax of FTS5, the full-text index of SQLite.

    `word_separator` is the operator between the words of a phrase: ` + ` if they must be consecutive, or
    ` AND ` if each can be anywhere in the text. Terms consist of letters and digits only, so they need no
    escaping.
    """

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " OR ".join("(" + word_separator.join(phrase) + ")" for phrase in phrases) + ")"

    required = " AND ".join(any_of(choice) for choice in query.required)
    return f"({required}) NOT {any_of(query.excluded)}" if query.excluded else required


def tsquery(query: Query) -> str:
    """Return `query` in the syntax of tsquery, the type of full-text queries in PostgreSQL."""

    def any_of(phrases: Sequence[Phrase]) -> str:
        return "(" + " | ".join("(" + " <-> ".join(phrase) + ")" for phrase in phrases) + ")"

    required = [any_of(choice) for choice in query.required]
    excluded = [f"!{any_of(query.excluded)}"] if query.excluded else []
    return " & ".join(required + excluded)
