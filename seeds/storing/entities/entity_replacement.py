"""Delete the entities that no article mentions any more, and redirect their URLs to replacements.

If an article now mentions a different entity with the same text, this entity is the replacement. The API then
redirects (308) the ids and slugs of the deleted entity to the replacement.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select

from api.database.base import table_of
from api.models import Entity, EntityId, EntitySlug
from seeds.bulk_statements import insert_rows
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

    A current entity replaces a deleted entity if both have mentions with the same text. The ids and slugs of
    the deleted entity then lead to the current entity. Call this after `update_entity_counts`.

    Args:
        connection: The connection, in a write transaction.
        previous: The texts of the former mentions, by the database number of the entity.
        current: The texts of the current mentions, by the database number of the entity.
    """
    dropped = {entity: texts for entity, texts in previous.items() if entity not in current}
    candidates = {"numbers": sorted(dropped)}
    slugs = connection.execute(UNMENTIONED_SLUGS, candidates).all() if dropped else []
    if not slugs:
        return
    successors = {row.number: _successor(dropped[row.number], current) for row in slugs}
    former_ids = connection.execute(FORMER_IDS, {"numbers": [*successors]}).all()
    connection.execute(DELETE_UNMENTIONED, candidates)
    targets = {old_id: successors[entity] for old_id, entity in former_ids}
    targets |= {row.id: successors[row.number] for row in slugs}
    ids = [{"old_id": old_id, "entity": target} for old_id, target in targets.items() if target is not None]
    # If an entity was deleted once before, its id can still lead to the entity that replaced it then.
    connection.execute(DELETE_FORMER_IDS, {"identities": [row["old_id"] for row in ids]})
    insert_rows(connection, EntityId, ids)
    redirects = [(row.slug, successors[row.number]) for row in slugs]
    insert_rows(
        connection, EntitySlug, [{"slug": slug, "entity": target} for slug, target in redirects if target]
    )


def _successor(texts: Collection[str], current: Mapping[int, Collection[str]]) -> int | None:
    """Return the database number of the entity that replaces a former entity of an article.

    After a change of rules, an article can mention `Hope` as a ship and no longer as a person. The ship then
    replaces the person. If several entities have mentions with the former texts, choose the entity with the
    most characters in these mentions. Return None if there is no such entity.

    Args:
        texts: The texts of the article's former mentions of the former entity, such as `Hope`.
        current: The texts of the article's current mentions, by the database number of the entity.
    """
    letters = {
        entity: sum(len(mention) for mention in mentions if mention in texts)
        for entity, mentions in current.items()
    }
    best = max(letters, key=lambda entity: letters[entity], default=None)
    return best if best and letters[best] else None
