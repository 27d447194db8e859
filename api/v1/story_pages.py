"""Read one story, or the stories that match a query: one page of them, or all for a stream."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.database.request_connection import request_connection
from api.listing.pages import Collection, Page, make_page
from api.listing.plans import Listing
from api.resources.lookup import REFERENCE
from api.resources.references import find_references
from api.resources.serialization import requested_keys
from api.v1 import schemas
from api.v1.json_values import Values
from api.v1.sort_orders import STORIES, story_orders
from api.v1.story_filters import select_stories
from api.v1.story_rows import STORY_ROWS, story_items

ALL_STORIES = Listing(STORIES, STORY_ROWS, story_orders)
STORY_BY_NUMBER = STORY_ROWS.where(STORIES.number == REFERENCE)


def story_page(parameters: Mapping[str, Any]) -> Page:
    """Return a page of the stories that match the query `parameters`."""
    collection = story_collection(parameters)
    return make_page(collection.source, parameters, collection.items, more_meta=collection.meta)


def story_collection(parameters: Mapping[str, Any]) -> Collection:
    """Return all stories that match the query `parameters`, without a division into pages.

    The order and the JSON values are the same as in `story_page`.
    """
    references, names = find_references(parameters), requested_keys(schemas.StoryPage, parameters)
    source = select_stories(ALL_STORIES, parameters, references)
    return Collection(source, lambda rows: story_items(rows, names), references.meta())


def read_story(number: int, names: Sequence[str]) -> Values:
    """Return the JSON values of the story with the number `number`, with only the keys `names`."""
    rows = request_connection().execute(STORY_BY_NUMBER, {"reference": number}).all()
    return story_items(rows, names)[0]
