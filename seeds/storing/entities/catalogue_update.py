"""Update stored entities after the catalogue, the file of known entities, was edited."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import BigInteger, Connection, bindparam, case, delete, insert, literal, select, update
from sqlalchemy.orm import aliased

from api.database.base import table_of
from api.models import ENTITY_TYPES, ArticleFacet, Entity, EntityName, EntitySlug, Rendering, facet_number
from seeds.bulk_statements import portions, update_rows
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import MAX_SLUG_LENGTH
from seeds.storing.facet_counts import replace_type_facets
from seeds.storing.history import increment_corpus_revision
from seeds.storing.row_builders import entity_columns, entity_name_rows

ENTITIES = table_of(Entity)
# This statement sets the columns that are named in the parameters.
UPDATE_ENTITY = update(ENTITIES).where(ENTITIES.c.number == bindparam("entity"))


def refresh_entities(connection: Connection, catalogue: Iterable[EntityRecord]) -> None:
    """Update the stored entities that differ from their entries in `catalogue`.

    `catalogue` contains the known entities. The name index is updated, too. If the type of an entity changes,
    the filter of articles by entity type uses the new type.
    """
    known = {entity.id: entity for entity in catalogue}
    changed: dict[int, Mapping[str, Any]] = {}
    retyped: list[int] = []
    for several in portions([*known]):
        for entity in connection.execute(select(ENTITIES).where(ENTITIES.c.id.in_(several))):
            columns = entity_columns(known[entity.id])
            if any(getattr(entity, name) != value for name, value in columns.items()):
                changed[entity.number] = columns
                retyped += [entity.number] if entity.type != columns["type"] else []
    update_entities(connection, changed, retyped)


def update_entities(
    connection: Connection, changed: Mapping[int, Mapping[str, Any]], retyped: Collection[int]
) -> None:
    """Update entities, their names in the name index, and the filter of articles by entity type.

    Delete the stored JSON of the articles that mention them.

    Args:
        connection: In a write transaction.
        changed: The new values by column, by the number of the entity. `name` and `aliases` are always
            required.
        retyped: The numbers of the entities whose type changes.
    """
    if not changed:
        return
    update_rows(
        connection, UPDATE_ENTITY, [{"entity": each} | dict(columns) for each, columns in changed.items()]
    )
    for several in portions([*changed]):
        connection.execute(delete(EntityName).where(EntityName.entity.in_(several)))
    names = {each: (columns["name"], *columns["aliases"]) for each, columns in changed.items()}
    connection.execute(insert(EntityName), entity_name_rows(names))
    for several in portions([*retyped]):
        _rebuild_type_facets(connection, several)
    delete_renderings_with_entities(connection, changed)
    increment_corpus_revision(connection)


def delete_renderings_with_entities(connection: Connection, entities: Collection[int]) -> None:
    """Delete the renderings (stored JSON) of all articles that mention one of `entities`.

    `entities` are database numbers of entities. Call this if the slug, name or type of an entity has changed,
    because the renderings contain these values.
    """
    # A rendering also shows entities as the reasons of links. The article mentions these entities, too.
    for several in portions([*entities]):
        articles = select(ArticleFacet.article).where(ArticleFacet.facet.in_(several))
        connection.execute(delete(Rendering).where(Rendering.article.in_(articles)))


def release_slugs(connection: Connection, catalogue: Iterable[EntityRecord]) -> None:
    """Take the current and former slugs of the entities in `catalogue` away from all other entities.

    `catalogue` contains the known entities. An entity that loses its current slug gets a longer slug.
    """
    known = {entity.slug: entity.id for entity in catalogue}
    owned = select(EntitySlug.slug, Entity.number, Entity.id, Entity.slug.label("current_slug"))
    owned = owned.join(Entity, Entity.number == EntitySlug.entity)
    others = [
        row
        for several in portions([*known])
        for row in connection.execute(owned.where(EntitySlug.slug.in_(several)))
        if row.id != known[row.slug]
    ]
    for row in others:
        connection.execute(delete(EntitySlug).where(EntitySlug.slug == row.slug))
        if row.slug == row.current_slug:
            # A slug with the id is always free. `flask seed relink` replaces it with a shorter slug.
            other = f"{row.slug[: MAX_SLUG_LENGTH - 33].rstrip('-')}-{row.id.hex}"
            connection.execute(update(Entity).where(Entity.number == row.number).values(slug=other))
            connection.execute(delete(EntitySlug).where(EntitySlug.slug == other))
            connection.execute(insert(EntitySlug).values(slug=other, entity=row.number))
    if others:
        delete_renderings_with_entities(connection, [row.number for row in others])
        increment_corpus_revision(connection)


def _rebuild_type_facets(connection: Connection, entities: Collection[int]) -> None:
    """Update the filter by entity type for all articles that mention `entities`, whose types have changed.

    The filter uses a row of `article_facets` for each type that an article mentions. These rows are replaced.
    """
    facets = {kind: literal(facet_number("entity_type", kind), BigInteger) for kind in ENTITY_TYPES}
    articles = select(ArticleFacet.article).where(ArticleFacet.facet.in_(entities))
    of_types = ArticleFacet.facet.in_(facets.values())
    connection.execute(delete(ArticleFacet).where(of_types, ArticleFacet.article.in_(articles)))
    # An article also has a facet row for each of its entities. Copy its sort keys from these rows.
    copied = aliased(ArticleFacet)
    keys = (copied.article, copied.published_key, copied.created_at, copied.updated_at)
    rows = select(case(facets, value=Entity.type), *keys).join(Entity, Entity.number == copied.facet)
    rows = rows.where(copied.article.in_(articles)).distinct()
    names = ["facet", *(key.key for key in keys)]
    connection.execute(insert(ArticleFacet).from_select(names, rows))
    replace_type_facets(connection, entities)
