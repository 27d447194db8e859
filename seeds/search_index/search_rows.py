"""Insert and delete rows of the full-text index and the term index, in SQLite and PostgreSQL.

To delete a row, SQLite needs the inserted search terms. They are made again from the stored content, so the
analyzer must not have changed (`corpus.analyzer_version`). Each command that changes stored articles
therefore calls `update_search_index` first. An import fills an empty index, and sets the version itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, text, update

from api.database.base import table_of
from api.models import (
    ARTICLE_INDEX,
    SEARCH_INDEXES,
    TAKEAWAY_INDEX,
    ArticleDocument,
    Corpus,
    SearchIndex,
    takeaway_number,
)
from api.search.analyzer import ANALYZER_VERSION
from api.v1.article_content import unpack_content
from seeds.preparing.search_terms import SearchTerms, search_terms
from seeds.search_index.term_segments import add_terms, clear_terms, remove_terms

Row = dict[str, Any]
# The number of articles that are read and indexed together when the whole index is made again.
REBUILT_TOGETHER = 100
DOCUMENTS, CORPUS = table_of(ArticleDocument), table_of(Corpus)
NUMBERS = select(DOCUMENTS.c.article).order_by(DOCUMENTS.c.article)
CONTENTS = select(DOCUMENTS.c.article, DOCUMENTS.c.document, DOCUMENTS.c.content).where(
    DOCUMENTS.c.article.in_(bindparam("numbers", expanding=True))
)


def insert_search_rows(connection: Connection, terms: Mapping[int, SearchTerms]) -> None:
    """Add articles, with their takeaways (key points), to the full-text and term indexes.

    Args:
        connection: The connection, in a write transaction.
        terms: The search terms of each article, by its database number. The articles must not be in the
            indexes.
    """
    _execute(connection, _insertion, terms)
    if terms:
        add_terms(connection, {number: each.packed for number, each in terms.items()})


def delete_search_rows(connection: Connection, terms: Mapping[int, SearchTerms]) -> None:
    """Remove articles, with their takeaways (key points), from the full-text and term indexes.

    Args:
        connection: In a write transaction.
        terms: The search terms that the indexes contain for each article, by its database number (see
            `read_search_terms`).
    """
    _execute(connection, _deletion, terms)
    if terms:
        remove_terms(connection, terms.keys())


def update_search_index(connection: Connection) -> bool:
    """Rebuild the full-text and term indexes if a different version of the text analyzer made them.

    Return True if they were rebuilt. `connection` must be in a write transaction.
    """
    if connection.scalars(select(CORPUS.c.analyzer_version)).one() == ANALYZER_VERSION:
        return False
    rebuild_search_index(connection)
    return True


def rebuild_search_index(connection: Connection) -> None:
    """Rebuild the full-text and term indexes from the stored content of all articles.

    `connection` must be in a write transaction.
    """
    for index in SEARCH_INDEXES:
        connection.execute(text(_clearing(index, connection.dialect.name)))
    clear_terms(connection)
    numbers = connection.scalars(NUMBERS).all()
    for start in range(0, len(numbers), REBUILT_TOGETHER):
        several = numbers[start : start + REBUILT_TOGETHER]
        insert_search_rows(connection, read_search_terms(connection, several))
    connection.execute(update(CORPUS).values(analyzer_version=ANALYZER_VERSION))


def read_search_terms(connection: Connection, numbers: Sequence[int]) -> dict[int, SearchTerms]:
    """Return the search terms of stored articles, by database number, made from the stored content.

    `numbers` are the database numbers of the articles.
    """
    rows = connection.execute(CONTENTS, {"numbers": numbers})
    return {row.article: search_terms(unpack_content(row.content, row.document)) for row in rows}


def _execute(
    connection: Connection, statement: Callable[[SearchIndex, str], str], terms: Mapping[int, SearchTerms]
) -> None:
    """Execute the SQL of `statement` for each article, and for each key point of these articles.

    Articles and key points have a full-text index each.

    Args:
        connection: In a write transaction.
        statement: `_insertion` or `_deletion`, which return the SQL for an index and a dialect.
        terms: The search terms of each article and its key points, by its database number.
    """
    rows_by_index = (
        (ARTICLE_INDEX, [{"number": number, **each.article} for number, each in terms.items()]),
        (TAKEAWAY_INDEX, [row for number, each in terms.items() for row in _takeaway_rows(number, each)]),
    )
    for index, rows in rows_by_index:
        if rows:
            connection.execute(text(statement(index, connection.dialect.name)), rows)


def _takeaway_rows(article: int, terms: SearchTerms) -> Iterator[Row]:
    for position, takeaway in enumerate(terms.takeaways, 1):
        yield {"number": takeaway_number(article, position), "text": takeaway}


def _insertion(index: SearchIndex, dialect: str) -> str:
    names = index.columns
    if dialect == "sqlite":
        columns, values = ", ".join(names), ", ".join(f":{name}" for name in names)
        return f"INSERT INTO {index.table} (rowid, {columns}) VALUES (:number, {values})"  # noqa: S608
    vectors = [
        f"setweight(to_tsvector('simple', CAST(:{name} AS text)), '{letter}')"
        for name, letter in names.items()
    ]
    return f"INSERT INTO {index.table} (number, vector) VALUES (:number, {' || '.join(vectors)})"  # noqa: S608


def _deletion(index: SearchIndex, dialect: str) -> str:
    if dialect == "postgresql":
        return f"DELETE FROM {index.table} WHERE number = :number"  # noqa: S608
    columns, values = ", ".join(index.columns), ", ".join(f":{name}" for name in index.columns)
    command = f"INSERT INTO {index.table} ({index.table}, rowid, {columns})"
    return f"{command} VALUES ('delete', :number, {values})"


def _clearing(index: SearchIndex, dialect: str) -> str:
    if dialect == "sqlite":
        return f"INSERT INTO {index.table} ({index.table}) VALUES ('delete-all')"  # noqa: S608
    return f"DELETE FROM {index.table}"  # noqa: S608
