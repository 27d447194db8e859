"""Delete the entities that no article mentions any more, and redirect their URLs to replacements.

The replacement is the entity that an article now mentions with the same text. The API redirects (308) the
deleted ids and slugs to it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select

from api.database.base import table_of
from api.models import Entity, EntityId, EntitySlug
from seeds.bulk_statements import insert_rows, portions
from seeds.storing.entities.article_entities import PreviousMentions

ENTITIES, ENTITY_IDS = table_of(Entity), table_of(EntityId)
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
# One row for each slug of each entity that no article mentions.
UNMENTIONED_SLUGS = (
    select(Entity.number, Entity.id, EntitySlug.slug)
    .join(EntitySlug, EntitySlug.entity == Entity.number)
    .where(Entity.number.in_(NUMBERS), Entity.article_count == 0)
)
FORMER_IDS = select(EntityId.old_id, EntityId.entity).where(EntityId.entity.in_(NUMBERS))
DELETE_FORMER_IDS = delete(ENTITY_IDS).where(ENTITY_IDS.c.old_id.in_(IDENTITIES))
DELETE_UNMENTIONED = delete(ENTITIES).where(ENTITIES.c.number.in_(NUMBERS), ENTITIES.c.article_count == 0)


def replace_unmentioned(
    connection: Connection, previous: PreviousMentions, current: Mapping[int, Collection[str]]
) -> None:
    """Delete entities that an article no longer mentions, unless a different article mentions them.

    The ids and slugs of a deleted entity then lead to a current entity that is mentioned with the same text.
    Call this after `update_entity_counts`.

    Args:
        connection: In a write transaction.
        previous: The texts of the former mentions, by the number of the entity.
        current: The texts of the current mentions, by the number of the entity.
    """
    dropped = {entity: texts for entity, texts in previous.items() if entity not in current}
    for several in portions(sorted(dropped)):
        _replace(connection, {entity: dropped[entity] for entity in several}, current)


def _replace(
    connection: Connection, dropped: PreviousMentions, current: Mapping[int, Collection[str]]
) -> None:
    candidates = {"numbers": [*dropped]}
    slugs = connection.execute(UNMENTIONED_SLUGS, candidates).all()
    if not slugs:
        return
    successors = {row.number: _successor(dropped[row.number], current) for row in slugs}
    former_ids = connection.execute(FORMER_IDS, {"numbers": [*successors]}).all()
    connection.execute(DELETE_UNMENTIONED, candidates)
    targets = {old_id: successors[entity] for old_id, entity in former_ids}
    targets |= {row.id: successors[row.number] for row in slugs}
    ids = [{"old_id": old_id, "entity": target} for old_id, target in targets.items() if target is not None]
    # If an entity was deleted once before, its id can still lead to the entity that replaced it then.
    for several in portions([row["old_id"] for row in ids]):
        connection.execute(DELETE_FORMER_IDS, {"identities": several})
    insert_rows(connection, EntityId, ids)
    redirects = [(row.slug, successors[row.number]) for row in slugs]
    insert_rows(
        connection, EntitySlug, [{"slug": slug, "entity": target} for slug, target in redirects if target]
    )


def _successor(texts: Collection[str], current: Mapping[int, Collection[str]]) -> int | None:
    """Return the database number of the entity that replaces a former entity of an article, or None.

    The replacement has mentions with the same texts: the ship `Hope` replaces the person `Hope`. Among
    several entities, the one with the most characters in these mentions is chosen.

    Args:
        texts: The texts of the mentions of the former entity.
        current: The texts of the current mentions, by the database number of the entity.
    """
    letters = {
        entity: sum(len(mention) for mention in mentions if mention in texts)
        for entity, mentions in current.items()
    }
    best = max(letters, key=lambda entity: letters[entity], default=None)
    return best if best and letters[best] else None
