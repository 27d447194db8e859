"""The lines of an export into an empty database, in batches within one transaction."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from sqlalchemy import Connection, bindparam, exists, func, select, text, update
from sqlalchemy.exc import IntegrityError

from api.db import db
from api.models import Article, ArticleTerms, Corpus, Entity, RelatedLink
from seeds.bulk import insert_rows
from seeds.messages import printable
from seeds.storing.transactions import savepoint
from seeds.transfer.imported_rows import ROWS, Rows
from seeds.transfer.lines import InvalidExportError, Line, read_lines
from seeds.transfer.value_readers import MalformedError

# Bytes of lines whose rows are written at a time.
BATCH_BYTES = 1 << 20
# An article's line takes at most some fifty times what its document does, one full of short titles or names.
LINE_FACTOR = 128

TYPES = select(Entity.id, Entity.type).where(Entity.id.in_(bindparam("identities", expanding=True)))
# The first article with a link to one that is not there, which the database would say of no line.
DANGLING = (
    select(ArticleTerms.number, RelatedLink.target_id)
    .join(RelatedLink, RelatedLink.article_id == ArticleTerms.article_id)
    .where(RelatedLink.target_id.is_not(None), ~exists().where(Article.id == RelatedLink.target_id))
    .order_by(ArticleTerms.number)
    .limit(1)
)
# PostgreSQL gives out numbers by itself, and does not look at those that are there.
GO_ON = text(
    "SELECT setval(pg_get_serial_sequence('article_terms', 'number'), max(number)) FROM article_terms "
    "HAVING max(number) IS NOT NULL"
)


class NotEmptyError(Exception):
    """The database has something in it already."""

    def __init__(self) -> None:
        super().__init__("database: is not empty; import into a new one, as `flask db upgrade` makes it")


def import_lines(connection: Connection, file: BinaryIO, max_document_bytes: int) -> Counter[str]:
    """Write what the lines of `file` say into an empty database; gives how many there are of each kind.

    Raises NotEmptyError, and InvalidExportError, after which the transaction must be rolled back.
    """
    if not _is_empty(connection):
        raise NotEmptyError
    counts: Counter[str] = Counter()
    for batch in _batches(read_lines(file, max_document_bytes * LINE_FACTOR)):
        kind = batch[0].kind
        counts[kind] += len(batch)
        if kind == "corpus":
            values = batch[0].values
            columns = {name: values[name] for name in ("revision", "secret_key")}
            connection.execute(update(Corpus).values(columns))
        else:
            _write(connection, batch)
    _check_targets(connection, counts)
    if connection.dialect.name == "postgresql":
        connection.execute(GO_ON)
    return counts


def _is_empty(connection: Connection) -> bool:
    """Tell whether a database has nothing but its row about itself."""
    tables = (table for table in db.metadata.sorted_tables if table.name != Corpus.__tablename__)
    return not any(connection.scalar(select(exists().select_from(table))) for table in tables)


def _batches(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield `lines` in batches, each of one kind and not too long."""
    batch: list[Line] = []
    room = BATCH_BYTES
    for line in lines:
        if batch and (line.size > room or line.kind != batch[0].kind):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(line)
        room -= line.size
    if batch:
        yield batch


def _write(connection: Connection, batch: list[Line]) -> None:
    """Write the rows of a batch, and find the line where they cannot be stored."""
    rows = _rows(connection, batch)
    together: Rows = {}
    for each in rows:
        for model, several in each.items():
            together.setdefault(model, []).extend(several)
    try:
        _insert(connection, together)
    except IntegrityError:
        for line, each in zip(batch, rows, strict=True):
            try:
                _insert(connection, each)
            except IntegrityError as error:
                reason = printable(str(error.orig).partition("\n")[0])
                wrong = f"must go together with the lines before it: {reason}"
                raise InvalidExportError(line.number, wrong) from None
        raise


def _rows(connection: Connection, batch: list[Line]) -> list[Rows]:
    """Make the rows of each line of a batch."""
    named = {entity["id"] for line in batch for entity in line.values.get("entities", ())}
    rows = connection.execute(TYPES, {"identities": sorted(named)})
    types = {row.id: row.type for row in rows}
    made = []
    for line in batch:
        try:
            made.append(ROWS[line.kind](line.values, types))
        except MalformedError as error:
            raise InvalidExportError(line.number, str(error)) from None
    return made


def _insert(connection: Connection, rows: Rows) -> None:
    """Insert rows, or none of them; raises IntegrityError."""
    with savepoint(connection):
        for model, several in rows.items():
            insert_rows(connection, model, several)


def _check_targets(connection: Connection, counts: Counter[str]) -> None:
    """Check that every link leads to an article: links may come before these, and so are checked last."""
    row = connection.execute(DANGLING).one_or_none()
    if row is None:
        return
    before = select(func.count()).select_from(ArticleTerms).where(ArticleTerms.number <= row.number)
    # The lines of entities, and the one about the corpus, stand before those of articles.
    line = 1 + counts["entity"] + (connection.scalar(before) or 0)
    wrong = f"related: must lead to articles that are there; none has the id {row.target_id}"
    raise InvalidExportError(line, wrong)
