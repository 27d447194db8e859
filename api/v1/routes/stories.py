"""The routes of stories (the articles that report one event): the list, one story, and its articles."""

from typing import Any

from api.listing.pages import Page
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.serialization import requested_keys
from api.resources.story_lookup import find_story
from api.v1 import query_parameters as queries
from api.v1 import schemas
from api.v1.article_pages import article_page
from api.v1.json_values import Values
from api.v1.story_pages import read_story, story_page

blueprint = Blueprint(
    "stories",
    __name__,
    url_prefix="/v1",
    description="Follow events. A story contains the articles that report one event.",
)

STORY = PathParameter(
    "story",
    "The id or slug of the story. An earlier id or slug redirects (308) to the current address, and so does "
    "the slug of any article of the story. A story whose articles were removed returns 410.",
    queries.STORY_EXAMPLE,
    statuses=(308, 404, 410),
)


@blueprint.resource("/stories", schemas.StoryPage, query=queries.StoryParameters)
def list_stories(parameters: dict[str, Any]) -> Page:
    """List stories.

    Returns the stories with at least `min_articles` articles, by default two. Unless `sort` says otherwise,
    stories with the newest articles come first. A story matches if one of its articles matches all filters
    and `q`.
    """
    return story_page(parameters)


@blueprint.resource("/stories/<story>", schemas.Story, query=queries.StoryFields, path=STORY)
def get_story(parameters: dict[str, Any], story: str) -> Values:
    """Get a story.

    Returns the story with its publications, its entities and its key points.
    """
    return read_story(find_story(story).number, requested_keys(schemas.Story, parameters))


@blueprint.resource(
    "/stories/<story>/articles", schemas.ArticlePage, query=queries.ArticleParameters, path=STORY
)
def list_story_articles(parameters: dict[str, Any], story: str) -> Page:
    """List the articles of a story.

    Returns the articles of the story. The query parameters are the same as in the list of all articles.
    """
    return article_page(parameters, story=find_story(story))
