"""Find the article or entity that a URL names by id or slug, and redirect from earlier ids and slugs."""

import re
from collections.abc import Callable
from typing import Any, NoReturn
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy import BindParameter, ColumnElement, and_, bindparam, exists, func, or_, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import (
    REMOVED,
    Article,
    ArticleSlug,
    Change,
    Entity,
    EntityId,
    EntitySlug,
    Revision,
)
from api.problem_kinds import ProblemKind
from api.problems import ProblemException
from api.resources.fields import rfc3339
from api.urls import url

UUID_PATTERN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

SLUG_PATTERN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

# A 404 does not repeat a longer slug. Slugs of articles have at most 120 characters.
MAX_SHOWN_LENGTH = 200

# At most nine digits, so that the number fits into an integer column of SQLite and of PostgreSQL.
NUMBER_PATTERN = re.compile(r"[1-9][0-9]{0,8}")

# A number that no article, no entity and no story has. Numbers begin at 1.
NO_NUMBER = 0

ARTICLES, ENTITIES, CHANGES = table_of(Article), table_of(Entity), table_of(Change)
REVISIONS = table_of(Revision)
ARTICLE_SLUGS, ENTITY_SLUGS, ENTITY_IDS = table_of(ArticleSlug), table_of(EntitySlug), table_of(EntityId)
REFERENCE: BindParameter[Any] = bindparam("reference")
# The slugs of removed articles stay in the database, and so do their changes.
REMOVALS = (
    select(func.coalesce(CHANGES.c.slug, ARTICLE_SLUGS.c.slug).label("slug"), CHANGES.c.changed_at)
    .outerjoin_from(
        ARTICLE_SLUGS,
        CHANGES,
        and_(CHANGES.c.article_id == ARTICLE_SLUGS.c.article_id, CHANGES.c.kind == REMOVED),
    )
    .order_by(CHANGES.c.sequence.desc())
    .limit(1)
)
REMOVAL_BY_ID = REMOVALS.where(ARTICLE_SLUGS.c.article_id == REFERENCE)
REMOVAL_BY_SLUG = REMOVALS.where(ARTICLE_SLUGS.c.slug == REFERENCE)


class Lookup:
    """The statements that find the row of an article or entity by its id or by any of its slugs.

    Each statement has the id or slug as the bound parameter `reference`.

    Args:
        rows: A statement that selects rows with the columns `id` and `slug`.
        by_id: The SQL condition that the id is `reference`.
        by_slug: A function that narrows `rows` to the row with the slug `reference`.
        by_old_id: Like `by_slug`, for an earlier id. None if there are no earlier ids.
    """

    def __init__(
        self,
        rows: AnySelect,
        by_id: ColumnElement[bool],
        by_slug: Callable[[AnySelect], AnySelect],
        by_old_id: Callable[[AnySelect], AnySelect] | None = None,
    ) -> None:
        self.by_id, self.by_slug = rows.where(by_id), by_slug(rows)
        self.by_old_id = by_old_id(rows) if by_old_id else None


def article_lookup(*columns: ColumnElement[Any]) -> Lookup:
    """Return the Lookup that finds the number, id, slug and further `columns` of an article."""
    return article_rows_lookup(select(ARTICLES.c.number, ARTICLES.c.id, ARTICLES.c.slug, *columns))


def article_rows_lookup(rows: AnySelect) -> Lookup:
    """Return the Lookup that finds an article by its id or by any of its slugs.

    `rows` is a SELECT from the table of articles, with the columns `id` and `slug`.
    """
    has_slug = ARTICLE_SLUGS.c.slug == REFERENCE
    return Lookup(
        rows,
        ARTICLES.c.id == REFERENCE,
        lambda rows: rows.join(ARTICLE_SLUGS, ARTICLE_SLUGS.c.article_id == ARTICLES.c.id).where(has_slug),
    )


def entity_lookup(rows: AnySelect) -> Lookup:
    """Return the Lookup that finds an entity by its id, by any of its slugs or by an earlier id.

    `rows` is a SELECT from the table of entities, with the columns `id` and `slug`.
    """
    has_slug, has_id = ENTITY_SLUGS.c.slug == REFERENCE, ENTITY_IDS.c.old_id == REFERENCE
    return Lookup(
        rows,
        ENTITIES.c.id == REFERENCE,
        lambda rows: rows.join(ENTITY_SLUGS, ENTITY_SLUGS.c.entity == ENTITIES.c.number).where(has_slug),
        lambda rows: rows.join(ENTITY_IDS, ENTITY_IDS.c.entity == ENTITIES.c.number).where(has_id),
    )


ARTICLE = article_lookup()
REVISED_ARTICLE = article_lookup(ARTICLES.c.revision)
# The changes that created the revisions of an article. If an article was erased and loaded again, the changes
# before the erasure remain, but their revisions do not.
REVISION_ROWS = select(CHANGES.c.revision, CHANGES.c.kind, CHANGES.c.changed_at, CHANGES.c.fields).where(
    CHANGES.c.article_id == bindparam("article_id", type_=CHANGES.c.article_id.type),
    CHANGES.c.kind != REMOVED,
    or_(
        exists().where(ARTICLES.c.id == CHANGES.c.article_id, ARTICLES.c.revision == CHANGES.c.revision),
        exists().where(
            REVISIONS.c.article_id == CHANGES.c.article_id, REVISIONS.c.revision == CHANGES.c.revision
        ),
    ),
)
REVISION = REVISION_ROWS.where(CHANGES.c.revision == bindparam("number"))


def find_article(reference: str, lookup: Lookup = ARTICLE) -> Any:
    """Return the row of the article with the id or slug `reference`.

    An earlier slug redirects the request to the current slug (308).

    Args:
        lookup: Selects the columns, by default the number, id and slug.

    Raises:
        ProblemException: There is no such article (404), or it was removed (410).
    """
    if UUID_PATTERN.fullmatch(reference):
        row = first_row(lookup.by_id, UUID(reference))
        if row is None:
            raise _missing_article(REMOVAL_BY_ID, UUID(reference), reference)
        return row
    _require_slug(reference, ProblemKind.ARTICLE_NOT_FOUND)
    row = first_row(lookup.by_slug, reference)
    if row is None:
        raise _missing_article(REMOVAL_BY_SLUG, reference, reference)
    if row.slug != reference:
        redirect(article=row.slug)
    return row


def _missing_article(statement: AnySelect, value: Any, reference: str) -> ProblemException:
    """Return the error for an article that does not exist: 410 if the article was removed, otherwise 404.

    Args:
        statement: A SELECT of the slug and the removal time, with the bound parameter `reference`.
        value: The UUID or slug for this bound parameter.
        reference: The text of the UUID or slug, for the message.
    """
    removal = first_row(statement, value)
    if removal is None:
        return not_found(ProblemKind.ARTICLE_NOT_FOUND, reference)
    time = f" at {rfc3339(removal.changed_at)}" if removal.changed_at else ""
    return ProblemException(ProblemKind.ARTICLE_REMOVED, f'The article "{removal.slug}" was removed{time}.')


def find_revision(article: Any, reference: str) -> Any:
    """Return the change that created a revision (a numbered version) of an article.

    Args:
        article: The row of the article, as REVISED_ARTICLE selects it.
        reference: The number in the URL.

    Raises:
        ProblemException: There is no such revision (404).
    """
    change, missing = None, "such revision"
    if NUMBER_PATTERN.fullmatch(reference):
        values = {"article_id": article.id, "number": int(reference)}
        change = request_connection().execute(REVISION, values).one_or_none()
        missing = f"revision {reference}"
    if change is None:
        raise ProblemException(
            ProblemKind.REVISION_NOT_FOUND,
            f'The article "{article.slug}" has no {missing}. Its current revision is {article.revision}.',
        )
    return change


def find_entity(reference: str, lookup: Lookup) -> Any:
    """Return the row of the entity with the id or slug `reference`, as `lookup` selects it.

    An earlier slug, and the id or slug of a merged entity, redirect the request to the current slug (308).

    Raises:
        ProblemException: There is no such entity (404).
    """
    kind = ProblemKind.ENTITY_NOT_FOUND
    if UUID_PATTERN.fullmatch(reference):
        identity = UUID(reference)
        row = first_row(lookup.by_id, identity)
        if row is None and lookup.by_old_id is not None:
            redirect(entity=_required(first_row(lookup.by_old_id, identity), kind, reference).slug)
        return _required(row, kind, reference)
    _require_slug(reference, kind)
    row = _required(first_row(lookup.by_slug, reference), kind, reference)
    if row.slug != reference:
        redirect(entity=row.slug)
    return row


def find_by_id(statement: AnySelect, reference: str, kind: ProblemKind) -> Any:
    """Return the row with the id `reference`.

    Args:
        statement: A statement that selects a row by the bound parameter `reference`.
        reference: The id, as in the URL.
        kind: The kind of the problem if there is no row.

    Raises:
        ProblemException: There is no row with this id, or `reference` is not a UUID.
    """
    if not UUID_PATTERN.fullmatch(reference):
        raise ProblemException(kind)
    return _required(first_row(statement, UUID(reference)), kind, reference)


def not_found(kind: ProblemKind, reference: str) -> ProblemException:
    """Return the error (404) of the given `kind` for an unknown id or slug in the URL.

    The message contains `reference` only if `reference` has the form of an id or slug.
    """
    if UUID_PATTERN.fullmatch(reference):
        return ProblemException(kind, f'There is no {kind.subject} with the id "{reference}".')
    if SLUG_PATTERN.fullmatch(reference) and len(reference) <= MAX_SHOWN_LENGTH:
        return ProblemException(kind, f'There is no {kind.subject} with the slug "{reference}".')
    return ProblemException(kind)


def first_row(statement: AnySelect, value: Any) -> Any:
    """Execute `statement` and return its only row, or None if it selects no row.

    `value` is the value for the bound parameter `reference` of `statement`.
    """
    return request_connection().execute(statement, {"reference": value}).one_or_none()


def _require_slug(reference: str, kind: ProblemKind) -> None:
    # Checked before the query, since PostgreSQL raises an error for a NUL character, for example.
    if not SLUG_PATTERN.fullmatch(reference):
        raise not_found(kind, reference)


def _required(row: Any, kind: ProblemKind, reference: str) -> Any:
    if row is None:
        raise not_found(kind, reference)
    return row


def redirect(**arguments: str) -> NoReturn:
    """Abort the request with a redirect (308) to the same resource with other path parameters.

    `arguments` are the new values of path parameters, by name. The query string stays the same.
    """
    path = url_for(str(request.endpoint), **(request.view_args or {}) | arguments)
    target = url(path, request.args.items(multi=True))
    abort(Response(status=308, headers={"Location": target}))
