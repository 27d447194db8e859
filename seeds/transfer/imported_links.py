"""Collect the links of an import until all articles are imported, and then insert the links."""

from typing import Any

from sqlalchemy import Column, Integer, MetaData, Table, insert, select

from api.database.base import table_of
from api.database.column_types import Id
from api.models import Article, RelatedLink
from seeds.transfer.export_file import InvalidExportError
from seeds.transfer.waiting_rows import WaitingRows

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


class ImportedLinks(WaitingRows):
    """The links of imported articles, which wait in a temporary table until all articles are imported.

    Use this class as a context manager. `add` takes rows in the form of `LineRows.links`, and `insert` stores
    the links.
    """

    table = WAITING

    def insert(self, entities: int) -> None:
        """Insert all links into the table of links.

        Args:
            entities: The number of entities in the export, to compute line numbers in error messages.

        Raises:
            InvalidExportError: A link leads to an article that is not in the export.
        """
        row = self._connection.execute(UNKNOWN_TARGET).one_or_none()
        if row:
            raise InvalidExportError(self._line_of(row.article, entities), _unknown(row.target_id))
        self._connection.execute(INSERT_LINKS)


def _unknown(target: Any) -> str:
    return f"related: must lead to articles of this export; no article has the id {target}"
