"""The rows of an article's parts, made of its record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol
from uuid import UUID

from api.models import facet_id, link_place, published_keys, score_keys
from api.search.analyzer import fold, index_text
from seeds.extraction.catalogue import KnownEntity
from seeds.extraction.mentions import Mention
from seeds.identifiers import related_link_id, takeaway_id, title_digest
from seeds.storing.article_record import ArticleRecord

Row = dict[str, Any]


class Named(Protocol):
    """An entity in an article, just found there or read from an export."""

    @property
    def id(self) -> UUID: ...

    @property
    def mentions(self) -> Sequence[Mention]: ...

    @property
    def salience(self) -> float: ...

    @property
    def own_name(self) -> str | None: ...

    @property
    def own_type(self) -> str | None: ...


def takeaway_rows(
    identity: UUID, record: ArticleRecord, evidences: Iterable[list[dict[str, Any]]]
) -> list[Row]:
    """Make the rows of the takeaways, each with its evidence."""
    shared = {"article_id": identity} | published_keys(record.columns["published_at"])
    return [
        shared
        | {"id": takeaway_id(identity, position), "position": position, "text": text, "evidence": evidence}
        for position, (text, evidence) in enumerate(zip(record.takeaways, evidences, strict=True), 1)
    ]


def entity_columns(entity: KnownEntity) -> dict[str, Any]:
    """Give what is known of `entity`, as columns."""
    columns = {field.name: getattr(entity, field.name) for field in fields(entity)}
    return columns | {"aliases": list(entity.aliases), "same_as": list(entity.same_as)}


def new_entity_rows(
    entities: Mapping[UUID, KnownEntity], slugs: Mapping[UUID, str], mentions: Mapping[UUID, int]
) -> list[Row]:
    """Make the rows of entities, by id, that one article alone mentions, so many times each."""
    return [
        {"id": each, **entity_columns(entity), "slug": slugs[each], "article_count": 1}
        | {"mention_count": mentions[each]}
        for each, entity in entities.items()
    ]


def entity_slug_rows(slugs: Mapping[UUID, str]) -> list[Row]:
    """Make the rows by which entities are found under their slugs."""
    return [{"slug": slug, "entity_id": each} for each, slug in slugs.items()]


def entity_name_rows(names: Mapping[UUID, Iterable[str]]) -> list[Row]:
    """Make the rows under which entities are found by the beginning of a name or alias."""
    return [
        {"entity_id": each, "folded": folded}
        for each, several in names.items()
        for folded in sorted({fold(name) for name in several})
    ]


def article_entity_rows(identity: UUID, named: Iterable[Named]) -> list[Row]:
    """Make the rows of the article's entities, the most salient first."""
    return [
        {
            "article_id": identity,
            "entity_id": found.id,
            "position": position,
            "mention_count": len(found.mentions),
            "salience": found.salience,
            "own_name": found.own_name,
            "own_type": found.own_type,
            # orjson writes the records as they are.
            "mentions": found.mentions,
        }
        for position, found in enumerate(named, 1)
    ]


def takeaway_entity_rows(identity: UUID, record: ArticleRecord, named: Iterable[Named]) -> list[Row]:
    """Make the rows that say which takeaway names which entity."""
    shared = {"article_id": identity} | published_keys(record.columns["published_at"])
    pairs = {
        (mention.index or 0, found.id): None
        for found in named
        for mention in found.mentions
        if mention.part == "takeaways"
    }
    return [
        shared | {"takeaway_id": takeaway_id(identity, position), "position": position, "entity_id": entity}
        for position, entity in pairs
    ]


def facet_rows(identity: UUID, record: ArticleRecord, types: Mapping[UUID, str], seeded: Row) -> list[Row]:
    """Make the rows by which the article is filtered.

    `types` has the type of each entity, `seeded` the article's created_at and updated_at.
    """
    shared = {"article_id": identity} | published_keys(record.columns["published_at"]) | seeded
    facets = {*types, *(facet_id("entity_type", kind) for kind in types.values())}
    named = {name: record.columns[name] for name in ("publication", "language")}
    facets |= {facet_id(name, value) for name, value in named.items() if value is not None}
    return [shared | {"facet": facet} for facet in sorted(facets)]


def article_terms(record: ArticleRecord) -> Row:
    """Give the columns of the article's row in the full-text index."""
    columns, analysis = record.columns, record.columns["analysis"] or {"heading": None, "paragraphs": []}
    return index_text(
        {
            "title": [columns["title"]],
            "summary": [columns["summary"] or ""],
            "takeaways": record.takeaways,
            "text": [analysis["heading"] or "", *analysis["paragraphs"], *columns["body"]],
        }
    )


def takeaway_terms_rows(identity: UUID, record: ArticleRecord) -> list[Row]:
    """Make the rows of the takeaways in the full-text index."""
    return [
        {"takeaway_id": takeaway_id(identity, position)} | index_text({"text": [text]})
        for position, text in enumerate(record.takeaways, 1)
    ]


def related_rows(identity: UUID, record: ArticleRecord) -> list[Row]:
    """Make the rows of the listed links, unresolved."""
    shared: Row = {"article_id": identity, "basis": "listed", "target_id": None, "score": None, "reasons": []}
    shared |= published_keys(record.columns["published_at"])
    shared |= score_keys(None)
    return [
        shared
        | {
            "id": related_link_id(identity, position),
            "place": link_place(position),
            "title": title,
            "title_digest": title_digest(title),
            "printed_date": date,
        }
        for position, (title, date) in enumerate(record.related, 1)
    ]
