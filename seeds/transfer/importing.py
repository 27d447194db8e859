"""Import the lines of an export into an empty database, in batches within one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sqlalchemy import Connection, bindparam, exists, func, select, text, update
from sqlalchemy.exc import IntegrityError

from api.database.base import db
from api.models import ApiKey, Article, ArticleTerms, Corpus, Entity, RelatedLink
from seeds.bulk import insert_rows
from seeds.escaping import printable
from seeds.storing.transactions import savepoint
from seeds.transfer.export_file import ExportLine, InvalidExportError, read_lines
from seeds.transfer.imported_rows import ROW_BUILDERS, Rows
from seeds.transfer.value_readers import MalformedError

# The rows of several lines, a batch, are written together. This is the largest size of its lines in bytes.
BATCH_BYTES = 1 << 20
# The line of an article with many short titles or names can be fifty times as long as its document.
MAX_LINE_FACTOR = 128

ENTITY_TYPES = select(Entity.id, Entity.type).where(Entity.id.in_(bindparam("identities", expanding=True)))
# The first article with a link to an article that does not exist. The error of the foreign key would not show
# which line of the export is invalid.
UNKNOWN_TARGET = (
    select(ArticleTerms.number, RelatedLink.target_id)
    .join(RelatedLink, RelatedLink.article_id == ArticleTerms.article_id)
    .where(RelatedLink.target_id.is_not(None), ~exists().where(Article.id == RelatedLink.target_id))
    .order_by(ArticleTerms.number)
    .limit(1)
)
# On PostgreSQL, inserting numbers does not advance their sequence, so the next number would already be taken.
CONTINUE_NUMBERS = text(
    "SELECT setval(pg_get_serial_sequence('article_terms', 'number'), max(number)) FROM article_terms "
    "HAVING max(number) IS NOT NULL"
)


class NotEmptyError(Exception):
    """An error for an attempt to import an export into a database that already has data."""

    def __init__(self) -> None:
        super().__init__("the database is not empty; import into a new database, made by `flask db upgrade`")


def import_lines(connection: Connection, file: BinaryIO, max_document_bytes: int) -> Counter[str]:
    """Import an export into an empty database.

    If `InvalidExportError` is raised, the caller must roll back the transaction.

    Args:
        connection: A connection in a write transaction.
        file: The file of the export, opened for reading.
        max_document_bytes: The size of the largest accepted document.

    Returns:
        The number of imported lines of each kind.

    Raises:
        NotEmptyError: If the database has data.
        InvalidExportError: If the file is not a complete, unaltered export.
    """
    if not _is_empty(connection):
        raise NotEmptyError
    counts: Counter[str] = Counter()
    for batch in _batches(read_lines(file, max_document_bytes * MAX_LINE_FACTOR)):
        kind = batch[0].kind
        counts[kind] += len(batch)
        if kind == "corpus":
            values = batch[0].values
            columns = {name: values[name] for name in ("revision", "secret_key")}
            connection.execute(update(Corpus).values(columns))
        else:
            _write_batch(connection, batch)
    _check_targets(connection, counts)
    if connection.dialect.name == "postgresql":
        connection.execute(CONTINUE_NUMBERS)
    return counts


def _is_empty(connection: Connection) -> bool:
    """Return True if there are no articles, entities or other rows that an export contains.

    The table `corpus` has a row even in a new database. API keys are not part of an export.
    """
    ignored = {Corpus.__tablename__, ApiKey.__tablename__}
    tables = (table for table in db.metadata.sorted_tables if table.name not in ignored)
    return not any(connection.scalar(select(exists().select_from(table))) for table in tables)


def _batches(lines: Iterable[ExportLine]) -> Iterator[list[ExportLine]]:
    """Divide the lines of an export into batches, whose rows are inserted together.

    A batch contains lines of one kind, of at most `BATCH_BYTES` in total or a single longer line.
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


def _write_batch(connection: Connection, batch: list[ExportLine]) -> None:
    """Write the rows for `batch`, several lines of an export of the same kind, together.

    If the database refuses the rows, raise `InvalidExportError` with the number of the line that is invalid.
    """
    rows = _make_rows(connection, batch)
    batch_rows: Rows = {}
    for each in rows:
        for model, several in each.items():
            batch_rows.setdefault(model, []).extend(several)
    try:
        _insert_rows(connection, batch_rows)
    except IntegrityError:
        for line, each in zip(batch, rows, strict=True):
            try:
                _insert_rows(connection, each)
            except IntegrityError as error:
                reason = printable(str(error.orig).partition("\n")[0])
                message = f"conflicts with the lines above: {reason}"
                raise InvalidExportError(line.number, message) from None
        raise


def _make_rows(connection: Connection, batch: list[ExportLine]) -> list[Rows]:
    """Return the database rows for each line of `batch`, as a dictionary of lists of rows by model.

    The lines are all of one kind. Raise `InvalidExportError` if the values of a line contradict each other.
    """
    identities = {entity["id"] for line in batch for entity in line.values.get("entities", ())}
    rows = connection.execute(ENTITY_TYPES, {"identities": sorted(identities)})
    types = {row.id: row.type for row in rows}
    made = []
    for line in batch:
        try:
            made.append(ROW_BUILDERS[line.kind](line.values, types))
        except MalformedError as error:
            raise InvalidExportError(line.number, str(error)) from None
    return made


def _insert_rows(connection: Connection, rows: Rows) -> None:
    """Insert `rows`, a list of rows for each model, into the tables of the models.

    If the database refuses a row, insert none and raise `IntegrityError`.
    """
    with savepoint(connection):
        for model, several in rows.items():
            insert_rows(connection, model, several)


def _check_targets(connection: Connection, counts: Counter[str]) -> None:
    """Raise `InvalidExportError` if an imported link leads to an article that is not in the export.

    Call this after all articles are imported. `counts` is the number of imported lines of each kind, from
    which the line number for the error is computed.
    """
    row = connection.execute(UNKNOWN_TARGET).one_or_none()
    if row is None:
        return
    before = select(func.count()).select_from(ArticleTerms).where(ArticleTerms.number <= row.number)
    # In an export, the line of the corpus and the lines of entities are above the lines of articles.
    line = 1 + counts["entity"] + (connection.scalar(before) or 0)
    message = f"related: must lead to articles of this export; no article has the id {row.target_id}"
    raise InvalidExportError(line, message)
