"""From a reference, an id or a slug, to its row or id; those of before lead to the present ones."""

import re
from collections.abc import Collection
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.exceptions import Gone, NotFound

from api.db import Base, db
from api.models import REMOVED, Article, ArticleSlug, Change, Entity, EntityId, EntitySlug
from api.urls import url

UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

SLUG_FORM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# No more digits than both engines' numbers have.
NUMBER_FORM = re.compile(r"[1-9][0-9]{0,8}")

# The id of nothing, which no UUID of version 5 is (RFC 9562, 5.9).
NIL = UUID(int=0)

Row = TypeVar("Row", bound=Base)


def find_article(reference: str, *options: Any) -> Article:
    """Give the article that `reference` names, loading it with `options`.

    Raises NotFound, or Gone where the article was removed, and redirects (308) from a slug that it used to
    have.
    """
    statement = select(Article).options(*options)
    if UUID_FORM.fullmatch(reference):
        identity = UUID(reference)
        return _article(statement.where(Article.id == identity), ArticleSlug.article_id == identity)
    _require_slug(reference)
    has_slug = ArticleSlug.slug == reference
    named = statement.join(ArticleSlug, ArticleSlug.article_id == Article.id)
    article = _article(named.where(has_slug), has_slug)
    if article.slug != reference:
        _redirect(article=article.slug)
    return article


def find_revision(article: UUID, reference: str) -> Change:
    """Give the change by which `article`, which is there, got its revision `reference`; raises NotFound."""
    if not NUMBER_FORM.fullmatch(reference):
        raise NotFound
    of_article = select(Change).where(Change.article_id == article, Change.kind != REMOVED)
    return _one(of_article.where(Change.revision == int(reference)))


def find_entity(reference: str) -> Entity:
    """Give the entity that `reference` names.

    Raises NotFound, and redirects (308) from a slug that the entity used to have, and from the id or a slug
    of one that was merged into it.
    """
    if UUID_FORM.fullmatch(reference):
        return _entity_of_id(UUID(reference))
    _require_slug(reference)
    named = select(Entity).join(EntitySlug, EntitySlug.entity_id == Entity.id)
    entity = _one(named.where(EntitySlug.slug == reference))
    if entity.slug != reference:
        _redirect(entity=entity.slug)
    return entity


def article_id_of(reference: str) -> UUID:
    """Give the id of the article that a parameter names, by any slug that it had, or NIL."""
    if UUID_FORM.fullmatch(reference):
        return UUID(reference)
    if not SLUG_FORM.fullmatch(reference):
        return NIL
    return db.session.scalar(select(ArticleSlug.article_id).where(ArticleSlug.slug == reference)) or NIL


def entity_ids_of(references: Collection[str]) -> list[UUID]:
    """Give the ids of the entities that a parameter names, by any id or slug, NIL for an unknown slug."""
    given = {each: UUID(each) for each in references if UUID_FORM.fullmatch(each)}
    slugs = [each for each in references if each not in given and SLUG_FORM.fullmatch(each)]
    merged = _entity_ids(EntityId.old_id, list(given.values()))
    ids = {each: merged.get(own, own) for each, own in given.items()} | _entity_ids(EntitySlug.slug, slugs)
    return [ids.get(each, NIL) for each in references]


def find_by_id(statement: Select[Row], reference: str) -> Row:
    """Give the row of `statement` whose id is `reference`; raises NotFound."""
    if not UUID_FORM.fullmatch(reference):
        raise NotFound
    model = statement.column_descriptions[0]["entity"]
    return _one(statement.where(model.id == UUID(reference)))


def _article(statement: Select[Article], of_slug: ColumnElement[bool]) -> Article:
    """Give the article of `statement`; `of_slug` finds a slug of it, which it leaves behind when it goes."""
    article = db.session.scalars(statement).one_or_none()
    if article is None:
        slug = db.session.scalar(select(ArticleSlug.slug).where(of_slug).limit(1))
        raise NotFound if slug is None else Gone
    return article


def _entity_of_id(identity: UUID) -> Entity:
    entity = db.session.get(Entity, identity)
    if entity is None:
        merged = select(Entity).join(EntityId, EntityId.entity_id == Entity.id)
        _redirect(entity=_one(merged.where(EntityId.old_id == identity)).slug)
    return entity


def _entity_ids(key: InstrumentedAttribute[Any], values: list[Any]) -> dict[Any, UUID]:
    """Give the ids of the entities that are kept under `values` of `key`, by these."""
    if not values:
        return {}
    kept = select(key, key.class_.entity_id).where(key.in_(values))
    return {row[0]: row[1] for row in db.session.execute(kept)}


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
