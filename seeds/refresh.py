"""Entities that are there, brought to what the catalogue now says of them."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session, aliased

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
    for identity in retyped:
        _refile(session, identity)
    session.execute(update(Corpus).values(revision=Corpus.revision + 1))


def _refile(session: Session, entity: UUID) -> None:
    """Find the articles of `entity` under the types that their entities now have."""
    naming = select(ArticleEntity.article_id).where(ArticleEntity.entity_id == entity)
    facets = {kind: facet_id("entity_type", kind) for kind in ENTITY_TYPES}
    of_types = ArticleFacet.facet.in_(facets.values())
    session.execute(delete(ArticleFacet).where(of_types, ArticleFacet.article_id.in_(naming)))
    own = aliased(ArticleFacet)
    for kind, facet in facets.items():
        typed = select(ArticleEntity.article_id).join(ArticleEntity.entity).where(Entity.type == kind)
        keys = (own.article_id, own.published_asc, own.published_desc, own.created_at, own.updated_at)
        rows = select(literal(facet, ArticleFacet.facet.type), *keys).where(
            own.facet == entity, own.article_id.in_(typed)
        )
        names = ["facet", *(key.key for key in keys)]
        session.execute(insert(ArticleFacet).from_select(names, rows))
