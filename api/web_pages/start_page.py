"""The start page: what the service is, its newest stories and briefs, and queries to try."""

from typing import Any, NamedTuple

from flask import Response
from sqlalchemy import func, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import Entity, Story
from api.urls import settings, url
from api.v1.article_pages import article_page
from api.v1.facets import ARTICLE_COUNT
from api.v1.query_parameters import ArticleParameters, StoryParameters
from api.v1.routes.stories import list_stories
from api.web_pages.blueprint import ATOM_FEED, JSON_FEED, json_alternate, page_response
from api.web_pages.example_queries import example_queries
from api.web_pages.page_values import page_body

# Stories and entities are counted up to this number, so that the time does not depend on the size of the
# database.
MAX_COUNT = 10_000
STORIES, ENTITIES = table_of(Story), table_of(Entity)
NEWEST_BRIEFS = ArticleParameters().load({"limit": "6", "include": ["entities"]})
STORY_KEYS = ["slug", "title", "article_count", "publications", "last_published_at", "entities"]
NEWEST_STORIES = StoryParameters().load({"limit": "4", "fields": STORY_KEYS})


class Count(NamedTuple):
    """A number of things with their noun, such as 12 briefs, to show on the start page.

    Attributes:
        singular: The noun for one thing.
        plural: The noun for several things.
        is_complete: False if there are more than `number` things.
    """

    number: int
    singular: str
    plural: str
    is_complete: bool = True


def start_page() -> Response:
    """Return the start page.

    If the service requires keys, the page shows no briefs, stories, counts or example queries.
    """
    shown: dict[str, Any] = {"briefs": [], "stories": [], "counts": [], "examples": []}
    is_open = not settings().require_key
    if is_open:
        briefs, stories = page_body(article_page(NEWEST_BRIEFS)), page_body(list_stories(NEWEST_STORIES))
        shown = {
            "briefs": briefs["data"],
            "stories": stories["data"],
            "counts": _counts(),
            "examples": list(example_queries(briefs["data"], stories["data"])),
        }
    alternates = [json_alternate("/"), ATOM_FEED, JSON_FEED] if is_open else [json_alternate("/")]
    response = page_response("start.html", title="", alternates=alternates, is_open=is_open, url=url, **shown)
    response.headers["Vary"] = "Accept"
    return response


def _counts() -> list[Count]:
    articles = request_connection().scalar(ARTICLE_COUNT) or 0
    stories, all_stories = _count(select(STORIES.c.number).where(STORIES.c.article_count > 1))
    entities, all_entities = _count(select(ENTITIES.c.number))
    return [
        Count(articles, "brief", "briefs"),
        Count(stories, "story with several briefs", "stories with several briefs", all_stories),
        Count(entities, "person, place or other entity", "people, places and other entities", all_entities),
    ]


def _count(rows: AnySelect) -> tuple[int, bool]:
    """Return the number of rows that the statement `rows` selects, and True if the number is exact.

    If there are more than MAX_COUNT rows, return MAX_COUNT and False.
    """
    limited = rows.limit(MAX_COUNT + 1).subquery()
    number = request_connection().scalar(select(func.count()).select_from(limited)) or 0
    return min(number, MAX_COUNT), number <= MAX_COUNT
