"""The routes of entities: the list, one entity, its articles, and the entities mentioned together with it."""

from typing import Any

from sqlalchemy import select

from api.listing.pages import Page
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import ENTITIES, entity_lookup, find_entity
from api.resources.serialization import select_keys
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries
from api.v1.article_pages import article_page
from api.v1.json_values import Values
from api.v1.part_rows import ENTITY_COLUMNS

blueprint = Blueprint(
    "entities",
    __name__,
    url_prefix="/v1",
    description="Find the people, organizations, places, products and other entities that articles mention.",
)

ENTITY = PathParameter(
    "entity",
    "The id or slug of the entity. An earlier slug redirects (308) to the current address, and so does an id "
    "or slug of an entity that was merged into this one.",
    "sunrise",
    statuses=(308, 404),
)


ENTITY_NUMBER = entity_lookup(select(ENTITIES.c.number, ENTITIES.c.id, ENTITIES.c.slug))
WHOLE_ENTITY = entity_lookup(select(*ENTITY_COLUMNS))


@blueprint.resource("/entities", schemas.EntityPage, query=queries.EntityParameters)
def list_entities(parameters: dict[str, Any]) -> Page:
    """List entities.

    Returns the people, organizations, places, policies, products and events that articles mention. By
    default, the entity with the most articles comes first.
    """
    return listings.entity_page(parameters)


@blueprint.resource("/entities/<entity>", schemas.Entity, query=queries.EntityFields, path=ENTITY)
def get_entity(parameters: dict[str, Any], entity: str) -> Values:
    """Get an entity.

    Returns the entity with its aliases, the number of articles that mention it, and the number of mentions.
    """
    items = listings.entity_items([find_entity(entity, WHOLE_ENTITY)])
    return select_keys(schemas.Entity, parameters, items)[0]


@blueprint.resource(
    "/entities/<entity>/articles",
    schemas.ArticlePage,
    query=queries.ArticleParameters,
    path=ENTITY,
)
def list_entity_articles(parameters: dict[str, Any], entity: str) -> Page:
    """List the articles of an entity.

    Returns the articles that mention the entity, with the same parameters as the list of all articles.
    """
    return article_page(parameters, find_entity(entity, ENTITY_NUMBER))


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
    return listings.co_mentioned_page(parameters, find_entity(entity, ENTITY_NUMBER))
