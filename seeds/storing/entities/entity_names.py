"""Store each extracted entity with the name and the type that most of its articles use.

An entity is extracted if it is not in the catalogue of known entities. Each article has one vote for the name
and one for the type. A load uses the name and type from the first article. `flask seed relink` counts the
votes, so that the order of loading no longer matters.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, select

from api.models import ENTITY_TYPES, ArticleEntity, ArticleFacet, ArticleMentions, Entity
from api.text_folding import fold_characters
from seeds.bulk_statements import portions
from seeds.extraction.mentions import extracted_slug
from seeds.storing.entities.catalogue_update import update_entities
from seeds.storing.entities.entity_slugs import assign_slug
from seeds.storing.transactions import Transaction

# The number of entities in one transaction, which bounds the memory that is used.
PAGE_SIZE = 500
ENTITY_COLUMNS = (Entity.number, Entity.slug, Entity.name, Entity.type, Entity.aliases)


class EntityVotes(NamedTuple):
    """The names and types that articles use for one entity, as votes.

    `names` and `types` count the votes, one for each article. `forms` are the texts of all mentions.
    """

    names: Counter[str]
    types: Counter[str]
    forms: set[str]

    def columns(self) -> dict[str, Any]:
        """Return the new `name`, `type` and `aliases` of the entity, by database column.

        The name and the type with the most votes win. In a tie, the name that is first in the alphabet wins,
        or the type that is first in `ENTITY_TYPES`. `aliases` are all other names.
        """
        name = min(self.names, key=lambda each: (-self.names[each], each))
        entity_type = min(self.types, key=lambda each: (-self.types[each], ENTITY_TYPES.index(each)))
        return {"name": name, "type": entity_type, "aliases": sorted(self.forms - {name})}


def update_names_and_slugs(begin: Transaction) -> int:
    """Set the name and type of each extracted entity to those that its articles use most often.

    An entity is extracted if it is not in the catalogue of known entities. Of extracted entities
    with the same name, the entity with the most articles gets the slug of this name. `begin` opens a write
    transaction.

    Returns:
        The number of entities with a new name, type or alias, plus the number of entities with a new slug.
    """
    changed = last = 0
    claimants: defaultdict[str, list[int]] = defaultdict(list)
    while True:
        with begin() as connection:
            page = _read_page(connection, last)
            if not page:
                break
            changed += _update_page(connection, page)
            for row in page:
                if row.slug != extracted_slug(row.name):
                    claimants[extracted_slug(row.name)].append(row.number)
            last = page[-1].number
    for slug in sorted(claimants):
        with begin() as connection:
            changed += assign_slug(connection, slug, claimants[slug])
    return changed


def update_entity_names(connection: Connection, entities: Collection[int]) -> None:
    """Set the name and type of some extracted entities to those that their articles use most often.

    The other names become aliases. `entities` are database numbers. Entities that are unknown, or in the
    catalogue of known entities, are ignored.
    """
    rows = select(*ENTITY_COLUMNS).where(Entity.origin == "extracted").order_by(Entity.number)
    for several in portions(sorted(entities)):
        _update_page(connection, connection.execute(rows.where(Entity.number.in_(several))).all())


def _read_page(connection: Connection, last: int) -> list[Any]:
    """Return the first `PAGE_SIZE` extracted entities with database numbers above `last`, in ascending order.

    An entity is extracted if it is not in the catalogue of known entities. Each row has `number`, `slug`,
    `name`, `type` and `aliases`.
    """
    rows = select(*ENTITY_COLUMNS).where(Entity.origin == "extracted", Entity.number > last)
    return [*connection.execute(rows.order_by(Entity.number).limit(PAGE_SIZE)).all()]


def _update_page(connection: Connection, page: Collection[Any]) -> int:
    if not page:
        return 0
    votes = _count_votes(connection, [row.number for row in page])
    elected = {row.number: votes[row.number].columns() for row in page}
    changed = {
        row.number: elected[row.number]
        for row in page
        if any(getattr(row, name) != value for name, value in elected[row.number].items())
    }
    retyped = [row.number for row in page if row.type != elected[row.number]["type"]]
    update_entities(connection, changed, retyped)
    return len(changed)


def _count_votes(connection: Connection, entities: Collection[int]) -> Mapping[int, EntityVotes]:
    votes: defaultdict[int, EntityVotes] = defaultdict(lambda: EntityVotes(Counter(), Counter(), set()))
    is_voting = ArticleFacet.facet.in_(entities)
    columns = (
        *(ArticleEntity.article, ArticleEntity.entity, ArticleEntity.position),
        *(ArticleEntity.own_name, ArticleEntity.own_type),
    )
    # The rows of facets find the articles that mention an entity.
    is_of_facet = and_(
        ArticleEntity.article == ArticleFacet.article, ArticleEntity.entity == ArticleFacet.facet
    )
    rows_by_article: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(select(*columns).join(ArticleFacet, is_of_facet).where(is_voting)):
        rows_by_article[row.article].append(row)
    articles = select(ArticleFacet.article).where(is_voting).distinct()
    mentions = select(ArticleMentions.article, ArticleMentions.mentions)
    for article, of_entities in connection.execute(mentions.where(ArticleMentions.article.in_(articles))):
        for row in rows_by_article[article]:
            entity = votes[row.entity]
            entity.names[row.own_name] += 1
            entity.types[row.own_type] += 1
            entity.forms.update(fold_characters(mention[-1]) for mention in of_entities[row.position - 1])
    return votes
