"""The routes of entities: the list, one entity, its articles, and the entities mentioned together with it."""

from typing import Any

from flask import Response

from api.listing.pages import Page, make_page
from api.models import Entity
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import find_entity
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries

blueprint = Blueprint(
    "entities", __name__, url_prefix="/v1", description="The entities that articles mention."
)

ENTITY = PathParameter(
    "entity",
    "The id or slug of the entity. An earlier slug redirects (308) to the current address, and so does an id "
    "or slug of an entity that was merged into this one.",
    "sunrise",
    statuses=(308, 404),
)


@blueprint.resource("/entities", schemas.EntityPage, query=queries.EntityParameters)
def list_entities(parameters: dict[str, Any]) -> Page:
    """List entities.

    Returns the people, organizations, places, policies, products and events that articles mention. By
    default, the entity with the most articles comes first.
    """
    return make_page(listings.entities(parameters), parameters)


@blueprint.resource("/entities/<entity>", schemas.Entity, query=queries.EntityFields, path=ENTITY)
def get_entity(_: dict[str, Any], entity: str) -> Entity:
    """Get an entity.

    Returns the entity with its aliases and the numbers of its articles and mentions.
    """
    return find_entity(entity)


@blueprint.resource(
    "/entities/<entity>/articles",
    schemas.ArticlePage,
    query=queries.ArticleParameters,
    path=ENTITY,
)
def list_entity_articles(parameters: dict[str, Any], entity: str) -> Response:
    """List the articles of an entity.

    Returns the articles that mention the entity, with the same parameters as the list of all articles.
    """
    return listings.article_page(parameters, find_entity(entity).id)


@blueprint.resource(
    "/entities/<entity>/co-mentioned",
    schemas.CoMentionedEntityPage,
    query=queries.CoMentionedEntityParameters,
    path=ENTITY,
)
def list_co_mentioned_entities(parameters: dict[str, Any], entity: str) -> Page:
    """List co-mentioned entities.

    Returns the entities that articles mention together with the given entity. `shared_article_count` is the
    number of articles that mention both. `article_count` and `mention_count` cover all articles. The counts
    are computed at each request, so the response time grows with the number of articles that mention the
    entity.
    """
    parent = find_entity(entity)
    return make_page(listings.co_mentioned_entities(parent.id, parameters), parameters, scope=parent.id)
