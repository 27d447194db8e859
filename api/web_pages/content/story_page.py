"""The page of a story: its briefs on a timeline, its key points, and the entities in its briefs."""

from typing import Any

import orjson
from flask import Response

from api.media_types import HTML, JSON
from api.resources.lookup import redirect
from api.resources.story_lookup import find_story
from api.urls import BROWSE_PATH
from api.v1 import schemas
from api.v1.json_values import Values
from api.v1.routes.stories import STORY
from api.v1.story_pages import read_story
from api.web_pages.blueprint import (
    ATOM_FEED,
    JSON_FEED,
    Alternate,
    blueprint,
    json_alternate,
    page_response,
)
from api.web_pages.content.article_page_values import MAX_CLASS_NUMBER, entity_groups
from api.web_pages.content.brief_lists import DATE_FACETS, MAX_FACET_VALUES, CursorParameter, read_briefs
from api.web_pages.content.histogram import histogram
from api.web_pages.content.story_page_values import (
    BRIEF_KEYS,
    MAX_NEAR_DUPLICATES,
    MAX_PUBLICATIONS,
    numbered_briefs,
    story_timeline,
)
from api.web_pages.page_values import paging

# The number of briefs on a page. A story with more briefs has a histogram in place of a timeline.
BRIEFS_PER_PAGE = 40
STORY_KEYS = tuple(schemas.Story().fields)


@blueprint.resource(
    f"{BROWSE_PATH}/stories/<story>",
    {"type": "string"},
    query=CursorParameter,
    path=STORY,
    content_type=HTML,
)
def get_story_page(parameters: dict[str, Any], story: str) -> Response:
    """Show a story.

    Returns an HTML page with the values of `/v1/stories/{story}` and its articles, the earliest first. An id
    redirects to the slug.
    """
    row = find_story(story)
    if row.slug != story:
        redirect(story=row.slug)
    values: Values = orjson.loads(orjson.dumps(read_story(row.number, STORY_KEYS)))
    is_long = values["article_count"] > BRIEFS_PER_PAGE
    page = read_briefs(
        parameters,
        sort="published_at",
        limit=BRIEFS_PER_PAGE,
        fields=BRIEF_KEYS,
        facets=DATE_FACETS if is_long else (),
        story=row,
    )
    briefs = numbered_briefs(page["data"])
    facets, counted = (page["meta"].get(name) for name in ("facets", "counted"))
    return page_response(
        "story.html",
        title=values["title"],
        section="browse",
        alternates=_alternates(row.slug),
        story=values,
        briefs=briefs,
        entity_groups=entity_groups(values["entities"]),
        numbered={brief["slug"]: brief for brief in briefs},
        timeline=None if is_long else story_timeline(briefs),
        counts=counted,
        histogram=histogram(facets, MAX_FACET_VALUES, counted["articles"]) if facets else None,
        max_publications=MAX_PUBLICATIONS,
        max_near_duplicates=MAX_NEAR_DUPLICATES,
        max_class_number=MAX_CLASS_NUMBER,
        is_first_page="cursor" not in parameters,
        pages=paging(page),
    )


def _alternates(slug: str) -> list[Alternate]:
    """Return the alternates (other formats) of the page of the story with the slug `slug`."""
    query = (("story", slug),)
    return [
        json_alternate(f"/v1/stories/{slug}"),
        Alternate("Articles as JSON", JSON, f"/v1/stories/{slug}/articles"),
        ATOM_FEED._replace(query=query),
        JSON_FEED._replace(query=query),
    ]
