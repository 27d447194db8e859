"""Convert pages of collections, as the API makes them, to values for the templates."""

from typing import Any

import orjson
from flask import request

from api.listing.pages import Page
from api.urls import settings
from api.web_pages.templates import site_path


def page_body(page: Page) -> dict[str, Any]:
    """Return the JSON body of `page`, a page of a collection, as Python values."""
    # Items can be fragments of stored JSON (`orjson.Fragment`), which this conversion resolves.
    body: dict[str, Any] = orjson.loads(orjson.dumps(page[0]))
    return body


def paging(body: dict[str, Any]) -> dict[str, str | None]:
    """Return the addresses of the `first` and the `next` page, for the template macro `pager`.

    `first` is None on the first page, and `next` is None on the last page.

    Args:
        body: The body of a page, as `page_body` returns it.
    """
    base_url = settings().base_url
    links = {name: body["links"][name] for name in ("first", "next")}
    if "cursor" not in request.args:
        links["first"] = None
    return {
        name: target and site_path(base_url, target.removeprefix(base_url)) for name, target in links.items()
    }
