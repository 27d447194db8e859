"""The page of an entity: its articles over time, entities mentioned together with it, and its briefs."""

from collections.abc import Sequence
from typing import Any

import orjson
from flask import Response
from sqlalchemy import select

from api.database.request_connection import request_connection
from api.media_types import HTML, JSON
from api.resources.lookup import ENTITIES, entity_lookup, find_entity, redirect
from api.resources.reference_numbers import entity_numbers_of
from api.urls import BROWSE_PATH
from api.v1.json_values import Values
from api.v1.listings import entity_items
from api.v1.part_rows import ENTITY_COLUMNS, read_references
from api.v1.routes.entities import ENTITY
from api.web_pages.blueprint import (
    ATOM_FEED,
    JSON_FEED,
    Alternate,
    blueprint,
    json_alternate,
    page_response,
)
from api.web_pages.content.article_page_values import web_url
from api.web_pages.content.brief_lists import DATE_FACETS, MAX_FACET_VALUES, CursorParameter, read_briefs
from api.web_pages.content.histogram import histogram
from api.web_pages.page_values import paging

BRIEFS_PER_PAGE = 20
MAX_CO_MENTIONED, MAX_ALIASES = 12, 30
ENTITY_FACET = "entity"
NUMBERED_ENTITY = entity_lookup(select(ENTITIES.c.number, *ENTITY_COLUMNS))


@blueprint.resource(
    f"{BROWSE_PATH}/entities/<entity>",
    {"type": "string"},
    query=CursorParameter,
    path=ENTITY,
    content_type=HTML,
)
def get_entity_page(parameters: dict[str, Any], entity: str) -> Response:
    """Show an entity.

    Returns an HTML page with the values of `/v1/entities/{entity}` and the newest articles that mention the
    entity. The page also counts the articles by date and by the other entities that they mention. An id
    redirects to the slug.
    """
    row = find_entity(entity, NUMBERED_ENTITY)
    if row.slug != entity:
        redirect(entity=row.slug)
    values: Values = orjson.loads(orjson.dumps(entity_items([row])[0]))
    page = read_briefs(
        parameters,
        sort="-published_at",
        limit=BRIEFS_PER_PAGE,
        facets=(*DATE_FACETS, ENTITY_FACET),
        entity=row,
    )
    facets, counted = (page["meta"].get(name) for name in ("facets", "counted"))
    return page_response(
        "entity.html",
        title=values["name"],
        section="browse",
        alternates=_alternates(row.slug),
        entity=values | {"same_as": [(each, web_url(each)) for each in values["same_as"]]},
        briefs=page["data"],
        counts=counted,
        histogram=histogram(facets, MAX_FACET_VALUES, counted["articles"]) if facets else None,
        co_mentioned=_co_mentioned(row.slug, facets[ENTITY_FACET]) if facets else [],
        max_aliases=MAX_ALIASES,
        is_first_page="cursor" not in parameters,
        pages=paging(page),
    )


def _co_mentioned(slug: str, counts: Sequence[Values]) -> list[Values]:
    """Return references to the entities that are mentioned together with the entity of the page.

    Each has the additional key `shared_article_count`. The entity with the most shared articles comes first.

    Args:
        slug: The slug of the entity of the page, which is left out.
        counts: The values of the facet `entity` for the articles of this entity.
    """
    shared = {each["value"]: each["count"] for each in counts if each["value"] != slug}
    slugs = [*shared][:MAX_CO_MENTIONED]
    numbers = entity_numbers_of(slugs)
    references = read_references(request_connection(), numbers)
    return [
        references[number] | {"shared_article_count": shared[each]}
        for each, number in zip(slugs, numbers, strict=True)
    ]


def _alternates(slug: str) -> list[Alternate]:
    """Return the alternates (other formats) of the page of the entity with the slug `slug`."""
    address, query = f"/v1/entities/{slug}", (("entity", slug),)
    return [
        json_alternate(address),
        Alternate("Articles as JSON", JSON, f"{address}/articles"),
        Alternate("Entities mentioned with it", JSON, f"{address}/co-mentioned"),
        ATOM_FEED._replace(query=query),
        JSON_FEED._replace(query=query),
    ]
