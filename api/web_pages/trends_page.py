"""The page of trends: the entities that articles mention more often than before."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Response

from api.media_types import HTML
from api.resources.parameters import DEFAULT_WINDOW
from api.urls import BROWSE_PATH
from api.v1.query_parameters import TrendParameters
from api.v1.routes.trends import PREVIOUS_WINDOWS, list_trends
from api.web_pages.blueprint import blueprint, json_alternate, page_response
from api.web_pages.labels import ENTITY_TYPE_LABELS
from api.web_pages.page_query import PageQuery, page_query
from api.web_pages.page_values import page_body, paging

# The windows to choose from, in days, with their labels.
WINDOW_LABELS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}


class TrendsPageParameters(TrendParameters):
    """Query parameters of the page of trends: the parameters of `/v1/trends` except `total`."""

    class Meta:
        exclude = ("total",)


@blueprint.resource(
    f"{BROWSE_PATH}/trends", {"type": "string"}, query=TrendsPageParameters, content_type=HTML
)
def get_trends_page(parameters: dict[str, Any]) -> Response:
    """Show the trends.

    Returns an HTML page with the values of `/v1/trends` for the same query.
    """
    page = list_trends(parameters | {"total": False})
    trends, query = page_body(page), page_query(parameters)
    days = parameters["window"].days
    return page_response(
        "trends.html",
        title="Trends",
        section="trends",
        alternates=[json_alternate("/v1/trends", query.pairs)],
        trends=[_with_briefs(each) for each in trends["data"]],
        days=days,
        previous_days=PREVIOUS_WINDOWS * days,
        windows=list(_windows(query, days)),
        types=list(_types(query)),
        paging=paging(trends),
    )


def _windows(query: PageQuery, days: int) -> Iterator[tuple[str, PageQuery, bool]]:
    """Yield the time windows that visitors can choose, each as `(label, query, is_current)`.

    `query` is the query of the trends page with this window. `is_current` is True for the window of `days`
    days.
    """
    for length, label in WINDOW_LABELS.items():
        window = f"{length}d"
        target = query.without("window") if window == DEFAULT_WINDOW else query.setting(("window", window))
        yield label, target, length == days


def _types(query: PageQuery) -> Iterator[tuple[str, PageQuery, bool]]:
    """Yield the entity types that visitors can choose, each as `(label, query, is_current)`.

    `query` is the query of the trends page for this type. `is_current` is True for the current choice. The
    first choice is all types.
    """
    given = query.values("type")
    yield "All", query.without("type"), not given
    for each, label in ENTITY_TYPE_LABELS.items():
        yield label, query.setting(("type", each)), given == [each]


def _with_briefs(trend: Mapping[str, Any]) -> dict[str, Any]:
    """Return `trend` with an additional key `query`, the query of its articles on the search page."""
    times = parse_qsl(urlsplit(trend["links"]["articles"]).query)
    return {**trend, "query": [("entity", trend["entity"]["slug"]), *times]}
