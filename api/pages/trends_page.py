"""The page of trends: the entities that articles mention more often than before."""

from typing import Any

from flask import Response

from api.pages.blueprint import BROWSE_PATH, blueprint, json_form, page_response
from api.pages.page_values import json_values, query_pairs
from api.v1 import query_parameters as queries
from api.v1.routes.trends import list_trends


@blueprint.resource(
    f"{BROWSE_PATH}/trends", {"type": "string"}, query=queries.TrendParameters, content_type="text/html"
)
def get_trends_page(parameters: dict[str, Any]) -> Response:
    """Show the trends.

    Returns an HTML page with the values of `/v1/trends`, and takes the same parameters.
    """
    trends = json_values(list_trends(parameters))
    return page_response(
        "trends.html",
        title="Trends",
        section="trends",
        alternates=[json_form("/v1/trends", query_pairs())],
        trends=trends,
    )
