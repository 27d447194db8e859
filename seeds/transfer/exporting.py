"""Read the whole database as the lines of an export, a limited number of rows at a time to save memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, select, tuple_

from api.database.base import AnySelect, db
from api.database.column_types import Id
from api.models import (
    Article,
    ArticleEntity,
    ArticleFeatures,
    ArticleSlug,
    ArticleTerms,
    Change,
    Corpus,
    Entity,
    EntityId,
    EntitySlug,
    RelatedLink,
    Revision,
    SourceDocument,
    Takeaway,
)
from seeds.linking.feature_vectors import unpack
from seeds.transfer.line_fields import (
    ARTICLE_COLUMNS,
    CHANGE_COLUMNS,
    ENTITY_COLUMNS,
    FORMAT_VERSION,
    LINK_COLUMNS,
    REVISION_COLUMNS,
)
from seeds.transfer.value_readers import document_value

Values = dict[str, Any]
ExportedLines = Iterator[tuple[str, Values]]

# The most rows, and the most bytes of documents, that are read at a time. The takeaways, entities and links
# of an article take several times the bytes of its document.
CHUNK_ROWS, CHUNK_BYTES = 200, 1 << 22
# An id that sorts before all ids in the database.
MIN_ID = UUID(int=0)


def _columns_of(model: type[Any], names: Iterable[str]) -> list[Any]:
    columns = db.metadata.tables[model.__tablename__].columns
    return [columns[name] for name in names]


# Statements that read the next `CHUNK_ROWS` rows of a table, a chunk. Their parameters are named after the
# sort columns, and have the values of the last row of the previous chunk.
CORPUS_ROW = select(*_columns_of(Corpus, ("revision", "secret_key")))
ENTITY_CHUNK = (
    select(*_columns_of(Entity, ENTITY_COLUMNS))
    .where(Entity.id > bindparam("id"))
    .order_by(Entity.id)
    .limit(CHUNK_ROWS)
)
ARTICLE_CHUNK = (
    select(ArticleTerms.number, Article.source_bytes.label("size"))
    .join(Article, Article.id == ArticleTerms.article_id)
    .where(ArticleTerms.number > bindparam("number"))
    .order_by(ArticleTerms.number)
    .limit(CHUNK_ROWS)
)
REMOVED_CHUNK = (
    select(ArticleSlug.article_id)
    .where(
        ArticleSlug.article_id > bindparam("article_id"),
        ~exists().where(Article.id == ArticleSlug.article_id),
    )
    .distinct()
    .order_by(ArticleSlug.article_id)
    .limit(CHUNK_ROWS)
)
REVISION_KEY = tuple_(Revision.article_id, Revision.revision)
REVISION_CHUNK = (
    select(Revision.article_id, Revision.revision, func.length(Revision.source).label("size"))
    .where(tuple_(bindparam("article_id", type_=Id()), bindparam("revision")) < REVISION_KEY)
    .order_by(Revision.article_id, Revision.revision)
    .limit(CHUNK_ROWS)
)
CHANGE_CHUNK = (
    select(*_columns_of(Change, ("sequence", "kind", *CHANGE_COLUMNS)))
    .where(Change.sequence > bindparam("sequence"))
    .order_by(Change.sequence)
    .limit(CHUNK_ROWS)
)
# Statements that read a part of a chunk with the documents, from a first to a last sort key.
ARTICLE_RANGE = (
    select(
        ArticleTerms.number,
        *_columns_of(Article, ARTICLE_COLUMNS),
        SourceDocument.folder,
        SourceDocument.content,
    )
    .join(Article, Article.id == ArticleTerms.article_id)
    .join(SourceDocument, SourceDocument.article_id == Article.id)
    .where(ArticleTerms.number.between(bindparam("first"), bindparam("last")))
    .order_by(ArticleTerms.number)
)
REVISION_RANGE = (
    select(*_columns_of(Revision, REVISION_COLUMNS), Revision.content, Revision.source)
    .where(
        tuple_(bindparam("first_id", type_=Id()), bindparam("first")) <= REVISION_KEY,
        tuple_(bindparam("last_id", type_=Id()), bindparam("last")) >= REVISION_KEY,
    )
    .order_by(Revision.article_id, Revision.revision)
)
# The ids of the articles or entities whose dependent rows, such as slugs and takeaways, are read.
OWNERS: BindParameter[Any] = bindparam("owners", expanding=True)


def _select_owned(owner: Any, *columns: Any) -> AnySelect:
    return select(owner.label("owner"), *columns).where(owner.in_(OWNERS))


ENTITY_SLUGS = _select_owned(EntitySlug.entity_id, EntitySlug.slug)
ENTITY_IDS = _select_owned(EntityId.entity_id, EntityId.old_id)
ARTICLE_SLUGS = _select_owned(ArticleSlug.article_id, ArticleSlug.slug)
TAKEAWAYS = _select_owned(Takeaway.article_id, Takeaway.text, Takeaway.evidence).order_by(Takeaway.position)
ARTICLE_ENTITIES = _select_owned(
    ArticleEntity.article_id,
    ArticleEntity.entity_id.label("id"),
    *_columns_of(ArticleEntity, ("salience", "own_name", "own_type", "mentions")),
).order_by(ArticleEntity.position)
LINKS = _select_owned(RelatedLink.article_id, *_columns_of(RelatedLink, LINK_COLUMNS)).order_by(
    RelatedLink.place
)
FEATURES = _select_owned(ArticleFeatures.article_id, ArticleFeatures.names, ArticleFeatures.weights)


def export_lines(connection: Connection) -> ExportedLines:
    """Yield each line of an export of the whole database as a pair: its kind, and its values by key.

    The last line, which has the checksum, is not included. The lines are consistent with each other if the
    transaction of `connection` reads a snapshot of the database.
    """
    corpus = connection.execute(CORPUS_ROW).one()
    yield "corpus", {"format": FORMAT_VERSION} | corpus._asdict()
    yield from _entities(connection)
    yield from _articles(connection)
    yield from _removed(connection)
    yield from _revisions(connection)
    for changes in _chunks(connection, CHANGE_CHUNK, {"sequence": 0}):
        for change in changes:
            values = change._asdict()
            yield "change", {"sequence": values.pop("sequence"), "change": values.pop("kind")} | values


def _entities(connection: Connection) -> ExportedLines:
    for rows in _chunks(connection, ENTITY_CHUNK, {"id": MIN_ID}):
        owners = [row.id for row in rows]
        slugs = _read_sorted_values(connection, ENTITY_SLUGS, owners)
        old_ids = _read_sorted_values(connection, ENTITY_IDS, owners)
        for row in rows:
            yield "entity", row._asdict() | {"slugs": slugs[row.id], "old_ids": old_ids[row.id]}


def _articles(connection: Connection) -> ExportedLines:
    for chunk in _chunks(connection, ARTICLE_CHUNK, {"number": 0}):
        for portion in _portions(chunk):
            ends = {"first": portion[0].number, "last": portion[-1].number}
            rows = connection.execute(ARTICLE_RANGE, ends).all()
            owners = [row.id for row in rows]
            slugs = _read_sorted_values(connection, ARTICLE_SLUGS, owners)
            takeaways = _read_parts(connection, TAKEAWAYS, owners)
            entities = _read_parts(connection, ARTICLE_ENTITIES, owners)
            links = _read_parts(connection, LINKS, owners)
            features = {row.owner: row for row in connection.execute(FEATURES, {"owners": owners})}
            for row in rows:
                values = row._asdict()
                document = document_value(values.pop("content"))
                values |= {"slugs": slugs[row.id], "folder": values.pop("folder"), "document": document}
                values |= {"takeaways": takeaways[row.id], "entities": entities[row.id]}
                values |= {"related": links[row.id], "features": _weighted_features(features.get(row.id))}
                yield "article", values


def _weighted_features(row: Any | None) -> list[tuple[str, int]]:
    return [] if row is None else [*zip(row.names, unpack(row.weights).values(), strict=True)]


def _removed(connection: Connection) -> ExportedLines:
    for rows in _chunks(connection, REMOVED_CHUNK, {"article_id": MIN_ID}):
        owners = [row.article_id for row in rows]
        slugs = _read_sorted_values(connection, ARTICLE_SLUGS, owners)
        yield from (("removed", {"id": owner, "slugs": slugs[owner]}) for owner in owners)


def _revisions(connection: Connection) -> ExportedLines:
    for chunk in _chunks(connection, REVISION_CHUNK, {"article_id": MIN_ID, "revision": 0}):
        for portion in _portions(chunk):
            first, last = portion[0], portion[-1]
            ends = {"first_id": first.article_id, "first": first.revision}
            ends |= {"last_id": last.article_id, "last": last.revision}
            for row in connection.execute(REVISION_RANGE, ends):
                values = row._asdict()
                yield "revision", values | {"document": document_value(values.pop("source"))}


def _chunks(connection: Connection, statement: AnySelect, after: Values) -> Iterator[Sequence[Any]]:
    """Yield all rows of a table in portions, so that they are never all in memory.

    Args:
        connection: The connection.
        statement: Reads the next rows in order. Its parameters have the names of the columns that it sorts
            by; it reads only rows after the values of the parameters.
        after: Values of the parameters that come before all rows. After each portion, the values of its last
            row are used instead.
    """
    while rows := connection.execute(statement, after).all():
        yield rows
        after = {name: getattr(rows[-1], name) for name in after}


def _portions(chunk: Iterable[Any]) -> Iterator[list[Any]]:
    """Divide the rows in `chunk` into groups of at most `CHUNK_BYTES`, according to their column `size`.

    A larger row is a group of its own.
    """
    portion: list[Any] = []
    room = CHUNK_BYTES
    for row in chunk:
        if portion and row.size > room:
            yield portion
            portion, room = [], CHUNK_BYTES
        portion.append(row)
        room -= row.size
    if portion:
        yield portion


def _read_sorted_values(
    connection: Connection, statement: AnySelect, owners: Sequence[UUID]
) -> Mapping[UUID, list[Any]]:
    """Return the values, such as slugs, of each of several articles or entities, sorted.

    `owners` are the ids of the articles or entities, and `statement` reads pairs of an id and a value. An id
    without values has an empty list. Python sorts the values, because the databases sort text differently.
    """
    values_by_owner: defaultdict[UUID, list[Any]] = defaultdict(list)
    for owner, value in connection.execute(statement, {"owners": owners}):
        values_by_owner[owner].append(value)
    for values in values_by_owner.values():
        values.sort()
    return values_by_owner


def _read_parts(
    connection: Connection, statement: AnySelect, owners: Sequence[UUID]
) -> Mapping[UUID, list[Values]]:
    """Return the rows, such as takeaways, of each of several articles.

    Args:
        connection: The connection, in a transaction.
        statement: Selects and orders the rows of the articles in its parameter `owners`. Its column `owner`
            is the id of the article.
        owners: The ids of the articles.

    Returns:
        The list of rows of each article by its id, empty for an article without rows. A row is a dictionary
        of values by column name, without `owner`.
    """
    values_by_owner: defaultdict[UUID, list[Values]] = defaultdict(list)
    for row in connection.execute(statement, {"owners": owners}):
        values = row._asdict()
        values_by_owner[values.pop("owner")].append(values)
    return values_by_owner
