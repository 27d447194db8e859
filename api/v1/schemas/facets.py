"""Schema classes of the facets in `meta` of lists of articles."""

from marshmallow import fields

from api.resources.serialization import Shape
from api.v1.schemas.common import FilteredPageMeta, number, string

FACETS = ("entity", "entity_type", "publication", "language", "story", "year", "month", "day")


class FacetValue(Shape):
    """A value of a facet, and the number of articles that have it."""

    value = string(
        "The value: for entities and stories, the slug. Dates are `2026`, `2026-04` or `2026-04-21`. All "
        "other values can be sent to the filter of the same name."
    )
    label = string("The name of the entity or the title of the story. For other facets, the same as `value`.")
    count = number("The number of articles with this value.", 1)


class Counted(Shape):
    """The number of articles whose facets were counted, and whether all matching articles were counted."""

    articles = number("The number of articles that were counted.")
    complete = fields.Boolean(
        metadata={
            "description": "`false` if more than 10,000 articles match, so that only the 10,000 published "
            "last were counted. Without a filter, all articles are counted."
        }
    )


class ArticlePageMeta(FilteredPageMeta):
    """The `meta` of a page of articles, with facets if the query asks for them."""

    optional = FilteredPageMeta.optional | {"facets", "counted"}

    facets = fields.Dict(
        fields.String(),
        fields.List(fields.Nested(FacetValue)),
        metadata={
            "description": "The values of each requested facet, largest count first. Dates are the latest "
            "dates, in ascending order. Only with `facets`."
        },
    )
    counted = fields.Nested(Counted, metadata={"description": "Only with `facets`."})
