"""One page of a collection: its body, its links, and its `Link` header."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import request
from werkzeug.exceptions import RequestURITooLarge

from api.listing.cursors import read_cursor, write_cursor
from api.listing.keyset import Source
from api.problems import MAX_TARGET_BYTES
from api.urls import settings, url

# The body of a page and its headers, as a view returns them.
Page = tuple[dict[str, Any], dict[str, str]]


def collection(
    source: Source,
    parameters: Mapping[str, Any],
    scope: UUID | None = None,
    begin: list[Any] | None = None,
) -> Page:
    """Answer one page of `source`: the collection's body and its `Link` header (RFC 8288).

    `scope` is the id of the article or entity whose collection it is. `begin` is the place before the first
    row of one that goes on: every page of it, the last and an empty one too, leads to what comes after it.

    Raises InvalidParameters for a cursor that is not of this query.
    """
    limit, cursor = parameters["limit"], parameters.get("cursor")
    place = read_cursor(cursor, source.types, parameters["sort"], scope) if cursor else None
    rows = source.page(place, limit + 1)
    shown, goes_on = rows[:limit], len(rows) > limit or begin is not None
    end = shown[-1][1:] if shown else place or begin
    following = write_cursor(end, parameters["sort"], scope) if end and goes_on else None
    meta = {"limit": limit} | ({"total": source.total()} if parameters["total"] else {})
    links = _links(cursor, following)
    body = {"data": [row[0] for row in shown], "links": links, "meta": meta}
    header = ", ".join(f'<{target}>; rel="{rel}"' for rel, target in links.items() if target)
    return body, {"Link": header}


def _links(current: str | None, following: str | None) -> dict[str, str | None]:
    # The same pair twice asks for nothing more.
    pairs = {pair for pair in request.args.items(multi=True) if pair[0] != "cursor"}

    def link(cursor: str | None) -> str:
        target = url(quote(request.path), sorted({*pairs, ("cursor", cursor)} if cursor else pairs))
        if len(target) - len(settings().base_url) > MAX_TARGET_BYTES:
            raise RequestURITooLarge("The links of this page would be longer than a request target may be.")
        return target

    return {"self": link(current), "first": link(None), "next": following and link(following)}
