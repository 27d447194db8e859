"""Update the table of all entities when an article is loaded or removed: insert, count and delete entities.

The numbers of articles and mentions of an entity change by the difference between the former and the current
revision of the article. Counting all articles again would make a load slower with each document.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import Entity, EntityId, EntityName, EntitySlug
from api.search.analyzer import fold
from seeds.bulk import insert_rows, update_rows
from seeds.extraction.catalogue import EntityRecord, group_of
from seeds.extraction.mentions import FoundEntity
from seeds.identifiers import MAX_SLUG_LENGTH
from seeds.storing.row_builders import entity_name_rows, entity_slug_rows, new_entity_rows

ENTITIES, ENTITY_SLUGS, ENTITY_IDS = (table_of(model) for model in (Entity, EntitySlug, EntityId))
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)
SLUGS: BindParameter[Any] = bindparam("slugs", expanding=True)
STORED_ENTITIES = select(Entity.id, Entity.type, Entity.origin, Entity.name, Entity.aliases).where(
    Entity.id.in_(IDENTITIES)
)
TAKEN_SLUGS = select(EntitySlug.slug).where(EntitySlug.slug.in_(SLUGS))
DELETE_SLUGS = delete(ENTITY_SLUGS).where(ENTITY_SLUGS.c.slug.in_(SLUGS))
SET_ALIASES = (
    update(ENTITIES).where(ENTITIES.c.id == bindparam("identity")).values(aliases=bindparam("new_aliases"))
)
ADD_TO_COUNTS = (
    update(ENTITIES)
    .where(ENTITIES.c.id == bindparam("identity"))
    .values(
        article_count=ENTITIES.c.article_count + bindparam("articles"),
        mention_count=ENTITIES.c.mention_count + bindparam("mentions"),
    )
)
# One row for each slug of each entity that no article mentions.
UNMENTIONED_SLUGS = (
    select(Entity.id, EntitySlug.slug)
    .join(EntitySlug, EntitySlug.entity_id == Entity.id)
    .where(Entity.id.in_(IDENTITIES), Entity.article_count == 0)
)
FORMER_IDS = select(EntityId.old_id, EntityId.entity_id).where(EntityId.entity_id.in_(IDENTITIES))
DELETE_FORMER_IDS = delete(ENTITY_IDS).where(ENTITY_IDS.c.old_id.in_(IDENTITIES))
DELETE_UNMENTIONED = delete(ENTITIES).where(ENTITIES.c.id.in_(IDENTITIES), ENTITIES.c.article_count == 0)

PreviousMentions = Mapping[UUID, Sequence[str]]
"""The entities of the former revision of an article, by id, with the text of each mention."""


class UpsertedEntities(NamedTuple):
    """The entities of an article, after `upsert_entities` has stored them.

    `types` maps the id of each entity to its stored type, which can differ from the type in the article.
    `new` has only the entities that were not stored before, and maps the id of each to its mentions in the
    article.
    """

    types: dict[UUID, str]
    new: dict[UUID, int]


def upsert_entities(connection: Connection, found: Sequence[FoundEntity]) -> UpsertedEntities:
    """Insert the entities of an article that are not stored yet, and add new aliases to those that are.

    `found` are all entities of the article. The mention counts of inserted entities already include this
    article. A stored entity keeps its name and type; `flask seed relink` updates these.
    """
    entities = {each.entity.id: each.entity for each in found}
    if not entities:
        return UpsertedEntities({}, {})
    rows = connection.execute(STORED_ENTITIES, {"identities": list(entities)}).all()
    stored = {row.id: row for row in rows}
    new = {each.entity.id: len(each.mentions) for each in found if each.entity.id not in stored}
    _insert_entities(connection, {identity: entities[identity] for identity in new}, new)
    extracted = [row for row in stored.values() if row.origin == "extracted"]
    _add_aliases(connection, [(row, entities[row.id]) for row in extracted])
    types = {identity: stored.get(identity, entity).type for identity, entity in entities.items()}
    return UpsertedEntities(types, new)


def _insert_entities(
    connection: Connection, new: Mapping[UUID, EntityRecord], mentions: Mapping[UUID, int]
) -> None:
    if not new:
        return
    slugs = _reserve_slugs(connection, new)
    names = {identity: entity.names for identity, entity in new.items()}
    insert_rows(connection, Entity, new_entity_rows(new, slugs, mentions))
    insert_rows(connection, EntitySlug, entity_slug_rows(slugs))
    insert_rows(connection, EntityName, entity_name_rows(names))


def _reserve_slugs(connection: Connection, entities: Mapping[UUID, EntityRecord]) -> dict[UUID, str]:
    """Choose a free slug for each of `entities`, which are new. Return the slugs by the id of the entity.

    The slug is made from the name. If it is taken, the group of the entity's type or its id is appended.
    """
    choices = {
        identity: slug_choices(entity.slug, entity.type, identity) for identity, entity in entities.items()
    }
    every_choice = sorted({slug for slugs in choices.values() for slug in slugs})
    stored = set(connection.scalars(TAKEN_SLUGS, {"slugs": every_choice}).all())
    reserved, taken = {}, set(stored)
    for identity, slugs in choices.items():
        reserved[identity] = next((slug for slug in slugs if slug not in taken), slugs[-1])
        taken.add(reserved[identity])
    # An entity can return after it was deleted. The slug with its id can then still lead to the entity that
    # replaced it. Take this slug back.
    reclaimed = stored & set(reserved.values())
    if reclaimed:
        connection.execute(DELETE_SLUGS, {"slugs": sorted(reclaimed)})
    return reserved


def slug_choices(slug: str, entity_type: str, identity: UUID) -> list[str]:
    """Return three possible slugs of an entity, best first: `hope`, `hope-person`, `hope-3f2a…`.

    They are `slug`, which is made from the name; `slug` with the group of `entity_type` (person, place or
    thing); and `slug` with `identity`, the id of the entity. A long `slug` is shortened before the ending.
    """
    endings = ("", f"-{group_of(entity_type)}", f"-{identity.hex}")
    return [slug[: MAX_SLUG_LENGTH - len(ending)].rstrip("-") + ending for ending in endings]


def _add_aliases(connection: Connection, pairs: Iterable[tuple[Any, EntityRecord]]) -> None:
    """Add the names that an article uses for stored entities to the aliases of these entities.

    Each pair is the stored row of an entity, and the entity with the names from the article.
    """
    changed = []
    for row, entity in pairs:
        aliases = {*row.aliases, *entity.names} - {row.name}
        if aliases > set(row.aliases):
            changed.append((row, sorted(aliases)))
    if not changed:
        return
    parameters = [{"identity": row.id, "new_aliases": aliases} for row, aliases in changed]
    update_rows(connection, SET_ALIASES, parameters)
    names = [
        {"entity_id": row.id, "folded": folded}
        for row, aliases in changed
        for folded in sorted(
            {fold(alias) for alias in aliases} - {fold(name) for name in (row.name, *row.aliases)}
        )
    ]
    insert_rows(connection, EntityName, names)


def update_entity_counts(
    connection: Connection,
    found: Sequence[FoundEntity],
    previous: PreviousMentions,
    new: Collection[UUID],
) -> None:
    """Update the numbers of articles and mentions of the entities of an article that was loaded or removed.

    Delete entities that no article mentions any more.

    Args:
        connection: The connection, in a write transaction.
        found: The entities that the article mentions now. Empty if it was removed.
        previous: The entities that the article mentioned before, with the text of each mention.
        new: The ids of entities that `upsert_entities` has just inserted. Their numbers are not changed,
            because they include this article.
    """
    current = {each.entity.id: len(each.mentions) for each in found if each.entity.id not in new}
    differences = [
        {
            "identity": identity,
            "articles": (identity in current) - (identity in previous),
            "mentions": current.get(identity, 0) - len(previous.get(identity, ())),
        }
        for identity in {**previous, **current}
    ]
    changed = [each for each in differences if each["articles"] or each["mentions"]]
    update_rows(connection, ADD_TO_COUNTS, changed)
    dropped = {identity: texts for identity, texts in previous.items() if identity not in current}
    if dropped:
        _delete_unmentioned(connection, dropped, found)


def _delete_unmentioned(
    connection: Connection, dropped: PreviousMentions, found: Sequence[FoundEntity]
) -> None:
    """Delete entities that an article no longer mentions, unless a different article mentions them.

    Args:
        connection: The connection, in a write transaction.
        dropped: The entities that the article no longer mentions, with the text of each former mention.
        found: The entities that the article mentions now. If one has a mention with the text of a former
            mention of a deleted entity, it replaces the deleted entity: the ids and slugs of the deleted
            entity then lead to it.
    """
    candidates = {"identities": sorted(dropped)}
    slugs = connection.execute(UNMENTIONED_SLUGS, candidates).all()
    if not slugs:
        return
    successors = {row.id: _successor(dropped[row.id], found) for row in slugs}
    former_ids = connection.execute(FORMER_IDS, {"identities": [*successors]}).all()
    connection.execute(DELETE_UNMENTIONED, candidates)
    targets = {old_id: successors[entity_id] for old_id, entity_id in former_ids} | successors
    ids = [
        {"old_id": old_id, "entity_id": target}
        for old_id, target in targets.items()
        if target not in (None, old_id)
    ]
    # If an entity was deleted once before, its id can still lead to the entity that replaced it then.
    connection.execute(DELETE_FORMER_IDS, {"identities": [row["old_id"] for row in ids]})
    insert_rows(connection, EntityId, ids)
    redirects = [(row.slug, successors[row.id]) for row in slugs]
    insert_rows(
        connection, EntitySlug, [{"slug": slug, "entity_id": target} for slug, target in redirects if target]
    )


def _successor(texts: Collection[str], found: Sequence[FoundEntity]) -> UUID | None:
    """Return the id of the entity that now has the mentions of a former entity, or None.

    After a change of rules, an article can mention `Hope` as a ship and no longer as a person. The ship then
    replaces the person. If several entities in `found` have mentions with the former texts, choose the entity
    with the most characters in these mentions.

    Args:
        texts: The texts by which the article mentioned the former entity.
        found: The entities that the article mentions now.
    """
    letters = {
        each.entity.id: sum(len(mention.text) for mention in each.mentions if mention.text in texts)
        for each in found
    }
    best = max(letters, key=lambda identity: letters[identity], default=None)
    return best if best and letters[best] else None
