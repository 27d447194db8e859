"""Keep rows of an import in a temporary table until all articles are imported.

A row can refer to an article on a later line of the export, whose database number is not known yet.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Table, func, select

from api.database.base import table_of
from api.models import Article
from seeds.bulk_statements import insert_into

ARTICLES = table_of(Article)


class WaitingRows(AbstractContextManager["WaitingRows"]):
    """Rows of an import in a temporary table, which exists in the `with` block.

    A subclass sets `table`, the temporary table. `connection` must be in a write transaction.
    """

    table: Table

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> Self:
        """Create the temporary table."""
        self.table.create(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Delete the temporary table. After an error, the rollback of the transaction deletes the table."""
        if kind is None:
            self.table.drop(self._connection)

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add rows, which map the columns of the table to values."""
        insert_into(self._connection, self.table, rows)

    def _line_of(self, article: int, entities: int) -> int:
        """Return the number of the line of the export that contains an article.

        Args:
            article: The database number of the article.
            entities: The number of entities in the export. Their lines come before the lines of the articles.
        """
        # The first line is about the corpus.
        above = select(func.count()).select_from(ARTICLES).where(ARTICLES.c.number <= article)
        return 1 + entities + (self._connection.scalar(above) or 0)
