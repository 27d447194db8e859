"""Read the whole database as the lines of an export, a limited number of rows at a time to save memory."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from api.database.base import AnySelect
from api.models import UNSCORED, published_at_of, takeaway_place, takeaway_range
from api.v1.article_content import unpack_content
from seeds.linking.feature_vectors import read_vector
from seeds.transfer.export_statements import (
    ARTICLE_CHUNK,
    ARTICLE_ENTITIES,
    ARTICLE_RANGE,
    ARTICLE_SLUGS,
    CHANGE_CHUNK,
    CORPUS_ROW,
    ENTITY_CHUNK,
    ENTITY_ID_OF,
    ENTITY_IDS,
    ENTITY_SLUGS,
    FEATURES,
    FORMER_STORY_CHUNK,
    LINKS,
    MENTIONS,
    REMOVED_CHUNK,
    REMOVED_SLUGS,
    REVISION_CHUNK,
    REVISION_RANGE,
    TAKEAWAYS,
)
from seeds.transfer.line_fields import FORMAT_VERSION
from seeds.transfer.value_readers import document_value

Values = dict[str, Any]
ExportedLines = Iterator[tuple[str, Values]]

# The most bytes of compressed documents that are read at a time.
CHUNK_BYTES = 1 << 21
NO_FEATURES: Values = {"names": [], "weights": [], "terms": []}
# An id that sorts before all ids in the database.
MIN_ID = UUID(int=0)


def export_lines(connection: Connection) -> ExportedLines:
    """Yield each line of an export of the whole database as a pair: its kind, and its values by key.

    The last line, which has the checksum, is not included. The transaction of `connection` should read a
    snapshot.
    """
    corpus = connection.execute(CORPUS_ROW).one()
    yield "corpus", {"format": FORMAT_VERSION} | corpus._asdict()
    yield from _entities(connection)
    yield from _articles(connection)
    yield from _former_stories(connection)
    yield from _removed(connection)
    yield from _revisions(connection)
    for changes in _chunks(connection, CHANGE_CHUNK, {"sequence": 0}):
        for change in changes:
            values = change._asdict()
            yield "change", {"sequence": values.pop("sequence"), "change": values.pop("kind")} | values


def _entities(connection: Connection) -> ExportedLines:
    for rows in _chunks(connection, ENTITY_CHUNK, {"id": MIN_ID}):
        owners = {"owners": [row.number for row in rows]}
        slugs = _sorted_values(connection.execute(ENTITY_SLUGS, owners))
        old_ids = _sorted_values(connection.execute(ENTITY_IDS, owners))
        for row in rows:
            yield "entity", row._asdict() | {"slugs": slugs[row.number], "old_ids": old_ids[row.number]}


def _articles(connection: Connection) -> ExportedLines:
    for chunk in _chunks(connection, ARTICLE_CHUNK, {"article": 0}):
        for portion in _portions(chunk):
            yield from _articles_between(connection, portion[0].article, portion[-1].article)


def _articles_between(connection: Connection, first: int, last: int) -> ExportedLines:
    """Yield a line of the export for each article with a database number from `first` to `last`.

    A line is a pair: its kind, which is `article`, and its values by key.
    """
    ends = {"first": first, "last": last}
    slugs = _sorted_values(connection.execute(ARTICLE_SLUGS, ends))
    takeaways = _read_takeaways(connection, first, last)
    mentions = {row.owner: row.mentions for row in connection.execute(MENTIONS, ends)}
    entities = _by_owner(connection.execute(ARTICLE_ENTITIES, ends))
    links = _read_links(connection, ends)
    features = {row.owner: _feature_values(row.features) for row in connection.execute(FEATURES, ends)}
    # The rows are not read together, because documents can be much larger than their compressed form.
    for row in connection.execute(ARTICLE_RANGE, ends):
        number, content = row.number, unpack_content(row.content, row.document)
        yield (
            "article",
            {
                "number": number,
                **_article_columns(row, content),
                "slugs": slugs[number],
                "folder": row.folder,
                "story": row.story,
                "document": document_value(row.document),
                "takeaways": takeaways[number],
                "entities": [
                    values | {"mentions": several}
                    for values, several in zip(entities[number], mentions.get(number, ()), strict=True)
                ],
                "related": links[number],
                "features": features.get(number, NO_FEATURES),
            },
        )


def _article_columns(row: Any, content: Values) -> Values:
    """Return values for the export line of an article, such as its id, slug, title and body, in their order.

    The line has further values, such as takeaways and links.

    Args:
        row: A row of the statement `ARTICLE_RANGE`.
        content: The content of the article, decompressed.
    """
    byline = content["byline"] or dict.fromkeys(("author", "role", "publication"))
    image = content["image"] or dict.fromkeys(("caption", "url"))
    return {
        "id": row.id,
        "key": row.key,
        "slug": content["slug"],
        "derived_digest": row.derived_digest.hex(),
        "title": content["title"],
        "summary": content["summary"],
        "language": content["language"],
        "author": byline["author"],
        "role": byline["role"],
        "publication": byline["publication"],
        "image_caption": image["caption"],
        "image_url": image["url"],
        "published_at": published_at_of(row.published_key),
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        "revision": row.revision,
        "word_count": content["word_count"],
        "body": [paragraph["text"] for paragraph in content["body"]],
        "analysis": content["analysis"],
        "source_name": content["source"]["name"],
    }


def _read_takeaways(connection: Connection, first: int, last: int) -> Mapping[int, list[Values]]:
    ends = {"first": takeaway_range(first)[0], "last": takeaway_range(last)[1]}
    takeaways: defaultdict[int, list[Values]] = defaultdict(list)
    for row in connection.execute(TAKEAWAYS, ends):
        takeaways[takeaway_place(row.number)[0]].append({"text": row.text, "evidence": row.evidence})
    return takeaways


def _read_links(connection: Connection, ends: Mapping[str, int]) -> Mapping[int, list[Values]]:
    """Return the links of several articles, by the database number of the article.

    The links that the article's page lists come first, then links to similar articles, highest score first.
    `ends` is the range of numbers, such as `{"first": 1, "last": 9}`.
    """
    links = _by_owner(connection.execute(LINKS, ends))
    reasons = [reason for several in links.values() for link in several for reason in link["reasons"]]
    numbers = sorted({label for label, _ in reasons if isinstance(label, int)})
    entities = {row.number: row.id for row in connection.execute(ENTITY_ID_OF, {"owners": numbers})}
    for several in links.values():
        for link in several:
            score = link.pop("score_key")
            link["score"] = None if score == UNSCORED else score
            link["reasons"] = [_reason_value(reason, entities) for reason in link.pop("reasons")]
    return links


def _reason_value(reason: Sequence[Any], entities: Mapping[int, UUID]) -> Values:
    """Return `reason`, an item of `RelatedLink.reasons`, in the form of an export.

    `entities` has the ids of entities by their numbers.
    """
    label, weight = reason
    if label is None:
        return {"kind": "near_duplicate", "weight": weight}
    if isinstance(label, str):
        return {"kind": "shared_term", "term": label, "weight": weight}
    return {"kind": "shared_entity", "entity": entities[label], "weight": weight}


def _feature_values(stored: Sequence[Any]) -> Values:
    vector = read_vector(stored)
    terms = [term and (tuple(term) if term.entity else term.text) for term in vector.written_terms]
    return {"names": list(vector.weights), "weights": list(vector.weights.values()), "terms": terms}


def _former_stories(connection: Connection) -> ExportedLines:
    for rows in _chunks(connection, FORMER_STORY_CHUNK, {"id": MIN_ID}):
        yield from (("former_story", row._asdict()) for row in rows)


def _removed(connection: Connection) -> ExportedLines:
    for rows in _chunks(connection, REMOVED_CHUNK, {"article_id": MIN_ID}):
        owners = [row.article_id for row in rows]
        slugs = _sorted_values(connection.execute(REMOVED_SLUGS, {"owners": owners}))
        yield from (("removed", {"id": owner, "slugs": slugs[owner]}) for owner in owners)


def _revisions(connection: Connection) -> ExportedLines:
    for chunk in _chunks(connection, REVISION_CHUNK, {"article_id": MIN_ID, "revision": 0}):
        for portion in _portions(chunk):
            first, last = portion[0], portion[-1]
            ends = {"first_id": first.article_id, "first": first.revision}
            ends |= {"last_id": last.article_id, "last": last.revision}
            for row in connection.execute(REVISION_RANGE, ends):
                values = row._asdict() | {"content": unpack_content(row.content, row.document)}
                yield "revision", values | {"document": document_value(row.document)}


def _chunks(connection: Connection, statement: AnySelect, after: Values) -> Iterator[Sequence[Any]]:
    """Yield all rows of a table in portions, so that they are never all in memory.

    Args:
        statement: Selects the next rows after a sort key. Its parameters are the columns of this key.
        after: A sort key before all rows, such as `{"article": 0}`.
    """
    while rows := connection.execute(statement, after).all():
        yield rows
        after = {name: getattr(rows[-1], name) for name in after}


def _portions(chunk: Iterable[Any]) -> Iterator[list[Any]]:
    """Divide the rows in `chunk` into groups of at most `CHUNK_BYTES`.

    The column `size` of a row is its size in bytes. A row that is larger than `CHUNK_BYTES` is a group of its
    own.
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


def _sorted_values(pairs: Iterable[Any]) -> Mapping[Any, list[Any]]:
    """Return the sorted values, such as slugs, of each article or entity in `pairs`.

    Each pair has an article or entity, and one value. An article or entity without values has an empty list.
    """
    values_by_owner: defaultdict[Any, list[Any]] = defaultdict(list)
    for owner, value in pairs:
        values_by_owner[owner].append(value)
    # Python sorts the values, because the databases sort text differently.
    for values in values_by_owner.values():
        values.sort()
    return values_by_owner


def _by_owner(rows: Iterable[Any]) -> Mapping[int, list[Values]]:
    """Group the rows of several articles, such as links, by article. Keep the order of `rows`.

    The column `owner`, the database number of the article, becomes the key. An article without rows has an
    empty list.
    """
    values_by_owner: defaultdict[int, list[Values]] = defaultdict(list)
    for row in rows:
        values = row._asdict()
        values_by_owner[values.pop("owner")].append(values)
    return values_by_owner
