"""Update the table of all entities when articles are loaded or removed: insert entities, and count mentions.

The counts change by the difference between the former and the current revision of an article.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, select, update

from api.database.base import table_of
from api.models import Corpus, Entity, EntityName, EntitySlug
from api.search.analyzer import fold
from seeds.bulk_statements import insert_rows, portions, update_rows
from seeds.extraction.catalogue import EntityRecord
from seeds.preparing.prepared_article import PreparedEntity
from seeds.storing.entities.entity_slugs import reserve_slugs
from seeds.storing.row_builders import entity_columns, entity_name_rows

ENTITIES, CORPUS = table_of(Entity), table_of(Corpus)
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)
STORED_ENTITIES = select(
    Entity.number, Entity.id, Entity.type, Entity.origin, Entity.name, Entity.aliases
).where(Entity.id.in_(IDENTITIES))
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

PreviousMentions = Mapping[int, Sequence[str]]
"""The entities of the former revision of an article, by number, with the text of each mention."""


@dataclass
class KnownEntity:
    """An entity that is mentioned in a batch of articles, the articles that are stored together.

    Attributes:
        number: The database number of the entity.
        record: The entity with its stored name and type.
        aliases: Its other names, including new ones.
        former_names: All its names before the batch. Empty if the entity is new.
    """

    number: int
    record: EntityRecord
    aliases: list[str]
    former_names: frozenset[str] = frozenset()

    @property
    def is_new(self) -> bool:
        """True if the database did not contain the entity before the current articles were stored."""
        return not self.former_names

    @property
    def has_new_aliases(self) -> bool:
        """True if the entity was stored before the batch, and the articles of the batch add aliases."""
        return not self.is_new and not self.former_names.issuperset(self.aliases)

    def add_names(self, names: Iterable[str]) -> None:
        """Add `names`, the names that an article uses for the entity, to the aliases of the entity."""
        self.aliases = sorted({*self.aliases, *names} - {self.record.name})


EntityTable = dict[UUID, KnownEntity]
"""The entities that the articles of a batch mention, by id."""


def upsert_entities(connection: Connection, articles: Sequence[Sequence[PreparedEntity]]) -> EntityTable:
    """Insert the new entities of articles, and add new aliases to the entities that are already stored.

    A new entity gets its name and type from its first article. Its counts are 0 until `update_entity_counts`
    is called. A stored entity keeps its name and type.

    Args:
        connection: In a write transaction.
        articles: The entities of each article, in the order of loading.

    Returns:
        All entities that the articles mention, by their ids.
    """
    identities = {each.id: None for found in articles for each in found}
    table: EntityTable = {}
    if not identities:
        return table
    for several in portions([*identities]):
        for row in connection.execute(STORED_ENTITIES, {"identities": several}):
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
    slugs = reserve_slugs(connection, {identity: each.record for identity, each in new.items()})
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
    """Update how many articles mention each entity, and how often, after articles were loaded or removed.

    For each article, `articles` has the number of current mentions of each entity (empty for a removed
    article), and the texts of its former mentions (empty for a new article). Keys are database numbers.
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
