"""Extracted entities, settled: called and typed as most articles have them, whichever was seeded first.

A load takes an extracted entity as the first article has it, since more would make each document dearer than
the one before. This is the pass over all of them, after which nothing depends on the order of seeding.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from unicodedata import normalize
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select, update

from api.models import ENTITY_TYPES, ArticleEntity, Entity, EntitySlug
from seeds.extraction.mentions import extracted_slug
from seeds.identifiers import CURLY_QUOTES
from seeds.storing.article_entities import slug_choices
from seeds.storing.catalogue_update import update_entities
from seeds.storing.history import increment_corpus_revision
from seeds.storing.transactions import Transaction

# Entities that one transaction settles, so that memory does not grow with their number.
PAGE = 500


class Called(NamedTuple):
    """What articles make of one entity: how many call it what, take it for what, and every form in them."""

    names: Counter[str]
    types: Counter[str]
    forms: set[str]

    def columns(self) -> dict[str, Any]:
        """Give what most of them say; between equals the first by alphabet, and the first of the types."""
        name = min(self.names, key=lambda each: (-self.names[each], each))
        kind = min(self.types, key=lambda each: (-self.types[each], ENTITY_TYPES.index(each)))
        return {"name": name, "type": kind, "aliases": sorted(self.forms - {name})}


def merge_entities(begin: Transaction) -> int:
    """Settle all extracted entities; gives how many changed."""
    changed, last = 0, UUID(int=0)
    contested: defaultdict[str, list[UUID]] = defaultdict(list)
    while True:
        with begin() as connection:
            page = _page(connection, last)
            if not page:
                break
            changed += _settle(connection, page)
            for row in page:
                if row.slug != extracted_slug(row.name):
                    contested[extracted_slug(row.name)].append(row.id)
            last = page[-1].id
    for slug in sorted(contested):
        with begin() as connection:
            changed += _award(connection, slug, contested[slug])
    return changed


def _page(connection: Connection, last: UUID) -> list[Any]:
    columns = (Entity.id, Entity.slug, Entity.name, Entity.type, Entity.aliases)
    rows = select(*columns).where(Entity.origin == "extracted", Entity.id > last)
    return list(connection.execute(rows.order_by(Entity.id).limit(PAGE)))


def _settle(connection: Connection, page: Collection[Any]) -> int:
    called = _called(connection, [row.id for row in page])
    wanted = {row.id: called[row.id].columns() for row in page}
    changed = {
        row.id: wanted[row.id]
        for row in page
        if any(getattr(row, name) != value for name, value in wanted[row.id].items())
    }
    update_entities(connection, changed, [row.id for row in page if row.type != wanted[row.id]["type"]])
    return len(changed)


def _called(connection: Connection, entities: Collection[UUID]) -> Mapping[UUID, Called]:
    called: defaultdict[UUID, Called] = defaultdict(lambda: Called(Counter(), Counter(), set()))
    own = ArticleEntity
    rows = select(own.entity_id, own.own_name, own.own_type, own.mentions).where(own.entity_id.in_(entities))
    for row in connection.execute(rows):
        one = called[row.entity_id]
        one.names[row.own_name] += 1
        one.types[row.own_type] += 1
        one.forms.update(
            normalize("NFC", mention["text"]).translate(CURLY_QUOTES) for mention in row.mentions
        )
    return called


def _award(connection: Connection, slug: str, contenders: list[UUID]) -> int:
    """Give `slug` to the contender in most articles, unless the catalogue has it; to the others another."""
    columns = (Entity.id, Entity.slug, Entity.type, Entity.origin, Entity.article_count)
    holder = connection.execute(
        select(*columns).join(EntitySlug, EntitySlug.entity_id == Entity.id).where(EntitySlug.slug == slug)
    ).one_or_none()
    rows = {row.id: row for row in connection.execute(select(*columns).where(Entity.id.in_(contenders)))}
    is_known = holder is not None and holder.origin == "catalogue"
    if holder and not is_known and holder.slug == slug:
        rows[holder.id] = holder
    ranked = sorted(rows.values(), key=lambda row: (-row.article_count, row.id))
    winner = None if is_known else ranked[0]
    # The others first: a slug is no two entities' at any moment.
    changes = [(row, _free(connection, slug, row)) for row in ranked if row is not winner]
    changes += [(winner, slug)] if winner else []
    moved = [(row, wanted) for row, wanted in changes if row.slug != wanted]
    for row, wanted in moved:
        connection.execute(update(Entity).where(Entity.id == row.id).values(slug=wanted))
        connection.execute(delete(EntitySlug).where(EntitySlug.slug == wanted))
        connection.execute(insert(EntitySlug).values(slug=wanted, entity_id=row.id))
    if moved:
        increment_corpus_revision(connection)
    return len(moved)


def _free(connection: Connection, slug: str, row: Any) -> str:
    """Give the slug that an entity has where `slug` is another's."""
    choices = slug_choices(slug, row.type, row.id)[1:]
    held = select(EntitySlug.slug).where(EntitySlug.slug.in_(choices), EntitySlug.entity_id != row.id)
    taken = set(connection.scalars(held))
    # The last has the entity's id in it: where it leads elsewhere, it was this one's before.
    return next((choice for choice in choices if choice not in taken), choices[-1])
