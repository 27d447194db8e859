"""Read stored articles before a change or a removal."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, select

from api.db import table_of
from api.models import REMOVED, Article, ArticleSlug, Change, RelatedLink, SourceDocument, Takeaway
from seeds.storing.article_record import ArticleRecord

ARTICLES, SOURCES = table_of(Article), table_of(SourceDocument)
IDENTITY: BindParameter[UUID] = bindparam("identity")
ARTICLE_STATE = (
    select(
        Article.slug,
        Article.revision,
        Article.content_digest,
        Article.title_digest,
        Article.created_at,
        SourceDocument.folder,
    )
    .join_from(Article, SourceDocument)
    .where(Article.id == IDENTITY)
)
ARTICLE_WITH_SOURCE = (
    select(ARTICLES, SOURCES.c.content.label("source"))
    .join_from(ARTICLES, SOURCES)
    .where(ARTICLES.c.id == IDENTITY)
)
TAKEAWAY_TEXTS = select(Takeaway.text).where(Takeaway.article_id == IDENTITY).order_by(Takeaway.position)
LISTED_TITLES = (
    select(RelatedLink.title, RelatedLink.printed_date)
    .where(RelatedLink.article_id == IDENTITY, RelatedLink.basis == "listed")
    .order_by(RelatedLink.place)
)
SLUG_OWNER = select(ArticleSlug.article_id).where(ArticleSlug.slug == bindparam("slug"))
# The last change of an article shows whether the article was removed, and its last revision.
LAST_CHANGE = (
    select(Change.kind, Change.revision, Change.slug)
    .where(Change.article_id == IDENTITY)
    .order_by(Change.revision.desc(), Change.sequence.desc())
    .limit(1)
)
FIRST_SEEDED_AT = (
    select(Change.changed_at).where(Change.article_id == IDENTITY).order_by(Change.revision).limit(1)
)


class ArticleState(NamedTuple):
    """The columns of a stored article that the loader needs."""

    slug: str
    revision: int
    content_digest: str
    title_digest: str
    created_at: datetime
    folder: str


class RemovedArticle(NamedTuple):
    """The values that a removed article keeps if its document is loaded again."""

    slug: str
    revision: int
    created_at: datetime


class StoredArticle(NamedTuple):
    """The current revision of an article, with its source document."""

    record: ArticleRecord
    source: bytes
    revision: int
    derived_digest: str
    created_at: datetime
    updated_at: datetime


def find_article_state(connection: Connection, identity: UUID) -> ArticleState | None:
    """Return the state of a stored article, or None if there is no such article."""
    row = connection.execute(ARTICLE_STATE, {"identity": identity}).one_or_none()
    return None if row is None else ArticleState(*row)


def find_removed_article(connection: Connection, identity: UUID) -> RemovedArticle | None:
    """Return a removed article, or None if the article was never seeded or is not removed."""
    last = connection.execute(LAST_CHANGE, {"identity": identity}).one_or_none()
    if last is None or last.kind != REMOVED:
        return None
    created_at = connection.scalars(FIRST_SEEDED_AT, {"identity": identity}).one()
    return RemovedArticle(last.slug, last.revision, created_at)


def find_slug_owner(connection: Connection, slug: str) -> UUID | None:
    """Return the id of the article that has or had `slug`, even if the article was removed."""
    return connection.scalars(SLUG_OWNER, {"slug": slug}).one_or_none()


def read_stored_article(connection: Connection, identity: UUID) -> StoredArticle:
    """Return the current revision of an article without its derived data."""
    parameters = {"identity": identity}
    row = connection.execute(ARTICLE_WITH_SOURCE, parameters).one()
    record = ArticleRecord(
        row._asdict(),
        [*connection.scalars(TAKEAWAY_TEXTS, parameters)],
        [(link.title or "", link.printed_date) for link in connection.execute(LISTED_TITLES, parameters)],
    )
    return StoredArticle(record, row.source, row.revision, row.derived_digest, row.created_at, row.updated_at)
