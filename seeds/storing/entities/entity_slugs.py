"""Choose the slugs of entities, so that no two entities have the same slug."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, insert, select, update

from api.database.base import table_of
from api.models import Entity, EntitySlug
from seeds.bulk_statements import portions
from seeds.extraction.catalogue import EntityRecord, group_of
from seeds.identifiers import MAX_SLUG_LENGTH
from seeds.storing.entities.catalogue_update import delete_renderings_with_entities
from seeds.storing.history import increment_corpus_revision

ENTITY_SLUGS = table_of(EntitySlug)
SLUGS: BindParameter[Any] = bindparam("slugs", expanding=True)
TAKEN_SLUGS = select(EntitySlug.slug).where(EntitySlug.slug.in_(SLUGS))
DELETE_SLUGS = delete(ENTITY_SLUGS).where(ENTITY_SLUGS.c.slug.in_(SLUGS))


def reserve_slugs(connection: Connection, entities: Mapping[UUID, EntityRecord]) -> dict[UUID, str]:
    """Choose a free slug for each new entity in `entities`. Return the slugs by the id of the entity.

    The slug is made from the name, such as `hope`. If it is taken, the kind of entity is appended
    (`hope-person`), or else the id.
    """
    choices = {
        identity: entity_slug_choices(entity.slug, entity.type, identity)
        for identity, entity in entities.items()
    }
    every_choice = sorted({slug for slugs in choices.values() for slug in slugs})
    stored = {
        slug
        for several in portions(every_choice)
        for slug in connection.scalars(TAKEN_SLUGS, {"slugs": several})
    }
    reserved, taken = {}, set(stored)
    for identity, slugs in choices.items():
        reserved[identity] = next((slug for slug in slugs if slug not in taken), slugs[-1])
        taken.add(reserved[identity])
    # An entity can return after it was deleted. The slug with its id can then still lead to the entity that
    # replaced it. Take this slug back.
    for several in portions(sorted(stored & set(reserved.values()))):
        connection.execute(DELETE_SLUGS, {"slugs": several})
    return reserved


def entity_slug_choices(slug: str, entity_type: str, identity: UUID) -> list[str]:
    """Return three possible slugs of an entity, best first: `hope`, `hope-person`, `hope-3f2a…`.

    `slug` is made from the name. The endings are the group of `entity_type` (person, place or thing) and the
    id. A long `slug` is shortened before the ending.
    """
    endings = ("", f"-{group_of(entity_type)}", f"-{identity.hex}")
    return [slug[: MAX_SLUG_LENGTH - len(ending)].rstrip("-") + ending for ending in endings]


def assign_slug(connection: Connection, slug: str, claimants: Sequence[int]) -> int:
    """Decide which of several entities with the same name gets the slug of this name, and update their slugs.

    The entity that most articles mention gets `slug`, and the others get longer slugs, such as `hope-person`.
    If an entity of the catalogue (the file of known entities) has or had `slug`, all get longer slugs.

    Args:
        connection: In a write transaction.
        slug: The slug made from the name.
        claimants: The database numbers of extracted entities without `slug`. An extracted entity that has
            `slug` competes, too.

    Returns:
        The number of entities whose slug changed.
    """
    columns = (Entity.number, Entity.id, Entity.slug, Entity.type, Entity.origin, Entity.article_count)
    owner = connection.execute(
        select(*columns).join(EntitySlug, EntitySlug.entity == Entity.number).where(EntitySlug.slug == slug)
    ).one_or_none()
    rows = {row.id: row for row in connection.execute(select(*columns).where(Entity.number.in_(claimants)))}
    is_in_catalogue = owner is not None and owner.origin == "catalogue"
    if owner and not is_in_catalogue and owner.slug == slug:
        rows[owner.id] = owner
    ranked = sorted(rows.values(), key=lambda row: (-row.article_count, row.id))
    winner = None if is_in_catalogue else ranked[0]
    # Change the winner last, because two entities cannot have the slug at the same time.
    assigned = [(row, _free_slug(connection, slug, row)) for row in ranked if row is not winner]
    assigned += [(winner, slug)] if winner else []
    changed = [(row, new_slug) for row, new_slug in assigned if row.slug != new_slug]
    for row, new_slug in changed:
        connection.execute(update(Entity).where(Entity.number == row.number).values(slug=new_slug))
        connection.execute(delete(EntitySlug).where(EntitySlug.slug == new_slug))
        connection.execute(insert(EntitySlug).values(slug=new_slug, entity=row.number))
    if changed:
        delete_renderings_with_entities(connection, [row.number for row, _ in changed])
        increment_corpus_revision(connection)
    return len(changed)


def _free_slug(connection: Connection, slug: str, row: Any) -> str:
    """Return a longer slug for the entity `row`, which cannot have `slug`.

    For `hope`, the result is `hope-person` or, if a different entity has this slug, `hope` with the id.
    """
    choices = entity_slug_choices(slug, row.type, row.id)[1:]
    taken_by_others = select(EntitySlug.slug).where(
        EntitySlug.slug.in_(choices), EntitySlug.entity != row.number
    )
    taken = set(connection.scalars(taken_by_others))
    # The last choice contains the id of the entity, so it can be taken away from any other entity.
    return next((choice for choice in choices if choice not in taken), choices[-1])
