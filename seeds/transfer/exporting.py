"""The whole database as the lines of `seeds.transfer.line_format`, read a chunk at a time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, exists, func, select, tuple_

from api.db import AnySelect, Id, db
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
from seeds.transfer.line_format import ARTICLE, CHANGE, ENTITY, FORMAT, RELATED, REVISION

Values = dict[str, Any]
Lines = Iterator[tuple[str, Values]]

# Rows, and bytes of documents, that are read at a time; what comes with a document takes several times that.
CHUNK, CHUNK_BYTES = 200, 1 << 22
# Before all ids.
NO_ID = UUID(int=0)


def _columns(model: type[Any], names: Iterable[str]) -> list[Any]:
    columns = db.metadata.tables[model.__tablename__].columns
    return [columns[name] for name in names]


# Chunks: each has parameters called as the columns by which its rows are in order, the values of the last row
# of the chunk before.
CORPUS = select(*_columns(Corpus, ("revision", "secret_key")))
ENTITIES = (
    select(*_columns(Entity, ENTITY)).where(Entity.id > bindparam("id")).order_by(Entity.id).limit(CHUNK)
)
ARTICLES = (
    select(ArticleTerms.number, Article.source_bytes.label("size"))
    .join(Article, Article.id == ArticleTerms.article_id)
    .where(ArticleTerms.number > bindparam("number"))
    .order_by(ArticleTerms.number)
    .limit(CHUNK)
)
REMOVED = (
    select(ArticleSlug.article_id)
    .where(
        ArticleSlug.article_id > bindparam("article_id"),
        ~exists().where(Article.id == ArticleSlug.article_id),
    )
    .distinct()
    .order_by(ArticleSlug.article_id)
    .limit(CHUNK)
)
place = tuple_(Revision.article_id, Revision.revision)
REVISIONS = (
    select(Revision.article_id, Revision.revision, func.length(Revision.source).label("size"))
    .where(place > tuple_(bindparam("article_id", type_=Id()), bindparam("revision")))
    .order_by(Revision.article_id, Revision.revision)
    .limit(CHUNK)
)
CHANGES = (
    select(*_columns(Change, ("sequence", "kind", *CHANGE)))
    .where(Change.sequence > bindparam("sequence"))
    .order_by(Change.sequence)
    .limit(CHUNK)
)
# The rows of a portion of such a chunk.
WHOLE_ARTICLES = (
    select(ArticleTerms.number, *_columns(Article, ARTICLE), SourceDocument.folder, SourceDocument.content)
    .join(Article, Article.id == ArticleTerms.article_id)
    .join(SourceDocument, SourceDocument.article_id == Article.id)
    .where(ArticleTerms.number.between(bindparam("first"), bindparam("last")))
    .order_by(ArticleTerms.number)
)
WHOLE_REVISIONS = (
    select(*_columns(Revision, REVISION), Revision.content, Revision.source)
    .where(
        place >= tuple_(bindparam("first_id", type_=Id()), bindparam("first")),
        place <= tuple_(bindparam("last_id", type_=Id()), bindparam("last")),
    )
    .order_by(Revision.article_id, Revision.revision)
)
# What belongs to each of a portion, which is `owner`.
OWNERS: BindParameter[Any] = bindparam("owners", expanding=True)


def _of(owner: Any, *columns: Any) -> AnySelect:
    return select(owner.label("owner"), *columns).where(owner.in_(OWNERS))


ENTITY_SLUGS = _of(EntitySlug.entity_id, EntitySlug.slug)
ENTITY_IDS = _of(EntityId.entity_id, EntityId.old_id)
ARTICLE_SLUGS = _of(ArticleSlug.article_id, ArticleSlug.slug)
TAKEAWAYS = _of(Takeaway.article_id, Takeaway.text, Takeaway.evidence).order_by(Takeaway.position)
NAMED = _of(
    ArticleEntity.article_id,
    ArticleEntity.entity_id.label("id"),
    *_columns(ArticleEntity, ("salience", "own_name", "own_type", "mentions")),
).order_by(ArticleEntity.position)
LINKS = _of(RelatedLink.article_id, *_columns(RelatedLink, RELATED)).order_by(RelatedLink.place)
FEATURES = _of(ArticleFeatures.article_id, ArticleFeatures.names, ArticleFeatures.weights)


def export_lines(connection: Connection) -> Lines:
    """Yield the kind and the values of each line but the last, in their order.

    All of it is one state of the database, if `connection` reads one snapshot in a transaction.
    """
    corpus = connection.execute(CORPUS).one()
    yield "corpus", {"format": FORMAT} | corpus._asdict()
    yield from _entities(connection)
    yield from _articles(connection)
    yield from _removed(connection)
    yield from _revisions(connection)
    for changes in _chunks(connection, CHANGES, {"sequence": 0}):
        for change in changes:
            values = change._asdict()
            yield "change", {"sequence": values.pop("sequence"), "change": values.pop("kind")} | values


def _entities(connection: Connection) -> Lines:
    for rows in _chunks(connection, ENTITIES, {"id": NO_ID}):
        owners = [row.id for row in rows]
        slugs, old_ids = (_sorted(connection, each, owners) for each in (ENTITY_SLUGS, ENTITY_IDS))
        for row in rows:
            yield "entity", row._asdict() | {"slugs": slugs[row.id], "old_ids": old_ids[row.id]}


def _articles(connection: Connection) -> Lines:
    for chunk in _chunks(connection, ARTICLES, {"number": 0}):
        for portion in _portions(chunk):
            ends = {"first": portion[0].number, "last": portion[-1].number}
            rows = connection.execute(WHOLE_ARTICLES, ends).all()
            owners = [row.id for row in rows]
            slugs = _sorted(connection, ARTICLE_SLUGS, owners)
            takeaways, named, links = (_parts(connection, each, owners) for each in (TAKEAWAYS, NAMED, LINKS))
            features = {row.owner: row for row in connection.execute(FEATURES, {"owners": owners})}
            for row in rows:
                values = row._asdict()
                document = values.pop("content").decode()
                values |= {"slugs": slugs[row.id], "folder": values.pop("folder"), "document": document}
                values |= {"takeaways": takeaways[row.id], "entities": named[row.id]}
                yield (
                    "article",
                    values | {"related": links[row.id], "features": _weighed(features.get(row.id))},
                )


def _weighed(row: Any | None) -> list[tuple[str, int]]:
    return [] if row is None else [*zip(row.names, unpack(row.weights).values(), strict=True)]


def _removed(connection: Connection) -> Lines:
    for rows in _chunks(connection, REMOVED, {"article_id": NO_ID}):
        owners = [row.article_id for row in rows]
        slugs = _sorted(connection, ARTICLE_SLUGS, owners)
        yield from (("removed", {"id": owner, "slugs": slugs[owner]}) for owner in owners)


def _revisions(connection: Connection) -> Lines:
    for chunk in _chunks(connection, REVISIONS, {"article_id": NO_ID, "revision": 0}):
        for portion in _portions(chunk):
            first, last = portion[0], portion[-1]
            ends = {"first_id": first.article_id, "first": first.revision}
            ends |= {"last_id": last.article_id, "last": last.revision}
            for row in connection.execute(WHOLE_REVISIONS, ends):
                values = row._asdict()
                yield "revision", values | {"document": values.pop("source").decode()}


def _chunks(connection: Connection, statement: AnySelect, after: Values) -> Iterator[Sequence[Any]]:
    """Yield the rows of `statement` a chunk at a time, from those `after` these values on."""
    while rows := connection.execute(statement, after).all():
        yield rows
        after = {name: getattr(rows[-1], name) for name in after}


def _portions(chunk: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield `chunk` in portions, each of one row or of rows whose `size` is not too much together."""
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


def _sorted(connection: Connection, statement: AnySelect, owners: Sequence[UUID]) -> Mapping[UUID, list[Any]]:
    """Give the one value of each row of each owner, in an order that no engine decides."""
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for owner, value in connection.execute(statement, {"owners": owners}):
        found[owner].append(value)
    for values in found.values():
        values.sort()
    return found


def _parts(
    connection: Connection, statement: AnySelect, owners: Sequence[UUID]
) -> Mapping[UUID, list[Values]]:
    """Give the parts of each owner in their order."""
    found: defaultdict[UUID, list[Values]] = defaultdict(list)
    for row in connection.execute(statement, {"owners": owners}):
        values = row._asdict()
        found[values.pop("owner")].append(values)
    return found
