"""Find the article or entity that a URL names by id or slug, and redirect from earlier ids and slugs."""

import re
from collections.abc import Collection
from typing import Any, NoReturn, TypeVar
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute
from werkzeug.exceptions import Gone, NotFound

from api.database.base import Base, db
from api.models import REMOVED, Article, ArticleSlug, Change, Entity, EntityId, EntitySlug
from api.urls import url

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

SLUG_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# At most nine digits, so that the number fits into an integer column of SQLite and of PostgreSQL.
NUMBER_PATTERN = re.compile(r"[1-9][0-9]{0,8}")

# An id that no row has, since it is not a UUID of version 5 (RFC 9562, 5.9).
NIL_ID = UUID(int=0)

Row = TypeVar("Row", bound=Base)


def find_article(reference: str, *options: Any) -> Article:
    """Return the article with the id or slug `reference`, loaded with the SQLAlchemy loader `options`.

    If `reference` is an earlier slug of the article, the request is redirected to the current slug (308).

    Raises:
        NotFound: There is no such article.
        Gone: The article was removed.
    """
    statement = select(Article).options(*options)
    if UUID_PATTERN.fullmatch(reference):
        identity = UUID(reference)
        return _article(statement.where(Article.id == identity), ArticleSlug.article_id == identity)
    _require_slug(reference)
    has_slug = ArticleSlug.slug == reference
    by_slug = statement.join(ArticleSlug, ArticleSlug.article_id == Article.id)
    article = _article(by_slug.where(has_slug), has_slug)
    if article.slug != reference:
        _redirect(article=article.slug)
    return article


def find_revision(article: UUID, reference: str) -> Change:
    """Return the change that created a revision (a numbered version) of an article.

    Args:
        article: The id of the article.
        reference: The number of the revision, as in the URL.

    Raises:
        NotFound: There is no such revision.
    """
    if not NUMBER_PATTERN.fullmatch(reference):
        raise NotFound
    changes = select(Change).where(Change.article_id == article, Change.kind != REMOVED)
    return _one(changes.where(Change.revision == int(reference)))


def find_entity(reference: str) -> Entity:
    """Return the entity with the id or slug `reference`.

    If `reference` is an earlier slug of the entity, the request is redirected to the current slug (308). The
    same applies to the id or slug of an entity that was merged into this entity.

    Raises:
        NotFound: There is no such entity.
    """
    if UUID_PATTERN.fullmatch(reference):
        return _entity_by_id(UUID(reference))
    _require_slug(reference)
    by_slug = select(Entity).join(EntitySlug, EntitySlug.entity_id == Entity.id)
    entity = _one(by_slug.where(EntitySlug.slug == reference))
    if entity.slug != reference:
        _redirect(entity=entity.slug)
    return entity


def article_id_of(reference: str) -> UUID:
    """Return the id of the article that `reference` names by its id or one of its slugs, for a filter.

    An id is returned without a check that the article exists. For an unknown slug, return NIL_ID, which no
    row has.
    """
    if UUID_PATTERN.fullmatch(reference):
        return UUID(reference)
    if not SLUG_PATTERN.fullmatch(reference):
        return NIL_ID
    return db.session.scalar(select(ArticleSlug.article_id).where(ArticleSlug.slug == reference)) or NIL_ID


def entity_ids_of(references: Collection[str]) -> list[UUID]:
    """Return the ids of the entities that `references` name by id or slug, in the same order.

    The id or slug of a merged entity yields the id of the entity that it was merged into. Any other
    id is returned without a check that the entity exists. An unknown slug yields NIL_ID, which no row has.
    """
    by_id = {each: UUID(each) for each in references if UUID_PATTERN.fullmatch(each)}
    slugs = [each for each in references if each not in by_id and SLUG_PATTERN.fullmatch(each)]
    merged = _entity_ids(EntityId.old_id, list(by_id.values()))
    ids = {each: merged.get(own, own) for each, own in by_id.items()} | _entity_ids(EntitySlug.slug, slugs)
    return [ids.get(each, NIL_ID) for each in references]


def find_by_id(statement: Select[Row], reference: str) -> Row:
    """Return the row that `statement` selects and that has the id `reference`, a UUID from the URL.

    Raises:
        NotFound: There is no such row, or `reference` is not a UUID.
    """
    if not UUID_PATTERN.fullmatch(reference):
        raise NotFound
    model = statement.column_descriptions[0]["entity"]
    return _one(statement.where(model.id == UUID(reference)))


def _article(statement: Select[Article], slug_condition: ColumnElement[bool]) -> Article:
    """Return the only article that `statement` selects.

    If it selects none, `slug_condition` decides the error: slugs stay in the database when an article is
    removed, so a slug that matches the condition shows that the article existed.

    Raises:
        NotFound: There is no such article.
        Gone: The article was removed.
    """
    article = db.session.scalars(statement).one_or_none()
    if article is None:
        slug = db.session.scalar(select(ArticleSlug.slug).where(slug_condition).limit(1))
        raise NotFound if slug is None else Gone
    return article


def _entity_by_id(identity: UUID) -> Entity:
    entity = db.session.get(Entity, identity)
    if entity is None:
        merged = select(Entity).join(EntityId, EntityId.entity_id == Entity.id)
        _redirect(entity=_one(merged.where(EntityId.old_id == identity)).slug)
    return entity


def _entity_ids(key: InstrumentedAttribute[Any], values: list[Any]) -> dict[Any, UUID]:
    """Return the ids of entities by a value in a different table, such as a slug: `{slug: id}`.

    `key` is the column with the values, such as `EntitySlug.slug`. Its table also has a column `entity_id`.
    The dictionary omits values that the column does not contain.
    """
    if not values:
        return {}
    rows = select(key, key.class_.entity_id).where(key.in_(values))
    return {row[0]: row[1] for row in db.session.execute(rows)}


def _require_slug(reference: str) -> None:
    # Checked before the query, since PostgreSQL raises an error for a NUL character, for example.
    if not SLUG_PATTERN.fullmatch(reference):
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
