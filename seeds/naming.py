"""The entities of one article among those of all: made where they are new, counted, and retired."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from api.models import Entity, EntityId, EntityName, EntitySlug
from api.terms import fold
from seeds.catalogue import KnownEntity, group_of
from seeds.entities import FoundEntity
from seeds.execution import fetch, insert_rows, run, run_each
from seeds.identity import MAX_SLUG
from seeds.rows import entity_name_rows, entity_slug_rows, new_entity_rows
from seeds.statements import (
    ADD_ALIASES,
    DELETE_UNNAMED,
    LEAVING,
    MOVE_COUNTS,
    PRESENT,
    SLUGS,
)

# From an extracted entity to the one of the catalogue that takes its place.
Successors = Mapping[UUID, UUID]


class Brought(NamedTuple):
    """The entities of an article: the type of each, and how often it names those that it brought."""

    types: dict[UUID, str]
    new: dict[UUID, int]


def bring_entities(connection: Connection, found: Sequence[FoundEntity]) -> Brought:
    """Make the entities that no article mentioned before, counted, and add new aliases to others.

    An extracted entity keeps the name and type that it was first found to have, until it is settled.
    """
    entities = {one.entity.id: one.entity for one in found}
    if not entities:
        return Brought({}, {})
    present = {row.id: row for row in fetch(connection, PRESENT, {"identities": list(entities)})}
    new = {one.entity.id: len(one.mentions) for one in found if one.entity.id not in present}
    _make(connection, {each: entities[each] for each in new}, new)
    extracted = [row for row in present.values() if row.origin == "extracted"]
    _add_aliases(connection, [(row, entities[row.id]) for row in extracted])
    return Brought({each: present.get(each, entity).type for each, entity in entities.items()}, new)


def _make(connection: Connection, new: Mapping[UUID, KnownEntity], mentions: Mapping[UUID, int]) -> None:
    if not new:
        return
    slugs = _free_slugs(connection, new)
    insert_rows(connection, Entity, new_entity_rows(new, slugs, mentions))
    insert_rows(connection, EntitySlug, entity_slug_rows(slugs))
    insert_rows(connection, EntityName, entity_name_rows({each: one.names for each, one in new.items()}))


def _free_slugs(connection: Connection, entities: Mapping[UUID, KnownEntity]) -> dict[UUID, str]:
    """Give each of `entities` the first of its slugs that no other has."""
    choices = {each: slugs_for(entity.slug, entity.type, each) for each, entity in entities.items()}
    every = sorted({slug for slugs in choices.values() for slug in slugs})
    taken = {row.slug for row in fetch(connection, SLUGS, {"slugs": every})}
    free = {}
    for identity, slugs in choices.items():
        free[identity] = next(slug for slug in slugs if slug not in taken)
        taken.add(free[identity])
    return free


def slugs_for(slug: str, kind: str, identity: UUID) -> list[str]:
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
    run_each(connection, ADD_ALIASES, [{"identity": row.id, "aliases": aliases} for row, aliases in changed])
    names = [
        {"entity_id": row.id, "folded": folded}
        for row, aliases in changed
        for folded in sorted(
            {fold(alias) for alias in aliases} - {fold(name) for name in (row.name, *row.aliases)}
        )
    ]
    insert_rows(connection, EntityName, names)


def count_entities(
    connection: Connection, found: Iterable[FoundEntity], before: Mapping[UUID, int], successors: Successors
) -> None:
    """Move the counts of the entities that an article has and had; retire those that none has any more."""
    # By difference: a count over all articles would make each document dearer than the one before.
    after = {one.entity.id: len(one.mentions) for one in found}
    changes = [
        {
            "identity": identity,
            "articles": (identity in after) - (identity in before),
            "mentions": after.get(identity, 0) - before.get(identity, 0),
        }
        for identity in {**before, **after}
    ]
    moved = [change for change in changes if change["articles"] or change["mentions"]]
    run_each(connection, MOVE_COUNTS, moved)
    gone = before.keys() - after.keys()
    if gone:
        _retire(connection, gone, successors)


def _retire(connection: Connection, gone: Iterable[UUID], successors: Successors) -> None:
    """Remove entities that no article mentions; what had their ids and slugs leads to their successors."""
    leaving = fetch(connection, LEAVING, {"identities": sorted(gone)})
    if not leaving:
        return
    run(connection, DELETE_UNNAMED, {"identities": sorted({row.id for row in leaving})})
    wanted = {successors[row.id] for row in leaving if row.id in successors}
    present = (
        {row.id for row in fetch(connection, PRESENT, {"identities": sorted(wanted)})} if wanted else set()
    )
    replaced = [(row, successors[row.id]) for row in leaving if successors.get(row.id) in present]
    slugs = [{"slug": row.slug, "entity_id": successor} for row, successor in replaced]
    ids = {row.id: successor for row, successor in replaced}
    insert_rows(connection, EntitySlug, slugs)
    insert_rows(connection, EntityId, [{"old_id": old, "entity_id": new} for old, new in ids.items()])
