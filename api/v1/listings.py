"""The collections of version 1: the statements that select their rows, filtered and sorted by the query."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response, jsonify
from sqlalchemy import ColumnElement, case, false, func, select, true
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload, with_expression

from api.listing.keyset import Keyset, RowSource
from api.listing.pages import make_page
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
from api.resources.serialization import requested_keys
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


def _load_reference(relationship: Any) -> Any:
    """Return a SQLAlchemy loader option that loads only the id, slug and title of a related article.

    `relationship` is the attribute that leads to the article.
    """
    return joinedload(relationship).load_only(Article.slug, Article.title)


TAKEAWAYS = Listing(
    Takeaway,
    select(Takeaway).options(_load_reference(Takeaway.article), selectinload(Takeaway.entities)),
    takeaway_orders,
)
RELATED_LINKS = Listing(
    RelatedLink,
    select(RelatedLink).options(_load_reference(RelatedLink.article), _load_reference(RelatedLink.target)),
    related_link_orders,
)
ENTITIES = Listing(Entity, select(Entity), entity_orders)


def article_page(parameters: Parameters, entity: UUID | None = None) -> Response:
    """Return the response with a page of the articles that match the query `parameters`.

    If `entity` (the id of an entity) is given, only articles that mention it match.
    """
    page, headers = make_page(articles(parameters, entity), parameters, scope=entity)
    keys = requested_keys(schemas.ArticlePage, parameters)
    response = jsonify(page | {"data": list_items(page["data"], keys, parameters.get("q"))})
    response.headers.update(headers)
    return response


def articles(parameters: Parameters, entity: UUID | None = None) -> RowSource:
    """Return the ids of the articles that match the query `parameters`, as a source of pages.

    If `entity` (the id of an entity) is given, only articles that mention it match.
    """
    matching = filters.article_filters(parameters, entity)
    if parameters["sort"] == RELEVANCE:
        return Ranking(search(ArticleTerms, parameters["q"]), matching)
    matching += filters.search_filters(ArticleTerms, parameters.get("q"))
    return Listing(Article, select(Article.id), article_orders).keyset(matching, parameters["sort"])


def takeaways(parameters: Parameters, article: UUID | None = None) -> RowSource:
    """Return the takeaways (key points) that match the query `parameters`, as a source of pages.

    If `article` (the id of an article) is given, only its takeaways match.
    """
    return TAKEAWAYS.keyset(filters.takeaway_filters(parameters, article), parameters["sort"])


def related_links(parameters: Parameters, article: UUID | None = None) -> RowSource:
    """Return the related links that match the query `parameters`, as a source of pages.

    If `article` (the id of an article) is given, only the links from this article match.
    """
    return RELATED_LINKS.keyset(filters.related_link_filters(parameters, article), parameters["sort"])


def entities(parameters: Parameters) -> RowSource:
    """Return the entities that match the query `parameters`, as a source of pages."""
    return ENTITIES.keyset(filters.entity_filters(parameters), parameters["sort"])


def article_entities(article: UUID, parameters: Parameters) -> RowSource:
    """Return the entities in an article that match the query `parameters`, each with its mentions there.

    `article` is the id of the article.
    """
    rows = select(ArticleEntity).join(ArticleEntity.entity).options(contains_eager(ArticleEntity.entity))
    conditions = [each.condition(Entity) for each in filters.entity_filters(parameters)]
    rows = rows.where(ArticleEntity.article_id == article, *conditions)
    return Keyset(rows, ARTICLE_ENTITY_ORDERS[parameters["sort"]])


def co_mentioned_entities(entity: UUID, parameters: Parameters) -> RowSource:
    """Return the entities that some article mentions together with a given entity, as a source of pages.

    The result has only entities that match the query `parameters`, each with the number of shared articles.
    `entity` is the id of the given entity.
    """
    own, other = aliased(ArticleEntity), aliased(ArticleEntity)
    counts = select(other.entity_id, func.count().label("articles"))
    counts = counts.join(own, own.article_id == other.article_id)
    # Count the shared articles of all entities first and filter afterwards. Counting then reads only the
    # index of articles and entities.
    shared = (
        counts.where(own.entity_id == entity, other.entity_id != entity).group_by(other.entity_id).subquery()
    )
    rows = select(Entity).join(shared, shared.c.entity_id == Entity.id)
    rows = rows.options(with_expression(Entity.shared_article_count, shared.c.articles))
    conditions = [_without_index(each.condition(Entity)) for each in filters.entity_filters(parameters)]
    return Keyset(rows.where(*conditions), co_mentioned_orders(shared.c.articles)[parameters["sort"]])


def revisions(article: UUID, parameters: Parameters) -> RowSource:
    """Return the changes that created the revisions of an article, one per revision, as a source of pages.

    `article` is the id of the article. The current revision is included.
    """
    rows = select(Change).where(Change.article_id == article, Change.kind != REMOVED)
    return Keyset(rows, REVISION_ORDERS[parameters["sort"]])


def _without_index(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return `condition` in a form that cannot use an index.

    With a filter by type, SQLite would otherwise read all entities of this type from the index instead of
    only the co-mentioned entities.
    """
    return case((condition, true()), else_=false())
