"""One page of a collection: its JSON body, its links and its `Link` header."""

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

from flask import request

from api.listing.cursors import CursorWriter
from api.listing.keyset import Rows, RowSource
from api.problem_kinds import MAX_TARGET_BYTES, ProblemKind
from api.problems import ProblemException
from api.urls import RepeatedValues, ValueList, encode_query, settings

Page = tuple[dict[str, Any], dict[str, str]]
"""The body and the headers of a page, as a view returns them."""


class Collection(NamedTuple):
    """The items that a query selects, to be sent as pages or as a stream.

    Attributes:
        items: Returns the JSON values of rows.
        meta: Further members of the `meta` of a page, such as `warnings`.
    """

    source: RowSource
    items: Callable[[Rows], list[Any]]
    meta: Mapping[str, Any]


def make_page(
    source: RowSource,
    parameters: Mapping[str, Any],
    items: Callable[[Rows], list[Any]],
    scope: UUID | None = None,
    former_scopes: Callable[[], Iterable[UUID]] = tuple,
    feed_start: list[Any] | None = None,
    more_meta: Mapping[str, Any] | None = None,
) -> Page:
    """Return the page of a collection that the current request asks for: its body and its headers.

    The only header is `Link` (RFC 8288), with the same URLs as `links` in the body.

    Args:
        source: Reads the rows of the collection.
        parameters: The loaded query of the request.
        items: Returns the JSON values of rows.
        scope: The id of the article, entity or story that the collection belongs to. None for all rows.
        former_scopes: Returns the former ids of the entity or story. Their cursors are accepted.
        feed_start: For a feed, the sort key to continue from if the feed is empty. Every page of a feed has a
            next link.
        more_meta: Further members of `meta`, such as `facets`.

    Raises:
        InvalidCursor: The cursor was altered or belongs to a different query.
    """
    limit, cursor = parameters["limit"], parameters.get("cursor")
    query = _given_values(parameters)
    cursors = CursorWriter(_pairs(query), parameters["sort"], scope, former_scopes)
    types = source.key_types
    after = cursors.read(cursor, types) if cursor else None
    rows, has_next = source.page(after, limit)
    last_key = rows[-1][-len(types) :] if rows else after or feed_start
    has_next = has_next or feed_start is not None
    next_cursor = cursors.write(last_key) if last_key and has_next else None
    meta: dict[str, Any] = {"limit": limit, "next_cursor": next_cursor}
    if parameters["total"]:
        meta["total"] = source.total()
    meta |= more_meta or {}
    links = _links(query, cursor, next_cursor)
    header = ", ".join(f'<{target}>; rel="{rel}"' for rel, target in links.items() if target)
    return {"data": items(rows), "links": links, "meta": meta}, {"Link": header}


def stream_cursors(parameters: Mapping[str, Any], rule: str) -> CursorWriter:
    """Return the object that writes the cursors (places to continue from) of the requested stream.

    Cursors of a stream and of pages are interchangeable if the query is the same.

    Args:
        parameters: The loaded query of the request.
        rule: The URL rule of the collection.
    """
    return CursorWriter(_pairs(_given_values(parameters)), parameters["sort"], None, rule=rule)


def _pairs(query: Mapping[str, ValueList]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.items() for value in values]


def _given_values(parameters: Mapping[str, Any]) -> dict[str, ValueList]:
    """Return the values of each parameter of the current request, except for `cursor`, by name.

    `parameters` is the loaded query of the request. The names are in alphabetical order.
    """
    given = {}
    for name, values in sorted(request.args.lists()):
        loaded = parameters.get(name)
        given[name] = loaded if isinstance(loaded, ValueList) else RepeatedValues(values)
    given.pop("cursor", None)
    return given


def _links(
    query: Mapping[str, ValueList], cursor: str | None, next_cursor: str | None
) -> dict[str, str | None]:
    pairs = [pair for name, values in query.items() for pair in values.pairs(name)]
    encoded = [encode_query([pair]) for pair in pairs]
    # The cursor is at its place in the order of the names.
    place = bisect([name for name, _ in pairs], "cursor")
    address = settings().base_url + quote(request.path)

    def link(to_cursor: str | None) -> str:
        query = "&".join(
            [*encoded[:place], *([f"cursor={to_cursor}"] if to_cursor else []), *encoded[place:]]
        )
        target = f"{address}?{query}" if query else address
        if len(target) - len(settings().base_url) > MAX_TARGET_BYTES:
            raise ProblemException(
                ProblemKind.URI_TOO_LONG,
                f"The links of this page would be longer than {MAX_TARGET_BYTES} bytes. "
                "Use fewer parameters.",
            )
        return target

    return {"self": link(cursor), "first": link(None), "next": next_cursor and link(next_cursor)}
