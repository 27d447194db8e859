"""Entities that are there, brought to what the catalogue now says of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import case, delete, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

from api.db import Id
from api.facets import facet_id
from api.models import ENTITY_TYPES, ArticleEntity, ArticleFacet, Corpus, Entity, EntityName
from seeds.catalogue import KnownEntity
from seeds.identity import entity_id
from seeds.rows import entity_columns, entity_name_rows


def refresh_entities(session: Session, catalogue: Iterable[KnownEntity]) -> None:
    """Bring the entities that are there to what the catalogue now says, and what finds them with them."""
    known = {entity_id(entity.slug): entity for entity in catalogue}
    changed: list[UUID] = []
    retyped: list[UUID] = []
    for entity in session.scalars(select(Entity).where(Entity.id.in_(known))):
        columns = entity_columns(known[entity.id])
        if any(getattr(entity, name) != value for name, value in columns.items()):
            changed.append(entity.id)
            retyped += [entity.id] if entity.type != columns["type"] else []
    if not changed:
        return
    session.execute(update(Entity), [{"id": each} | entity_columns(known[each]) for each in changed])
    session.execute(delete(EntityName).where(EntityName.entity_id.in_(changed)))
    session.execute(insert(EntityName), entity_name_rows(known[each] for each in changed))
    if retyped:
        _refile(session, retyped)
    session.execute(update(Corpus).values(revision=Corpus.revision + 1))


def _refile(session: Session, entities: list[UUID]) -> None:
    """Find the articles of `entities` under the types that their entities now have."""
    facets = {kind: literal(facet_id("entity_type", kind), Id) for kind in ENTITY_TYPES}
    naming = select(ArticleEntity.article_id).where(ArticleEntity.entity_id.in_(entities))
    of_types = ArticleFacet.facet.in_(facets.values())
    session.execute(delete(ArticleFacet).where(of_types, ArticleFacet.article_id.in_(naming)))
    # The facet of an entity is its id: each article has a row, with its sort keys, for each of its entities.
    own = aliased(ArticleFacet)
    keys = (own.article_id, own.published_asc, own.published_desc, own.created_at, own.updated_at)
    rows = select(case(facets, value=Entity.type), *keys).join(Entity, Entity.id == own.facet)
    rows = rows.where(own.article_id.in_(naming)).distinct()
    names = ["facet", *(key.key for key in keys)]
    session.execute(insert(ArticleFacet).from_select(names, rows))
