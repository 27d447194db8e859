"""Entities across articles, the articles that mention one, and the entities that these mention with it."""

from typing import Any

from flask import Response

from api.listing.pages import Page, make_page
from api.models import Entity
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import find_entity
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries

blueprint = Blueprint(
    "entities", __name__, url_prefix="/v1", description="Who and what the articles are about."
)

ENTITY = PathParameter(
    "entity",
    "The entity's id or slug. A slug that it used to have, or the id or a slug of an entity that was merged "
    "into it, answers 308 with its present address.",
    "sunrise",
    statuses=(308, 404),
)


@blueprint.resource("/entities", schemas.EntityPage, query=queries.EntityParameters)
def list_entities(parameters: dict[str, Any]) -> Page:
    """List entities.

    Every person, organization, place, policy, product and event that an article mentions, those of most
    articles first.
    """
    return make_page(listings.entities(parameters), parameters)


@blueprint.resource("/entities/<entity>", schemas.Entity, query=queries.EntityFields, path=ENTITY)
def get_entity(_: dict[str, Any], entity: str) -> Entity:
    """Get one entity.

    With its other names, and how many articles mention it how often.
    """
    return find_entity(entity)


@blueprint.resource(
    "/entities/<entity>/articles",
    schemas.ArticlePage,
    query=queries.ArticleParameters,
    path=ENTITY,
)
def list_entity_articles(parameters: dict[str, Any], entity: str) -> Response:
    """List the articles that mention an entity.

    With the shape, the orders and the filters of the list of all articles.
    """
    return listings.article_page(parameters, find_entity(entity).id)


@blueprint.resource(
    "/entities/<entity>/co-mentioned",
    schemas.CoMentionedEntityPage,
    query=queries.CoMentionedEntityParameters,
    path=ENTITY,
)
def list_co_mentioned_entities(parameters: dict[str, Any], entity: str) -> Page:
    """List the entities that articles mention together with an entity.

    `shared_article_count` says how many articles mention both; `article_count` and `mention_count` are those
    over all articles. The entity itself is not among them. It is counted at each request: what a page costs,
    the first or the last, grows with the number of articles that mention the entity.
    """
    found = find_entity(entity)
    return make_page(listings.co_mentioned_entities(found.id, parameters), parameters, scope=found.id)
