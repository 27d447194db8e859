"""The routes of the feeds of articles."""

from typing import Any

import orjson
from flask import Response

from api.media_types import ATOM, JSON_FEED
from api.resources.blueprint import Blueprint
from api.v1 import query_parameters as queries
from api.v1.feeds.atom import atom_feed
from api.v1.feeds.json_feed import json_feed
from api.v1.feeds.query_feed import read_feed
from api.v1.schemas.feeds import JsonFeed

blueprint = Blueprint(
    "feeds", __name__, url_prefix="/v1", description="Follow any query for articles in a feed reader."
)


@blueprint.resource("/feed.json", JsonFeed, query=queries.FeedParameters, content_type=JSON_FEED)
def get_json_feed(parameters: dict[str, Any]) -> Response:
    """Get a JSON Feed.

    Returns the articles that match all filters and `q` as a JSON Feed (version 1.1), newest first. Articles
    without a time of publication are last.
    """
    feed, headers = read_feed(parameters)
    return Response(orjson.dumps(json_feed(feed)), mimetype=JSON_FEED, headers=headers)


@blueprint.resource("/feed.atom", {"type": "string"}, query=queries.FeedParameters, content_type=ATOM)
def get_atom_feed(parameters: dict[str, Any]) -> Response:
    """Get an Atom feed.

    Returns the same articles as the JSON Feed in the format Atom (RFC 4287).
    """
    feed, headers = read_feed(parameters)
    return Response(atom_feed(feed), mimetype=ATOM, headers=headers)
