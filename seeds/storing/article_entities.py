"""Update the table of all entities when articles are loaded or removed: insert, count and delete entities.

The numbers of articles and mentions of an entity change by the difference between the former and the current
revision of an article. Counting all articles again would make a load slower with each document.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import Corpus, Entity, EntityId, EntityName, EntitySlug
from api.search.analyzer import fold
from seeds.bulk import insert_rows, update_rows
from seeds.extraction.catalogue import EntityRecord, group_of
from seeds.identifiers import MAX_SLUG_LENGTH
from seeds.preparing.prepared_article import PreparedEntity
from seeds.storing.row_builders import entity_columns, entity_name_rows

ENTITIES, ENTITY_SLUGS, ENTITY_IDS = (table_of(model) for model in (Entity, EntitySlug, EntityId))
CORPUS = table_of(Corpus)
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
SLUGS: BindParameter[Any] = bindparam("slugs", expanding=True)
STORED_ENTITIES = select(
    Entity.number, Entity.id, Entity.type, Entity.origin, Entity.name, Entity.aliases
).where(Entity.id.in_(IDENTITIES))
TAKEN_SLUGS = select(EntitySlug.slug).where(EntitySlug.slug.in_(SLUGS))
DELETE_SLUGS = delete(ENTITY_SLUGS).where(ENTITY_SLUGS.c.slug.in_(SLUGS))
LAST_ENTITY = select(CORPUS.c.last_entity)
SET_LAST_ENTITY = update(CORPUS).values(last_entity=bindparam("number"))
SET_ALIASES = (
    update(ENTITIES).where(ENTITIES.c.number == bindparam("entity")).values(aliases=bindparam("new_aliases"))
)
ADD_TO_COUNTS = (
    update(ENTITIES)
    .where(ENTITIES.c.number == bindparam("entity"))
    .values(
        article_count=ENTITIES.c.article_count + bindparam("articles"),
        mention_count=ENTITIES.c.mention_count + bindparam("mentions"),
    )
)
# One row for each slug of each entity that no article mentions.
UNMENTIONED_SLUGS = (
    select(Entity.number, Entity.id, EntitySlug.slug)
    .join(EntitySlug, EntitySlug.entity == Entity.number)
    .where(Entity.number.in_(NUMBERS), Entity.article_count == 0)
)
FORMER_IDS = select(EntityId.old_id, EntityId.entity).where(EntityId.entity.in_(NUMBERS))
DELETE_FORMER_IDS = delete(ENTITY_IDS).where(ENTITY_IDS.c.old_id.in_(IDENTITIES))
DELETE_UNMENTIONED = delete(ENTITIES).where(ENTITIES.c.number.in_(NUMBERS), ENTITIES.c.article_count == 0)

PreviousMentions = Mapping[int, Sequence[str]]
"""The entities of the former revision of an article, by number, with the text of each mention."""


@dataclass
class KnownEntity:
    """An entity that articles of a batch mention, as it is stored after the batch.

    Attributes:
        number: Its number.
        record: The entity, with the name and type that are stored.
        aliases: Its other names, including those of the articles of the batch.
        former_names: The name and the aliases that were stored before the batch. Empty if the entity is new.
    """

    number: int
    record: EntityRecord
    aliases: list[str]
    former_names: frozenset[str] = frozenset()

    @property
    def is_new(self) -> bool:
        """True if the entity was not stored before the batch."""
        return not self.former_names

    @property
    def has_new_aliases(self) -> bool:
        """True if the batch adds aliases to an entity that was stored before."""
        return not self.is_new and not self.former_names.issuperset(self.aliases)

    def add_names(self, names: Iterable[str]) -> None:
        """Add `names`, by which a further article calls the entity, to its aliases."""
        self.aliases = sorted({*self.aliases, *names} - {self.record.name})


EntityTable = dict[UUID, KnownEntity]
"""The entities that the articles of a batch mention, by id."""


def upsert_entities(connection: Connection, articles: Sequence[Sequence[PreparedEntity]]) -> EntityTable:
    """Insert the entities of articles that are not stored yet, and add new aliases to those that are.

    A new entity has the name and type of the first article that mentions it, and no articles and mentions
    until `update_entity_counts` counts them. A stored entity keeps its name and type; `flask seed relink`
    updates these.

    Args:
        connection: The connection, in a write transaction.
        articles: The entities of each article, in the order in which the articles are loaded.

    Returns:
        All entities that the articles mention, as they are stored now, by the id of the entity.
    """
    identities = {each.id: None for found in articles for each in found}
    table: EntityTable = {}
    if not identities:
        return table
    for row in connection.execute(STORED_ENTITIES, {"identities": [*identities]}):
        record = EntityRecord(row.name, row.type, "", origin=row.origin)
        names = frozenset((row.name, *row.aliases))
        table[row.id] = KnownEntity(row.number, record, row.aliases, names)
    last: int = connection.scalars(LAST_ENTITY).one()
    number = last
    for found in articles:
        for each in found:
            identity, record = each.id, each.record
            known = table.get(identity)
            if known is None:
                number += 1
                table[identity] = KnownEntity(number, record, list(record.aliases))
            elif known.record.origin == "extracted":
                known.add_names(record.names)
    if number > last:
        connection.execute(SET_LAST_ENTITY, {"number": number})
        _insert_entities(connection, {identity: each for identity, each in table.items() if each.is_new})
    _update_aliases(connection, [each for each in table.values() if each.has_new_aliases])
    return table


def _insert_entities(connection: Connection, new: Mapping[UUID, KnownEntity]) -> None:
    slugs = _reserve_slugs(connection, {identity: each.record for identity, each in new.items()})
    rows = [
        entity_columns(each.record)
        | {"number": each.number, "id": identity, "slug": slugs[identity], "aliases": each.aliases}
        | {"article_count": 0, "mention_count": 0}
        for identity, each in new.items()
    ]
    insert_rows(connection, Entity, rows)
    insert_rows(
        connection,
        EntitySlug,
        [{"slug": slugs[identity], "entity": each.number} for identity, each in new.items()],
    )
    names = {each.number: (each.record.name, *each.aliases) for each in new.values()}
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


def _update_aliases(connection: Connection, changed: Sequence[KnownEntity]) -> None:
    """Store the aliases of `changed`, stored entities with new aliases, and add them to the name index."""
    parameters = [{"entity": each.number, "new_aliases": each.aliases} for each in changed]
    update_rows(connection, SET_ALIASES, parameters)
    names = [
        {"entity": each.number, "folded": folded}
        for each in changed
        for folded in sorted(
            {fold(alias) for alias in each.aliases} - {fold(name) for name in each.former_names}
        )
    ]
    insert_rows(connection, EntityName, names)


def update_entity_counts(
    connection: Connection,
    articles: Iterable[tuple[Mapping[int, int], PreviousMentions]],
) -> None:
    """Update the numbers of articles and mentions of the entities of articles that were loaded or removed.

    `articles` has a pair for each article. The first value is the number of current mentions, by the number
    of the entity; it is empty if the article was removed. The second value is the texts of the former
    mentions, by the number of the entity; it is empty if the article is new.
    """
    differences: defaultdict[int, list[int]] = defaultdict(lambda: [0, 0])
    for current, previous in articles:
        for entity, mentions in current.items():
            differences[entity][0] += 1
            differences[entity][1] += mentions
        for entity, texts in previous.items():
            differences[entity][0] -= 1
            differences[entity][1] -= len(texts)
    changed = [
        {"entity": entity, "articles": articles_added, "mentions": mentions_added}
        for entity, (articles_added, mentions_added) in sorted(differences.items())
        if articles_added or mentions_added
    ]
    update_rows(connection, ADD_TO_COUNTS, changed)


def delete_unmentioned(
    connection: Connection, previous: PreviousMentions, current: Mapping[int, Collection[str]]
) -> None:
    """Delete entities that an article no longer mentions, unless a different article mentions them.

    A current entity replaces a deleted entity if both have mentions with the same text. The ids and slugs of
    the deleted entity then lead to the current entity. Call this after `update_entity_counts`.

    Args:
        connection: The connection, in a write transaction.
        previous: The texts of the former mentions, by the number of the entity.
        current: The texts of the current mentions, by the number of the entity.
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
    """Return the number of the entity that now has the mentions of a former entity, or None.

    After a change of rules, an article can mention `Hope` as a ship and no longer as a person. The ship then
    replaces the person. If several entities have mentions with the former texts, choose the entity with the
    most characters in these mentions.

    Args:
        texts: The texts by which the article mentioned the former entity.
        current: The entities that the article mentions now, by number, with the text of each mention.
    """
    letters = {
        entity: sum(len(mention) for mention in mentions if mention in texts)
        for entity, mentions in current.items()
    }
    best = max(letters, key=lambda entity: letters[entity], default=None)
    return best if best and letters[best] else None
