"""From a reference, an id or a slug, to its row or id; old slugs lead to the present ones."""

import re
from collections.abc import Iterable
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy import Select, select
from werkzeug.exceptions import NotFound

from api.db import Base, db
from api.models import Article, ArticleSlug, Entity
from api.urls import url

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

SLUG_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# The id of nothing, which no UUID of version 5 is (RFC 9562, 5.9).
NIL = UUID(int=0)

Row = TypeVar("Row", bound=Base)


def find_article(reference: str, *options: Any) -> Article:
    """Give the article that `reference` names, loading it with `options`.

    Raises NotFound, and redirects (308) from a slug that the article used to have.
    """
    statement = select(Article).options(*options)
    if UUID_FORM.fullmatch(reference):
        return _one(statement.where(Article.id == UUID(reference)))
    _require_slug(reference)
    named = statement.join(ArticleSlug, ArticleSlug.article_id == Article.id)
    article = _one(named.where(ArticleSlug.slug == reference))
    if article.slug != reference:
        _redirect(article=article.slug)
    return article


def find_entity(reference: str) -> Entity:
    """Give the entity that `reference` names; raises NotFound."""
    if UUID_FORM.fullmatch(reference):
        return _one(select(Entity).where(Entity.id == UUID(reference)))
    _require_slug(reference)
    return _one(select(Entity).where(Entity.slug == reference))


def article_id_of(reference: str) -> UUID:
    """Give the id of the article that a parameter names, by any slug that it had, or NIL."""
    if UUID_FORM.fullmatch(reference):
        return UUID(reference)
    if not SLUG_FORM.fullmatch(reference):
        return NIL
    return db.session.scalar(select(ArticleSlug.article_id).where(ArticleSlug.slug == reference)) or NIL


def entity_ids_of(references: Iterable[str]) -> list[UUID]:
    """Give the ids of the entities that a parameter names, each NIL where there is no such slug."""
    ids = {each: UUID(each) for each in references if UUID_FORM.fullmatch(each)}
    slugs = [each for each in references if each not in ids and SLUG_FORM.fullmatch(each)]
    if slugs:
        rows = db.session.execute(select(Entity.slug, Entity.id).where(Entity.slug.in_(slugs)))
        ids |= {row.slug: row.id for row in rows}
    return [ids.get(each, NIL) for each in references]


def find_by_id(statement: Select[Row], reference: str) -> Row:
    """Give the row of `statement` whose id is `reference`; raises NotFound."""
    if not UUID_FORM.fullmatch(reference):
        raise NotFound
    model = statement.column_descriptions[0]["entity"]
    return _one(statement.where(model.id == UUID(reference)))


def _require_slug(reference: str) -> None:
    # What is no slug is not looked for: a NUL, say, is an error to one engine and a value to the other.
    if not SLUG_FORM.fullmatch(reference):
        raise NotFound


def _one(statement: Select[Row]) -> Row:
    row = db.session.scalars(statement).one_or_none()
    if row is None:
        raise NotFound
    return row


def _redirect(**arguments: str) -> NoReturn:
    path = url_for(str(request.endpoint), **(request.view_args or {}) | arguments)
    target = url(path, request.args.items(multi=True))
    abort(Response(status=308, headers={"Location": target}))
