"""Collect the links of an import until all articles are imported, and then insert them.

A link leads to an article of any line, so the number of its target is known only at the end. Meanwhile, the
rows are in a temporary table, because they can need more memory than there is.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, Table, func, insert, select

from api.database.base import table_of
from api.database.column_types import Id
from api.models import Article, RelatedLink
from seeds.bulk import insert_into
from seeds.storing.row_builders import Row
from seeds.transfer.export_file import InvalidExportError

ARTICLES, LINKS = table_of(Article), table_of(RelatedLink)
# The columns that the temporary table has in common with the table of links.
COLUMNS = [column for column in LINKS.columns if column.name not in ("number", "target")]
WAITING = Table(
    "imported_links",
    MetaData(),
    Column("place", Integer, primary_key=True),
    Column("target_id", Id),
    *(Column(column.name, column.type, nullable=column.nullable) for column in COLUMNS),
    prefixes=["TEMPORARY"],
)
IS_TARGET = ARTICLES.c.id == WAITING.c.target_id
# The first link to an article that does not exist.
UNKNOWN_TARGET = (
    select(WAITING.c.article, WAITING.c.target_id)
    .select_from(WAITING.outerjoin(ARTICLES, IS_TARGET))
    .where(WAITING.c.target_id.is_not(None), ARTICLES.c.number.is_(None))
    .order_by(WAITING.c.place)
    .limit(1)
)
INSERT_LINKS = insert(LINKS).from_select(
    [*(column.name for column in COLUMNS), "target"],
    select(*(WAITING.c[column.name] for column in COLUMNS), ARTICLES.c.number)
    .select_from(WAITING.outerjoin(ARTICLES, IS_TARGET))
    .order_by(WAITING.c.place),
)


class ImportedLinks(AbstractContextManager["ImportedLinks"]):
    """The links of imported articles. They exist in the `with` block, and `insert` stores them.

    `connection` must be in a write transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __enter__(self) -> "ImportedLinks":
        """Create the temporary table."""
        WAITING.create(self._connection)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Delete the temporary table. After an error, the transaction is rolled back, and so is the table."""
        if kind is None:
            WAITING.drop(self._connection)

    def add(self, rows: Sequence[Row]) -> None:
        """Add links, in the form of `LineRows.links`."""
        insert_into(self._connection, WAITING, rows)

    def insert(self, entities: int) -> None:
        """Insert all links into the table of links.

        Raise `InvalidExportError` if a link leads to an article that is not in the export. `entities` is the
        number of lines of kind entity, from which the line of the article is computed.
        """
        row = self._connection.execute(UNKNOWN_TARGET).one_or_none()
        if row:
            raise InvalidExportError(self._line_of(row.article, entities), _unknown(row.target_id))
        self._connection.execute(INSERT_LINKS)

    def _line_of(self, article: int, entities: int) -> int:
        """Return the line of the article with the number `article`.

        The line of the corpus and the lines of entities are above the lines of articles.
        """
        above = select(func.count()).select_from(ARTICLES).where(ARTICLES.c.number <= article)
        return 1 + entities + (self._connection.scalar(above) or 0)


def _unknown(target: Any) -> str:
    return f"related: must lead to articles of this export; no article has the id {target}"
