"""Read values for the pages from the functions that make the JSON of the API."""

from typing import Any

import orjson
from flask import request

from api.listing.pages import Page
from api.pages.templates import site_path
from api.urls import settings


def json_values(page: Page) -> dict[str, Any]:
    """Return the body of a page of a collection as a client of the API gets it."""
    # The items can be fragments of stored JSON.
    body: dict[str, Any] = orjson.loads(orjson.dumps(page[0]))
    return body


def query_pairs() -> list[tuple[str, str]]:
    """Return the names and values of the query string of the current request, in order."""
    return list(request.args.items(multi=True))


def paging(body: dict[str, Any]) -> dict[str, str | None]:
    """Return the addresses for the macro `pager`: `first` and `next`, each None if the page needs no link.

    `body` is the body of the page of a collection, whose links lead to the current path.
    """
    base_url = settings().base_url
    links = {name: body["links"][name] for name in ("first", "next")}
    if "cursor" not in request.args:
        links["first"] = None
    return {
        name: target and site_path(base_url, target.removeprefix(base_url)) for name, target in links.items()
    }
