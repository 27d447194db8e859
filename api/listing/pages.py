"""One page of a collection: its JSON body, its links and its `Link` header."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import request
from werkzeug.exceptions import RequestURITooLarge

from api.listing.cursors import read_cursor, write_cursor
from api.listing.keyset import RowSource
from api.problems import MAX_TARGET_BYTES
from api.urls import settings, url

Page = tuple[dict[str, Any], dict[str, str]]
"""The body and the headers of a page, as a view returns them."""


def make_page(
    source: RowSource,
    parameters: Mapping[str, Any],
    scope: UUID | None = None,
    feed_start: list[Any] | None = None,
) -> Page:
    """Return the page of a collection that the current request asks for: its body and its headers.

    The only header is `Link` (RFC 8288), with the same URLs as `links` in the body.

    Args:
        source: The rows of the collection.
        parameters: The loaded query of the request.
        scope: The id of the article or entity whose rows the collection contains, such as the takeaways of an
            article. None for a collection of all rows.
        feed_start: None, unless the collection is a feed, to which rows are added at the end. For a feed: a
            sort key that precedes all rows. Every page of a feed then links to a next page, even if there are
            no more rows yet.

    Raises:
        InvalidParameters: The cursor was altered or belongs to a different query.
    """
    limit, cursor = parameters["limit"], parameters.get("cursor")
    after = read_cursor(cursor, source.key_types, parameters["sort"], scope) if cursor else None
    rows = source.page(after, limit + 1)
    shown, has_next = rows[:limit], len(rows) > limit or feed_start is not None
    last_key = shown[-1][1:] if shown else after or feed_start
    next_cursor = write_cursor(last_key, parameters["sort"], scope) if last_key and has_next else None
    meta = {"limit": limit} | ({"total": source.total()} if parameters["total"] else {})
    links = _links(cursor, next_cursor)
    body = {"data": [row[0] for row in shown], "links": links, "meta": meta}
    header = ", ".join(f'<{target}>; rel="{rel}"' for rel, target in links.items() if target)
    return body, {"Link": header}


def _links(cursor: str | None, next_cursor: str | None) -> dict[str, str | None]:
    # A set, since a pair of name and value that is repeated has no effect.
    pairs = {pair for pair in request.args.items(multi=True) if pair[0] != "cursor"}

    def link(to_cursor: str | None) -> str:
        target = url(quote(request.path), sorted({*pairs, ("cursor", to_cursor)} if to_cursor else pairs))
        if len(target) - len(settings().base_url) > MAX_TARGET_BYTES:
            raise RequestURITooLarge(
                f"The links of this page would be longer than {MAX_TARGET_BYTES} bytes. Use fewer parameters."
            )
        return target

    return {"self": link(cursor), "first": link(None), "next": next_cursor and link(next_cursor)}
