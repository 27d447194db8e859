"""The rows of an article's parts, made of its content."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from api.models import published_keys, score_keys
from seeds.catalogue import KnownEntity
from seeds.content import Content
from seeds.entities import FoundEntity
from seeds.identity import entity_id, related_link_id, takeaway_id, title_digest

Row = dict[str, Any]


def takeaway_rows(identity: UUID, content: Content) -> list[Row]:
    """Make the rows of the takeaways."""
    shared = {"article_id": identity, "evidence": []} | published_keys(content.columns["published_at"])
    return [
        shared | {"id": takeaway_id(identity, position), "position": position, "text": text}
        for position, text in enumerate(content.takeaways, 1)
    ]


def entity_columns(entity: KnownEntity) -> dict[str, Any]:
    """Give what the catalogue says of `entity`, as columns."""
    columns = asdict(entity)
    return columns | {"aliases": list(entity.aliases), "same_as": list(entity.same_as), "origin": "catalogue"}


def new_entity_rows(found: list[FoundEntity], present: set[UUID]) -> list[Row]:
    """Make the rows of entities that no article mentioned before; `present` are the ids that are there."""
    ids = {entity_id(one.entity.slug): one.entity for one in found}
    uncounted = {"article_count": 0, "mention_count": 0}
    return [
        {"id": identity} | entity_columns(entity) | uncounted
        for identity, entity in ids.items()
        if identity not in present
    ]


def article_entity_rows(identity: UUID, content: Content) -> list[Row]:
    """Make the rows of the article's entities, the most salient first."""
    return [
        {
            "article_id": identity,
            "entity_id": entity_id(found.entity.slug),
            "position": position,
            "mention_count": len(found.mentions),
            "salience": found.salience,
            "mentions": [asdict(mention) for mention in found.mentions],
        }
        for position, found in enumerate(content.entities, 1)
    ]


def takeaway_entity_rows(identity: UUID, content: Content) -> list[Row]:
    """Make the rows that say which takeaway names which entity."""
    pairs = {
        (takeaway_id(identity, mention.index or 0), entity_id(found.entity.slug)): None
        for found in content.entities
        for mention in found.mentions
        if mention.part == "takeaways"
    }
    return [{"takeaway_id": takeaway, "entity_id": entity} for takeaway, entity in pairs]


def related_rows(identity: UUID, content: Content) -> list[Row]:
    """Make the rows of the listed links, unresolved."""
    shared: Row = {"article_id": identity, "basis": "listed", "target_id": None, "score": None, "reasons": []}
    shared |= published_keys(content.columns["published_at"])
    shared |= score_keys(None)
    return [
        shared
        | {
            "id": related_link_id(identity, position),
            "position": position,
            "title": title,
            "title_digest": title_digest(title),
            "printed_date": date,
        }
        for position, (title, date) in enumerate(content.related, 1)
    ]
