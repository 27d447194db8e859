"""The collections of version 1: what each is read from, and what a page loads of its rows."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from sqlalchemy import ColumnElement, case, false, func, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, with_expression

from api.listing.keyset import Keyset, Source
from api.listing.pages import collection
from api.listing.plans import Listing
from api.models import (
    REMOVED,
    Article,
    ArticleEntity,
    ArticleTerms,
    Change,
    Entity,
    RelatedLink,
    Takeaway,
)
from api.resources.serialization import chosen
from api.search.engines import search
from api.search.ranking import Ranking
from api.v1 import filters, schemas
from api.v1.query_parameters import RELEVANCE
from api.v1.renderings import list_items
from api.v1.sort_orders import (
    ARTICLE_ENTITY_ORDERS,
    REVISION_ORDERS,
    article_orders,
    co_mentioned_orders,
    entity_orders,
    related_link_orders,
    takeaway_orders,
)

Parameters = Mapping[str, Any]


def _reference(to: Any) -> Any:
    """Load of an article only what names it."""
    return joinedload(to).load_only(Article.slug, Article.title)


TAKEAWAYS = Listing(
    Takeaway,
    select(Takeaway).options(_reference(Takeaway.article), selectinload(Takeaway.entities)),
    takeaway_orders,
)
RELATED_LINKS = Listing(
    RelatedLink,
    select(RelatedLink).options(_reference(RelatedLink.article), _reference(RelatedLink.target)),
    related_link_orders,
)
ENTITIES = Listing(Entity, select(Entity), entity_orders)


def article_page(parameters: Parameters, entity: UUID | None = None) -> Response:
    """Answer a page of articles; `entity` is the one whose articles are listed."""
    page, headers = collection(articles(parameters, entity), parameters, scope=entity)
    names = chosen(schemas.ArticlePage, parameters)
    response = jsonify(page | {"data": list_items(page["data"], names, parameters.get("q"))})
    response.headers.update(headers)
    return response


def articles(parameters: Parameters, entity: UUID | None = None) -> Source:
    """Read the ids of articles; `entity` is the one whose articles are listed."""
    admitted = filters.article_filters(parameters, entity)
    if parameters["sort"] == RELEVANCE:
        return Ranking(search(ArticleTerms, parameters["q"]), admitted)
    admitted += filters.found_by(ArticleTerms, parameters.get("q"))
    return Listing(Article, select(Article.id), article_orders).read(admitted, parameters["sort"])


def takeaways(parameters: Parameters, article: UUID | None = None) -> Source:
    """Read takeaways; `article` is the one whose takeaways are listed."""
    return TAKEAWAYS.read(filters.takeaway_filters(parameters, article), parameters["sort"])


def related_links(parameters: Parameters, article: UUID | None = None) -> Source:
    """Read related links; `article` is the one whose links are listed."""
    return RELATED_LINKS.read(filters.related_link_filters(parameters, article), parameters["sort"])


def entities(parameters: Parameters) -> Source:
    """Read entities."""
    return ENTITIES.read(filters.entity_filters(parameters), parameters["sort"])


def entities_of(article: UUID, parameters: Parameters) -> Source:
    """Read the entities of `article`, with its mentions of them."""
    rows = select(ArticleEntity).join(ArticleEntity.entity).options(contains_eager(ArticleEntity.entity))
    conditions = [each.condition(Entity) for each in filters.entity_filters(parameters)]
    rows = rows.where(ArticleEntity.article_id == article, *conditions)
    return Keyset(rows, ARTICLE_ENTITY_ORDERS[parameters["sort"]])


def co_mentioned(entity: UUID, parameters: Parameters) -> Source:
    """Read the entities that articles mention together with `entity`, and how many articles do."""
    own, other = aliased(ArticleEntity), aliased(ArticleEntity)
    counted = select(other.entity_id, func.count().label("articles"))
    counted = counted.join(own, own.article_id == other.article_id)
    # Once for all of them, and before any is filtered: an index has the pairs, but not what the others are.
    shared = (
        counted.where(own.entity_id == entity, other.entity_id != entity).group_by(other.entity_id).subquery()
    )
    rows = select(Entity).join(shared, shared.c.entity_id == Entity.id)
    rows = rows.options(with_expression(Entity.shared_article_count, shared.c.articles))
    conditions = [_tested(each.condition(Entity)) for each in filters.entity_filters(parameters)]
    return Keyset(rows.where(*conditions), co_mentioned_orders(shared.c.articles)[parameters["sort"]])


def revisions(article: UUID, parameters: Parameters) -> Source:
    """Read the changes by which `article` got its revisions, the present one too."""
    rows = select(Change).where(Change.article_id == article, Change.kind != REMOVED)
    return Keyset(rows, REVISION_ORDERS[parameters["sort"]])


def _tested(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say `condition` as no index reads it: SQLite would walk all entities of a type to test a few."""
    return case((condition, true()), else_=false())
