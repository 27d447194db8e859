"""The search page: briefs that match a query, with facets, highlights, order and paging."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Response

from api.media_types import HTML
from api.resources.references import find_references
from api.urls import BROWSE_PATH
from api.v1.article_pages import article_page
from api.v1.query_parameters import RELEVANCE, ArticleParameters
from api.web_pages.blueprint import (
    ATOM_FEED,
    JSON_FEED,
    Alternate,
    blueprint,
    json_alternate,
    page_response,
)
from api.web_pages.page_query import PageQuery, page_query
from api.web_pages.page_values import page_body, paging
from api.web_pages.search.filter_names import filter_names
from api.web_pages.search.search_filters import FACET_HEADINGS, facet_lists, filter_chips

FACET_LIMIT = 8
# The orders to choose from, with their labels.
SORT_LABELS = {
    RELEVANCE: "Best match",
    "-published_at": "Newest",
    "published_at": "Oldest",
    "-updated_at": "Last changed",
    "title": "Title",
}
# Feeds accept the filters of articles, but have a fixed order and size.
PARAMETERS_NOT_IN_FEEDS = ("sort", "limit")
MAX_PASSAGES = 3


class SearchPageParameters(ArticleParameters):
    """Query parameters of the search page: the filters of articles, `sort`, `limit` and `cursor`.

    They have the same meaning as in `/v1/articles`.
    """

    class Meta:
        exclude = ("fields", "include", "facets", "facet_limit", "total")


@blueprint.resource(BROWSE_PATH, {"type": "string"}, query=SearchPageParameters, content_type=HTML)
def get_search_page(parameters: dict[str, Any]) -> Response:
    """Search and browse the briefs.

    Returns an HTML page with the articles of `/v1/articles` for the same query, its facets, and the passages
    that match `q`. The page links to the same query in the API and to its feeds.
    """
    more = {"facets": tuple(FACET_HEADINGS), "facet_limit": FACET_LIMIT, "total": False}
    if "q" in parameters:
        more["include"] = ("highlights",)
    page, query = page_body(article_page(parameters | more)), page_query(parameters)
    facets = page["meta"]["facets"]
    search = " ".join(query.values("q"))
    return page_response(
        "search.html",
        title=f"Results for {search}" if search else "Browse",
        section="browse",
        alternates=_alternates(query),
        page=page,
        briefs=[_with_passages(each) for each in page["data"]],
        query=query,
        search=search,
        facets=facet_lists(query, facets),
        chips=filter_chips(query, filter_names(parameters)),
        sorts=list(_sorts(query, parameters)),
        paging=paging(page),
        warnings=_warnings(page["meta"].get("warnings", ()), parameters, query),
    )


def _alternates(query: PageQuery) -> list[Alternate]:
    """Return the alternates (other formats) of the search page for a query: its JSON and its feeds."""
    feed_query = query.without(*PARAMETERS_NOT_IN_FEEDS).pairs
    return [
        json_alternate("/v1/articles", query.pairs),
        ATOM_FEED._replace(query=feed_query),
        JSON_FEED._replace(query=feed_query),
    ]


def _sorts(query: PageQuery, parameters: Mapping[str, Any]) -> Iterator[tuple[str, PageQuery, bool]]:
    """Yield the orders that visitors can choose, each as `(label, target, is_current)`.

    `target` is the query of the search page in this order. `is_current` is True for the order of the current
    page.

    Args:
        query: The query of the current page.
        parameters: The loaded parameters of this query.
    """
    default = RELEVANCE if "q" in parameters else "-published_at"
    for sort, label in SORT_LABELS.items():
        if sort != RELEVANCE or "q" in parameters:
            target = query.without("sort") if sort == default else query.setting(("sort", sort))
            yield label, target, sort == parameters["sort"]


def _with_passages(brief: dict[str, Any]) -> dict[str, Any]:
    """Return the article `brief` with the keys `title_marks`, `summary_marks` and `passages`.

    The marks are the ranges of the title and of the summary that match the search. The passages are from
    other parts of the article.
    """
    passages = brief.pop("highlights", [])
    marks = {each["part"]: each["ranges"] for each in passages if each["text"] == brief.get(each["part"])}
    others = [each for each in passages if each["part"] not in marks]
    return brief | {
        "title_marks": marks.get("title", []),
        "summary_marks": marks.get("summary", []),
        "passages": others[:MAX_PASSAGES],
    }


def _warnings(
    warnings: Sequence[Mapping[str, Any]], parameters: Mapping[str, Any], query: PageQuery
) -> list[dict[str, Any]]:
    """Return warnings about unknown values in the search, each with an additional key `query`.

    `query` is the query of the page with the suggested value, or None if the warning suggests nothing.

    Args:
        warnings: The warnings of the API (`meta.warnings`).
        parameters: The loaded query of the request.
        query: The query of the page.
    """
    # Only the messages of the warnings contain the unknown values, so these are looked up again.
    unknown = find_references(parameters).unknown if warnings else ()
    return [
        {**warning, "query": query.replacing(pair, (pair[0], suggestion)) if suggestion else None}
        for pair, warning in zip(unknown, warnings, strict=True)
        for suggestion in [warning["suggestion"]]
    ]
