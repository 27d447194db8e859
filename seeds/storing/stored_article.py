"""Read an article from the database before it is changed or removed."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, select

from api.database.base import table_of
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
# The last entry of an article in the change feed shows its last revision, and whether the article was
# removed.
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
    """What a new load of a document needs to know about the stored article.

    `content_digest` shows if the content has changed. `title_digest` finds the links to the former title.
    `folder` is the folder of the document. `created_at` is when the article was first loaded.
    """

    slug: str
    revision: int
    content_digest: str
    title_digest: str
    created_at: datetime
    folder: str


class RemovedArticle(NamedTuple):
    """What a removed article gets back if its document is loaded again.

    `slug` and `revision` are the last ones before the removal, and `created_at` is when the article was first
    loaded.
    """

    slug: str
    revision: int
    created_at: datetime


class StoredArticle(NamedTuple):
    """A stored article: its current content, and the bytes of the document that it was loaded from.

    `revision` counts its versions from 1. `derived_digest` is the checksum of its entities, evidence and
    features. `created_at` is when it was first loaded, and `updated_at` is when its content last changed.
    """

    record: ArticleRecord
    source: bytes
    revision: int
    derived_digest: str
    created_at: datetime
    updated_at: datetime


def find_article_state(connection: Connection, identity: UUID) -> ArticleState | None:
    """Return the slug, revision, digests, creation time and folder of the article with the id `identity`.

    Return None if no such article is stored, for example because it was removed.
    """
    row = connection.execute(ARTICLE_STATE, {"identity": identity}).one_or_none()
    return None if row is None else ArticleState(*row)


def find_removed_article(connection: Connection, identity: UUID) -> RemovedArticle | None:
    """Return the last slug and revision, and the creation time, of the article with the id `identity`.

    Return None if the article was never loaded, or if it is stored now.
    """
    last = connection.execute(LAST_CHANGE, {"identity": identity}).one_or_none()
    if last is None or last.kind != REMOVED:
        return None
    created_at = connection.scalars(FIRST_SEEDED_AT, {"identity": identity}).one()
    return RemovedArticle(last.slug, last.revision, created_at)


def erased_slug(identity: UUID) -> str:
    """Return the slug of the article with the id `identity` after its text was erased."""
    return f"erased-{identity.hex}"


def find_slug_owner(connection: Connection, slug: str) -> UUID | None:
    """Return the id of the article, stored or removed, that has or had `slug`, or None if it is free."""
    return connection.scalars(SLUG_OWNER, {"slug": slug}).one_or_none()


def read_stored_article(connection: Connection, identity: UUID) -> StoredArticle:
    """Read an article before it is changed or removed. `identity` is its id. The article must be stored.

    Its entities and evidence are not read.
    """
    parameters = {"identity": identity}
    row = connection.execute(ARTICLE_WITH_SOURCE, parameters).one()
    record = ArticleRecord(
        row._asdict(),
        [*connection.scalars(TAKEAWAY_TEXTS, parameters)],
        [(link.title or "", link.printed_date) for link in connection.execute(LISTED_TITLES, parameters)],
    )
    return StoredArticle(record, row.source, row.revision, row.derived_digest, row.created_at, row.updated_at)
