"""Statements that select takeaways, entities and related links, and functions that read entity references."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BindParameter, Connection, Text, bindparam, cast, func, select

from api.database.base import AnySelect, table_of
from api.models import Article, Entity, RelatedLink, Takeaway, TakeawayEntity
from api.models.sort_keys import POSITION_BITS
from api.v1.json_values import Values, entity_reference

ARTICLES, TAKEAWAYS, ENTITIES = table_of(Article), table_of(Takeaway), table_of(Entity)
LINKS, TAKEAWAY_ENTITIES = table_of(RelatedLink), table_of(TakeawayEntity)
NUMBERS_PER_ARTICLE = 1 << POSITION_BITS
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)

# The columns of an entity. Lists that responses show unchanged are selected as text.
ENTITY_COLUMNS = (
    *(ENTITIES.c.id, ENTITIES.c.slug, ENTITIES.c.name, ENTITIES.c.type),
    cast(ENTITIES.c.aliases, Text).label("aliases"),
    ENTITIES.c.description,
    cast(ENTITIES.c.same_as, Text).label("same_as"),
    *(ENTITIES.c.article_count, ENTITIES.c.mention_count, ENTITIES.c.origin),
)
REFERENCE_COLUMNS = (ENTITIES.c.id, ENTITIES.c.slug, ENTITIES.c.name, ENTITIES.c.type)
TAKEAWAY_COLUMNS = (
    *(TAKEAWAYS.c.number, TAKEAWAYS.c.id, TAKEAWAYS.c.text),
    cast(TAKEAWAYS.c.evidence, Text).label("evidence"),
)
# Each takeaway with the columns of its article.
TAKEAWAY_ROWS: AnySelect = select(
    *TAKEAWAY_COLUMNS,
    ARTICLES.c.id.label("article_id"),
    ARTICLES.c.slug.label("article_slug"),
    ARTICLES.c.title.label("article_title"),
).join_from(TAKEAWAYS, ARTICLES, ARTICLES.c.number == TAKEAWAYS.c.number // NUMBERS_PER_ARTICLE)

TARGETS = ARTICLES.alias("targets")
_preceding = LINKS.alias("preceding")
# The number of the link in its article. It is counted at each read, so that adding a link does not change
# other rows.
POSITION = (
    select(func.count())
    .select_from(_preceding)
    .where(_preceding.c.article == LINKS.c.article, _preceding.c.precedence >= LINKS.c.precedence)
    .correlate(LINKS)
    .scalar_subquery()
)
LINK_COLUMNS = (
    *(LINKS.c.id, LINKS.c.basis, LINKS.c.title, LINKS.c.score_key),
    cast(LINKS.c.reasons, Text).label("reasons"),
    TARGETS.c.id.label("target_id"),
    TARGETS.c.slug.label("target_slug"),
    TARGETS.c.title.label("target_title"),
)
# Each related link with the columns of its article and its target.
LINK_ROWS: AnySelect = (
    select(
        *LINK_COLUMNS,
        POSITION.label("position"),
        ARTICLES.c.id.label("article_id"),
        ARTICLES.c.slug.label("article_slug"),
        ARTICLES.c.title.label("article_title"),
    )
    .join_from(LINKS, ARTICLES, ARTICLES.c.number == LINKS.c.article)
    .outerjoin(TARGETS, TARGETS.c.number == LINKS.c.target)
)
SELECT_REFERENCES = select(ENTITIES.c.number, *REFERENCE_COLUMNS).where(ENTITIES.c.number.in_(NUMBERS))
SELECT_TAKEAWAY_ENTITIES = (
    select(TAKEAWAY_ENTITIES.c.takeaway, *REFERENCE_COLUMNS)
    .join_from(TAKEAWAY_ENTITIES, ENTITIES, ENTITIES.c.number == TAKEAWAY_ENTITIES.c.entity)
    .where(TAKEAWAY_ENTITIES.c.takeaway.in_(NUMBERS))
)


def read_references(connection: Connection, numbers: Collection[int]) -> dict[int, Values]:
    """Return short references to entities, by the number (internal key) of the entity.

    A reference is `{id, slug, name, type}`. Numbers of entities that do not exist are ignored.
    """
    if not numbers:
        return {}
    rows = connection.execute(SELECT_REFERENCES, {"numbers": list(numbers)})
    return {number: entity_reference(*columns) for number, *columns in rows}


def read_takeaway_entities(connection: Connection, takeaways: Collection[int]) -> dict[int, list[Values]]:
    """Return the entities that each takeaway mentions, by the internal number of the takeaway.

    An entity is a dict `{id, slug, name, type}`. The entities of a takeaway are sorted by slug.
    """
    found: dict[int, list[Values]] = {number: [] for number in takeaways}
    if found:
        for number, *columns in connection.execute(SELECT_TAKEAWAY_ENTITIES, {"numbers": list(found)}):
            found[number].append(entity_reference(*columns))
    for entities in found.values():
        entities.sort(key=lambda entity: entity["slug"])
    return found
