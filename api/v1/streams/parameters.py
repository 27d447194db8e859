"""Schemas of the query parameters of streams.

A stream has the parameters of its collection, except `limit` and `total`. Streams of articles also have no
`facets` and no `facet_limit`.
"""

from api.resources.multi_value_parameters import Names
from api.resources.parameters import Cursor
from api.v1 import schemas
from api.v1.query_parameters import (
    AllTakeawayParameters,
    ArticleParameters,
    EntityParameters,
    StoryParameters,
)

PAGE_PARAMETERS = ("limit", "total")


def _cursor() -> Cursor:
    return Cursor(
        "Where the stream begins: the value of `next_cursor` in a line of an NDJSON stream, or in `meta` of "
        "a page. A cursor is valid only with the query that it comes from."
    )


class ArticleStreamParameters(ArticleParameters):
    """Query parameters of the stream of articles as NDJSON."""

    cursor = _cursor()

    class Meta:
        exclude = (*PAGE_PARAMETERS, "facets", "facet_limit")


class ArticleCsvParameters(ArticleStreamParameters):
    """Query parameters of the stream of articles as CSV."""

    # A CSV has no highlights, so `include` has different choices.

    include = Names(
        schemas.PARTS,
        "Parts whose columns are added. Cannot be combined with `fields`. `takeaways` and `entities` are "
        "always included.",
    )


class StoryStreamParameters(StoryParameters):
    """Query parameters of the streams of stories."""

    cursor = _cursor()

    class Meta:
        exclude = PAGE_PARAMETERS


class TakeawayStreamParameters(AllTakeawayParameters):
    """Query parameters of the streams of takeaways."""

    cursor = _cursor()

    class Meta:
        exclude = PAGE_PARAMETERS


class EntityStreamParameters(EntityParameters):
    """Query parameters of the streams of entities."""

    cursor = _cursor()

    class Meta:
        exclude = PAGE_PARAMETERS
