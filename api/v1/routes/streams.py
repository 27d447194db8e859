"""The routes of streams: articles, stories, entities and takeaways, each as NDJSON and as CSV."""

from collections.abc import Callable
from typing import Any

from flask import Response
from marshmallow import Schema

from api.media_types import CSV, NDJSON
from api.resources.blueprint import Blueprint, View
from api.v1 import schemas
from api.v1.article_pages import article_collection
from api.v1.listings import entity_collection, takeaway_collection
from api.v1.story_pages import story_collection
from api.v1.streams import csv_columns, parameters
from api.v1.streams.responses import csv_response, ndjson_response

blueprint = Blueprint(
    "streams",
    __name__,
    url_prefix="/v1",
    description="Download everything that a query matches in one response.",
)

# The keys of articles whose columns are in a CSV only on request.
LARGE_PARTS = frozenset({"body", "analysis", "related", "source"})


def _stream(rule: str, content_type: str, query: type[Schema]) -> Callable[[View], View]:
    """Return a decorator that registers the view of a stream, and documents it in the specification.

    Args:
        rule: The URL rule.
        content_type: The media type of the stream.
        query: The schema of the query parameters.
    """
    return blueprint.resource(
        rule, {"type": "string"}, query=query, content_type=content_type, is_stream=True
    )


@_stream("/articles.ndjson", NDJSON, parameters.ArticleStreamParameters)
def stream_articles_as_ndjson(parameters: dict[str, Any]) -> Response:
    """Stream articles as NDJSON.

    Returns all articles that match, one per line, with the same JSON as in the list of articles.
    Lines with the single key `meta` say how far the stream has come. The stream is complete if the last line
    has `null` in `meta.next_cursor`.
    """
    return ndjson_response(parameters, article_collection)


@_stream("/articles.csv", CSV, parameters.ArticleCsvParameters)
def stream_articles_as_csv(parameters: dict[str, Any]) -> Response:
    """Stream articles as CSV.

    Returns all articles that match, one per row. Takeaways are joined by line breaks, and the slugs of
    entities by spaces. A CSV contains no warnings: if `entity` or `story` names nothing, the CSV has only its
    first line. The same query as JSON or NDJSON has `warnings`.
    """
    return csv_response(
        parameters, article_collection, schemas.ArticlePage, csv_columns.ARTICLES, LARGE_PARTS
    )


@_stream("/stories.ndjson", NDJSON, parameters.StoryStreamParameters)
def stream_stories_as_ndjson(parameters: dict[str, Any]) -> Response:
    """Stream stories as NDJSON.

    Returns all stories that match, one per line, with the same JSON as in the list of stories.
    Lines with the single key `meta` say how far the stream has come. The stream is complete if the last line
    has `null` in `meta.next_cursor`.
    """
    return ndjson_response(parameters, story_collection)


@_stream("/stories.csv", CSV, parameters.StoryStreamParameters)
def stream_stories_as_csv(parameters: dict[str, Any]) -> Response:
    """Stream stories as CSV.

    Returns all stories that match, one per row. The names of publications and the texts of takeaways are
    joined by line breaks, and the slugs of entities by spaces. A CSV contains no warnings.
    """
    return csv_response(parameters, story_collection, schemas.StoryPage, csv_columns.STORIES)


@_stream("/takeaways.ndjson", NDJSON, parameters.TakeawayStreamParameters)
def stream_takeaways_as_ndjson(parameters: dict[str, Any]) -> Response:
    """Stream takeaways as NDJSON.

    Returns all takeaways that match, one per line, with the same JSON as in the list of takeaways.
    Lines with the single key `meta` say how far the stream has come. The stream is complete if the last line
    has `null` in `meta.next_cursor`.
    """
    return ndjson_response(parameters, takeaway_collection)


@_stream("/takeaways.csv", CSV, parameters.TakeawayStreamParameters)
def stream_takeaways_as_csv(parameters: dict[str, Any]) -> Response:
    """Stream takeaways as CSV.

    Returns all takeaways that match, one per row. The numbers of the paragraphs in `evidence` and the slugs
    of entities are joined by spaces. A CSV contains no warnings.
    """
    return csv_response(parameters, takeaway_collection, schemas.TakeawayPage, csv_columns.TAKEAWAYS)


@_stream("/entities.ndjson", NDJSON, parameters.EntityStreamParameters)
def stream_entities_as_ndjson(parameters: dict[str, Any]) -> Response:
    """Stream entities as NDJSON.

    Returns all entities that match, one per line, with the same JSON as in the list of entities.
    Lines with the single key `meta` say how far the stream has come. The stream is complete if the last line
    has `null` in `meta.next_cursor`.
    """
    return ndjson_response(parameters, entity_collection)


@_stream("/entities.csv", CSV, parameters.EntityStreamParameters)
def stream_entities_as_csv(parameters: dict[str, Any]) -> Response:
    """Stream entities as CSV.

    Returns all entities that match, one per row. Aliases are joined by line breaks, and URLs by spaces.
    """
    return csv_response(parameters, entity_collection, schemas.EntityPage, csv_columns.ENTITIES)
