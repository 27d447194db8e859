"""Import the lines of an export into an empty database, in batches within one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import BinaryIO
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.exc import IntegrityError

from api.database.base import db, table_of
from api.models import ApiKey, Corpus, Entity, Folder
from api.search.analyzer import ANALYZER_VERSION
from api.v1.renderings import rendering_key
from seeds.bulk_statements import insert_rows, portions
from seeds.escaping import printable
from seeds.preparing.worker_pool import WorkerPool
from seeds.search_index.search_rows import insert_search_rows
from seeds.stories.key_points import KeyPointChooser
from seeds.storing.facet_counts import add_facet_counts
from seeds.storing.transactions import savepoint
from seeds.transfer.export_file import ExportLine, InvalidExportError, read_lines
from seeds.transfer.imported_links import ImportedLinks
from seeds.transfer.imported_rows import Database, StoredEntity, complete_rows
from seeds.transfer.imported_stories import ImportedStories
from seeds.transfer.prepared_lines import LineRows, prepare_line
from seeds.transfer.value_readers import MalformedError

# The rows of several lines, a batch, are written together. This is the largest size of its lines in bytes.
BATCH_BYTES = 1 << 20
# The line of an article with many short titles or names can be fifty times as long as its document.
MAX_LINE_FACTOR = 128

ENTITIES = select(Entity.id, Entity.number, Entity.type).where(
    Entity.id.in_(bindparam("identities", expanding=True))
)
FOLDERS = select(Folder.path, Folder.number).where(Folder.path.in_(bindparam("paths", expanding=True)))
CORPUS_COLUMNS = ("revision", "secret_key", "last_article", "last_entity")


class NotEmptyError(Exception):
    """An error for an attempt to import an export into a database that already has data."""

    def __init__(self) -> None:
        super().__init__("the database is not empty; import into a new database, made by `flask db upgrade`")


def import_lines(
    connection: Connection, file: BinaryIO, max_document_bytes: int, *, jobs: int = 1
) -> Counter[str]:
    """Import an export into an empty database.

    The caller must roll back the transaction after `InvalidExportError`.

    Args:
        connection: In a write transaction.
        file: The export, opened for reading.
        max_document_bytes: The size of the largest accepted document.
        jobs: The number of processes that check the lines. With 1, this process does it.

    Returns:
        The number of imported lines of each kind.

    Raises:
        NotEmptyError: The database has data.
        InvalidExportError: The file is not a complete, unaltered export.
    """
    if not _is_empty(connection):
        raise NotEmptyError
    max_line_bytes = max_document_bytes * MAX_LINE_FACTOR
    # The context of the processes is the longest accepted line.
    with (
        WorkerPool(jobs, int, (max_line_bytes,)) as pool,
        ImportedLinks(connection) as links,
        ImportedStories(connection) as stories,
    ):
        lines = read_lines(file, max_line_bytes, lambda raw: pool.map(prepare_line, raw))
        counts = _Import(connection, links, stories).run(lines)
        links.insert(counts["entity"])
        stories.insert(counts["entity"], KeyPointChooser())
    return counts


def _is_empty(connection: Connection) -> bool:
    """Return True if all tables that an import fills are empty.

    Two tables are not checked: `corpus`, which always has a row, and the table of API keys, which are not
    part of an export.
    """
    ignored = {Corpus.__tablename__, ApiKey.__tablename__}
    tables = (table for table in db.metadata.sorted_tables if table.name not in ignored)
    return not any(connection.scalar(select(exists().select_from(table))) for table in tables)


def _batches(lines: Iterable[ExportLine]) -> Iterator[list[ExportLine]]:
    """Divide the lines of an export into batches, whose rows are inserted together.

    A batch contains lines of the same kind, with at most `BATCH_BYTES` in all. A line of more than
    `BATCH_BYTES` is a batch of its own.
    """
    batch: list[ExportLine] = []
    room = BATCH_BYTES
    for line in lines:
        if batch and (line.size > room or line.kind != batch[0].kind):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(line)
        room -= line.size
    if batch:
        yield batch


class _Import:
    """Writes the lines of an export to the database.

    Args:
        connection: In a write transaction of an empty database.
        links: Collects the links of the articles, to write them later.
        stories: Collects the story of each article, to write the stories later.
    """

    def __init__(self, connection: Connection, links: ImportedLinks, stories: ImportedStories) -> None:
        self._connection, self._links, self._stories = connection, links, stories
        self._database = Database(0, 0, rendering_key())

    def run(self, lines: Iterable[ExportLine]) -> Counter[str]:
        """Write `lines` to the database, and return the number of lines of each kind.

        Links and stories are only collected. The caller inserts them afterwards.
        """
        counts: Counter[str] = Counter()
        for batch in _batches(lines):
            kind = batch[0].kind
            counts[kind] += len(batch)
            if kind == "corpus":
                self._write_corpus(batch[0])
            else:
                self._write_batch(batch)
        return counts

    def _write_corpus(self, line: ExportLine) -> None:
        columns = {name: line.values[name] for name in CORPUS_COLUMNS}
        columns["analyzer_version"] = ANALYZER_VERSION
        self._connection.execute(update(table_of(Corpus)).values(columns))
        self._database = Database(columns["last_article"], columns["last_entity"], rendering_key())

    def _write_batch(self, batch: list[ExportLine]) -> None:
        """Write the rows for a batch of lines to the database. All lines are of the same kind.

        If the database refuses the rows of a line, raise `InvalidExportError` with the number of this line.
        """
        rows = self._make_rows(batch)
        together = LineRows()
        for each in rows:
            together.add(each)
        try:
            self._insert(together)
        except IntegrityError:
            for line, each in zip(batch, rows, strict=True):
                try:
                    self._insert(each)
                except IntegrityError as error:
                    reason = printable(str(error.orig).partition("\n")[0])
                    message = f"conflicts with the lines above: {reason}"
                    raise InvalidExportError(line.number, message) from None
            raise

    def _make_rows(self, batch: list[ExportLine]) -> list[LineRows]:
        """Return the rows for each line of `batch`, completed with numbers of stored folders and entities.

        All lines are of one kind. Missing folders are inserted.

        Raises:
            InvalidExportError: An entity is not in the database, or a number is higher than the first line of
                the export allows.
        """
        made: list[LineRows] = [line.values["rows"] for line in batch]
        articles = [each.article for each in made if each.article]
        self._read_entities({entity for article in articles for entity in article.entity_ids})
        self._add_folders({article.folder for article in articles})
        for line, rows in zip(batch, made, strict=True):
            try:
                complete_rows(rows, self._database)
            except MalformedError as error:
                raise InvalidExportError(line.number, str(error)) from None
        return made

    def _read_entities(self, identities: set[UUID]) -> None:
        entities = self._database.entities
        entities.clear()
        for several in portions(sorted(identities)):
            rows = self._connection.execute(ENTITIES, {"identities": several})
            entities.update((row.id, StoredEntity(row.number, row.type)) for row in rows)

    def _add_folders(self, paths: set[str]) -> None:
        new = sorted(paths - self._database.folders.keys())
        insert_rows(self._connection, Folder, [{"path": path} for path in new])
        if new:
            rows = self._connection.execute(FOLDERS, {"paths": new})
            self._database.folders.update((row.path, row.number) for row in rows)

    def _insert(self, rows: LineRows) -> None:
        """Insert `rows`. If the database refuses a row, insert none and raise `IntegrityError`."""
        with savepoint(self._connection):
            for model, several in rows.tables.items():
                insert_rows(self._connection, model, several)
            add_facet_counts(self._connection, rows.facets)
            insert_search_rows(self._connection, rows.terms)
            self._links.add(rows.links)
            self._stories.add(rows.story_members)
