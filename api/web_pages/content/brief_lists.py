"""Read the list of briefs on the page of a story or an entity, and parse its query parameters."""

from typing import Any

from api.resources.parameters import PageParameters
from api.v1.article_pages import article_page
from api.v1.json_values import Values
from api.web_pages.page_values import page_body

# All three are counted, since only the counts show which unit fits a histogram.
DATE_FACETS = ("day", "month", "year")
MAX_FACET_VALUES = 100


class CursorParameter(PageParameters):
    """The only query parameter of the page of a story or an entity: the `cursor` of its list of briefs."""

    class Meta:
        """Keep only `cursor` of the inherited query parameters."""

        exclude = ("limit", "total")

    def default_sort(self, given: dict[str, Any]) -> str:  # noqa: ARG002 -- declared by the base class
        """Return `-published_at`, which has no effect.

        The base class needs a value, but `read_briefs` sets the order of the briefs.
        """
        return "-published_at"


def read_briefs(
    parameters: dict[str, Any],
    *,
    sort: str,
    limit: int,
    fields: tuple[str, ...] = (),
    facets: tuple[str, ...] = (),
    **scope: Any,
) -> Values:
    """Return a page of the briefs of a story or an entity, as a client of the API gets it.

    Args:
        parameters: The loaded query of the request.
        sort: The order, as in the parameter `sort` of `/v1/articles`.
        fields: The keys of each brief, by default those of `/v1/articles`.
        facets: The facets to count on the first page.
        **scope: The row of the story or the entity as `story` or `entity`.
    """
    fixed = {"sort": sort, "limit": limit, "total": False, "facet_limit": MAX_FACET_VALUES}
    query = parameters | fixed
    if fields:
        query["fields"] = fields
    if facets and "cursor" not in parameters:
        query["facets"] = facets
    return page_body(article_page(query, **scope))
