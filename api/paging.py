"""Keyset paging: a page begins after the last row of the page before, wherever that row now stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote
from uuid import UUID

from flask import request
from sqlalchemy import ColumnElement, Row, and_, func, literal, not_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.exceptions import RequestURITooLarge

from api.cursors import read_cursor, write_cursor
from api.db import AnySelect, db
from api.problems import MAX_TARGET_BYTES
from api.urls import settings, url

# The body of a page and its headers, as a view returns them.
Page = tuple[dict[str, Any], dict[str, str]]
Key = ColumnElement[Any] | InstrumentedAttribute[Any]


class Source(Protocol):
    """What a collection is read from; a place is the values of the `types` in the last row of a page."""

    @property
    def types(self) -> list[type]:
        """The Python types of a place."""

    def page(self, place: list[Any] | None, count: int) -> Sequence[Sequence[Any]]:
        """Give the first `count` rows after `place`, or of all: each the item and then its place."""

    def total(self) -> int:
        """Count all the rows."""


@dataclass(frozen=True)
class Order:
    """A total order: `keys` all in one direction, then `tail`, ascending in either.

    The last of `keys`, or `keys` and `tail` together, are unique.
    """

    keys: tuple[Key, ...]
    tail: Key | None = None
    descending: bool = False

    @property
    def columns(self) -> tuple[Key, ...]:
        """All the columns of the order, whose values make up a place in it."""
        return self.keys if self.tail is None else (*self.keys, self.tail)

    def clauses(self) -> list[ColumnElement[Any]]:
        """Give the ORDER BY."""
        keys: list[ColumnElement[Any]] = [key.desc() if self.descending else key.asc() for key in self.keys]
        return keys if self.tail is None else [*keys, self.tail.asc()]

    def after(self, place: list[Any]) -> ColumnElement[bool]:
        """Give the condition of the rows after `place`, in a form that an index range answers."""
        keys = tuple_(*self.keys)
        values = tuple_(*[literal(v, k.type) for k, v in zip(self.keys, place, strict=False)])
        if self.tail is None:
            return keys < values if self.descending else keys > values
        reached = keys <= values if self.descending else keys >= values
        passed = and_(keys == values, self.tail <= literal(place[-1], self.tail.type))
        return and_(reached, not_(passed))


@dataclass(frozen=True)
class Keyset:
    """The rows of a statement in a total order, found again by the values of its keys."""

    statement: AnySelect
    order: Order

    @property
    def types(self) -> list[type]:
        """The Python types of the keys."""
        return [key.type.python_type for key in self.order.columns]

    def page(self, place: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Give the first `count` rows after `place`."""
        return db.session.execute(self._first(self.statement, place, count)).all()

    def total(self) -> int:
        """Count all the rows."""
        return count_rows(self.statement)

    def _first(self, statement: AnySelect, place: list[Any] | None, count: int) -> AnySelect:
        rows = statement.add_columns(*self.order.columns).order_by(*self.order.clauses()).limit(count)
        return rows.where(self.order.after(place)) if place else rows


@dataclass(frozen=True)
class SortedKeyset(Keyset):
    """A Keyset whose statement selects ids that no index has in order: these are sorted, then loaded.

    `rows` loads the items, whose id is `identity`.
    """

    rows: AnySelect
    identity: Key

    def page(self, place: list[Any] | None, count: int) -> Sequence[Row[Any]]:
        """Give the first `count` rows after `place`."""
        # To sort the rows themselves would mean to load all of them.
        first = self._first(self.statement, place, count).subquery("first")
        identity, *keys = first.c
        tail = None if self.order.tail is None else keys[-1]
        order = Order(tuple(keys[: len(self.order.keys)]), tail, self.order.descending)
        rows = self.rows.join(first, identity == self.identity).add_columns(*keys)
        return db.session.execute(rows.order_by(*order.clauses())).all()


def count_rows(statement: AnySelect) -> int:
    """Count what `statement` selects."""
    return db.session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0


def orders(
    ascending: tuple[Key, ...], descending: tuple[Key, ...] | None = None, tail: Key | None = None
) -> tuple[Order, Order]:
    """Give the order by `ascending` and its reverse, which has other columns where there are nulls."""
    return Order(ascending, tail), Order(descending or ascending, tail, descending=True)


def sorts(**pairs: tuple[Order, Order]) -> dict[str, Order]:
    """Name each pair of orders: `name` the first and `-name` the second."""
    named: dict[str, Order] = {}
    for name, (ascending, descending) in pairs.items():
        named |= {name: ascending, f"-{name}": descending}
    return named


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
