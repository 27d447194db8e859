"""The feed of a query for articles, as values that do not depend on the format (JSON Feed or Atom)."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid5

import orjson
from flask import request

from api.resources.openapi import TITLE
from api.resources.parameters import DEFAULT_LIMIT
from api.urls import BROWSE_PATH, encode_query, url
from api.v1.article_pages import article_page
from api.v1.json_values import Values

Pairs = list[tuple[str, str]]

FULL, SUMMARY = "full", "summary"
# The parameters that select a page of the feed or the content of its entries. All others select articles.
FORM_PARAMETERS = frozenset({"limit", "cursor", "content"})
# The keys of an article that each entry needs.
ENTRY_KEYS = ("id", "slug", "title", "summary", "language", "byline", "image", "published_at", "updated_at")
PARTS = {FULL: ("body", "analysis", "takeaways", "entities"), SUMMARY: ("takeaways", "entities")}


class QueryFeed(NamedTuple):
    """A page of the articles that match a query, newest first.

    Attributes:
        identifier: A URN of the query, the same in every database.
        title: The name of the service and the query.
        description: Warnings about unknown entities and stories in the query, or an empty text.
        home: The URL of the web page with the same articles.
        links: The URLs `self` (this page), `first` and `next`. `next` can be None.
        articles: The JSON values of the articles.
        is_full: True if entries have full texts, not summaries.
    """

    identifier: str
    title: str
    description: str
    home: str
    links: Mapping[str, str | None]
    articles: list[Values]
    is_full: bool


def read_feed(parameters: Mapping[str, Any]) -> tuple[QueryFeed, dict[str, str]]:
    """Return the page of the feed that the current request asks for, and the headers of the page.

    `parameters` are the validated query parameters of the request (`FeedParameters`).
    """
    content = parameters.get("content", FULL)
    selection = {"fields": (*ENTRY_KEYS, *PARTS[content]), "total": False, "facet_limit": DEFAULT_LIMIT}
    page, headers = article_page({**parameters, **selection})
    pairs = sorted(pair for pair in request.args.items(multi=True) if pair[0] not in FORM_PARAMETERS)
    feed = QueryFeed(
        _identifier(pairs),
        _title(pairs),
        _description(page["meta"].get("warnings", ())),
        url(BROWSE_PATH, pairs),
        page["links"],
        # The items are JSON that is stored in the database.
        orjson.loads(orjson.dumps(page["data"])),
        content == FULL,
    )
    return feed, headers


def _identifier(pairs: Pairs) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, encode_query(pairs))}"


def _title(pairs: Pairs) -> str:
    described = [value if name == "q" else f"{name.replace('_', ' ')} {value}" for name, value in pairs]
    return f"{TITLE}: {'; '.join(described)}" if described else TITLE


def _description(warnings: Iterable[Mapping[str, Any]]) -> str:
    messages = []
    for warning in warnings:
        messages.append(warning["message"])
        if warning["suggestion"]:
            messages.append(f'Did you mean "{warning["suggestion"]}"?')
    return " ".join(messages)
