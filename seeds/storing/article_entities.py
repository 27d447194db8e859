"""The entities of one article among those of all: made where they are new, counted, and retired."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from api.db import table_of
from api.models import Entity, EntityId, EntityName, EntitySlug
from api.search.analyzer import fold
from seeds.bulk import insert_rows, update_rows
from seeds.extraction.catalogue import KnownEntity, group_of
from seeds.extraction.mentions import FoundEntity
from seeds.identifiers import MAX_SLUG
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

# The entities that an article had, with the text of each mention.
PreviousMentions = Mapping[UUID, Sequence[str]]


class UpsertedEntities(NamedTuple):
    """The entities of an article: the type of each, and how often it names those that it brought."""

    types: dict[UUID, str]
    new: dict[UUID, int]


def upsert_entities(connection: Connection, found: Sequence[FoundEntity]) -> UpsertedEntities:
    """Make the entities that no article mentioned before, counted, and add new aliases to others.

    An extracted entity keeps the name and type that it was first found to have, until it is settled.
    """
    entities = {one.entity.id: one.entity for one in found}
    if not entities:
        return UpsertedEntities({}, {})
    present = {row.id: row for row in connection.execute(STORED_ENTITIES, {"identities": list(entities)})}
    new = {one.entity.id: len(one.mentions) for one in found if one.entity.id not in present}
    _make(connection, {each: entities[each] for each in new}, new)
    extracted = [row for row in present.values() if row.origin == "extracted"]
    _add_aliases(connection, [(row, entities[row.id]) for row in extracted])
    return UpsertedEntities({each: present.get(each, entity).type for each, entity in entities.items()}, new)


def _make(connection: Connection, new: Mapping[UUID, KnownEntity], mentions: Mapping[UUID, int]) -> None:
    if not new:
        return
    slugs = _free_slugs(connection, new)
    insert_rows(connection, Entity, new_entity_rows(new, slugs, mentions))
    insert_rows(connection, EntitySlug, entity_slug_rows(slugs))
    insert_rows(connection, EntityName, entity_name_rows({each: one.names for each, one in new.items()}))


def _free_slugs(connection: Connection, entities: Mapping[UUID, KnownEntity]) -> dict[UUID, str]:
    """Give each of `entities` the first of its slugs that no other has."""
    choices = {each: slug_choices(entity.slug, entity.type, each) for each, entity in entities.items()}
    every = sorted({slug for slugs in choices.values() for slug in slugs})
    taken = set(connection.scalars(TAKEN_SLUGS, {"slugs": every}))
    free, held = {}, set(taken)
    for identity, slugs in choices.items():
        free[identity] = next((slug for slug in slugs if slug not in taken), slugs[-1])
        taken.add(free[identity])
    # Those with the entity's own id, which lead elsewhere since it was gone.
    lost = held & set(free.values())
    if lost:
        connection.execute(DELETE_SLUGS, {"slugs": sorted(lost)})
    return free


def slug_choices(slug: str, kind: str, identity: UUID) -> list[str]:
    """Give the slugs that an entity may have, the best first: with what it roughly is, and with its id."""
    endings = ("", f"-{group_of(kind)}", f"-{identity.hex}")
    return [slug[: MAX_SLUG - len(ending)].rstrip("-") + ending for ending in endings]


def _add_aliases(connection: Connection, pairs: Iterable[tuple[Any, KnownEntity]]) -> None:
    changed = []
    for row, entity in pairs:
        aliases = {*row.aliases, *entity.names} - {row.name}
        if aliases > set(row.aliases):
            changed.append((row, sorted(aliases)))
    if not changed:
        return
    update_rows(
        connection, SET_ALIASES, [{"identity": row.id, "new_aliases": aliases} for row, aliases in changed]
    )
    names = [
        {"entity_id": row.id, "folded": folded}
        for row, aliases in changed
        for folded in sorted(
            {fold(alias) for alias in aliases} - {fold(name) for name in (row.name, *row.aliases)}
        )
    ]
    insert_rows(connection, EntityName, names)


def update_entity_counts(
    connection: Connection, found: Sequence[FoundEntity], before: PreviousMentions, new: Collection[UUID]
) -> None:
    """Move the counts of the entities that an article has and had, but for `new` ones, which are counted.

    Those that no article has any more are retired.
    """
    # By difference: a count over all articles would make each document dearer than the one before.
    after = {one.entity.id: len(one.mentions) for one in found if one.entity.id not in new}
    changes = [
        {
            "identity": identity,
            "articles": (identity in after) - (identity in before),
            "mentions": after.get(identity, 0) - len(before.get(identity, ())),
        }
        for identity in {**before, **after}
    ]
    moved = [change for change in changes if change["articles"] or change["mentions"]]
    update_rows(connection, ADD_TO_COUNTS, moved)
    gone = {identity: texts for identity, texts in before.items() if identity not in after}
    if gone:
        _retire(connection, gone, found)


def _retire(connection: Connection, gone: PreviousMentions, found: Sequence[FoundEntity]) -> None:
    """Remove those of `gone` that no article mentions; ids and slugs that led to them lead to successors."""
    leaving = {"identities": sorted(gone)}
    slugs = connection.execute(UNMENTIONED_SLUGS, leaving).all()
    if not slugs:
        return
    successors = {row.id: _successor(gone[row.id], found) for row in slugs}
    old = connection.execute(FORMER_IDS, {"identities": [*successors]}).all()
    connection.execute(DELETE_UNMENTIONED, leaving)
    led = {was: successors[now] for was, now in [*old, *((each, each) for each in successors)]}
    ids = [{"old_id": was, "entity_id": now} for was, now in led.items() if now not in (None, was)]
    # An id that is given up again may have been before, and led elsewhere.
    connection.execute(DELETE_FORMER_IDS, {"identities": [row["old_id"] for row in ids]})
    insert_rows(connection, EntityId, ids)
    kept = [(row.slug, successors[row.id]) for row in slugs]
    insert_rows(connection, EntitySlug, [{"slug": slug, "entity_id": now} for slug, now in kept if now])


def _successor(texts: Collection[str], found: Sequence[FoundEntity]) -> UUID | None:
    """Give the entity that an article now names where it named another, by the most letters of the text."""
    letters = {
        one.entity.id: sum(len(mention.text) for mention in one.mentions if mention.text in texts)
        for one in found
    }
    best = max(letters, key=lambda each: letters[each], default=None)
    return best if best and letters[best] else None
