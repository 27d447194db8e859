"""Read the stored states of articles, including removed articles, before their documents are loaded again."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, select

from api.models import (
    REMOVED,
    Article,
    ArticleDocument,
    ArticleSlug,
    Change,
    published_at_of,
)
from api.v1.article_content import unpack_content
from seeds.preparing.article_record import ArticleRecord

IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)
SLUGS: BindParameter[Any] = bindparam("slugs", expanding=True)
ARTICLE_STATES = (
    select(
        Article.id,
        Article.number,
        Article.slug,
        Article.revision,
        Article.content_digest,
        Article.title_hash,
        Article.created_at,
        ArticleDocument.folder,
    )
    .join_from(Article, ArticleDocument, ArticleDocument.article == Article.number)
    .where(Article.id.in_(IDENTITIES))
)
STORED_ARTICLES = (
    select(
        Article.id,
        Article.number,
        Article.story,
        Article.key,
        Article.published_key,
        Article.revision,
        Article.derived_digest,
        Article.created_at,
        Article.updated_at,
        ArticleDocument.document,
        ArticleDocument.content,
    )
    .join_from(Article, ArticleDocument, ArticleDocument.article == Article.number)
    .where(Article.number.in_(bindparam("numbers", expanding=True)))
    .order_by(Article.number)
)
SLUG_OWNERS = select(ArticleSlug.slug, ArticleSlug.article_id).where(ArticleSlug.slug.in_(SLUGS))
CHANGES = (
    select(Change.article_id, Change.kind, Change.revision, Change.slug, Change.changed_at)
    .where(Change.article_id.in_(IDENTITIES))
    .order_by(Change.article_id, Change.revision, Change.sequence)
)


class ArticleState(NamedTuple):
    """The values of a stored article that a new load of its document needs.

    Attributes:
        number: The database number of the article.
        slug: Its current slug.
        revision: The number of its current revision.
        content_digest: The SHA-256 of its content.
        title_hash: The hash of its title.
        created_at: When the article was first loaded.
        folder: The database number of its document's folder.
    """

    number: int
    slug: str
    revision: int
    content_digest: bytes
    title_hash: int
    created_at: datetime
    folder: int


class RemovedArticle(NamedTuple):
    """The values that a removed article gets back if its document is loaded again.

    Attributes:
        slug: The last slug before the removal.
        revision: The number of the last revision before the removal.
        created_at: When the article was first loaded.
    """

    slug: str
    revision: int
    created_at: datetime


class StoredArticle(NamedTuple):
    """A stored article: its current content, and the document that it was loaded from.

    Attributes:
        id: The id of the article.
        number: The database number of the article.
        story: The database number of its story.
        record: The content.
        document: The bytes of the document.
        content: The content in compressed form.
        revision: The number of the current revision, from 1.
        derived_digest: The SHA-256 of the entities, evidence and features.
        created_at: When the article was first loaded.
        updated_at: When its content last changed.
    """

    id: UUID
    number: int
    story: int
    record: ArticleRecord
    document: bytes
    content: bytes
    revision: int
    derived_digest: bytes
    created_at: datetime
    updated_at: datetime


def find_article_states(connection: Connection, identities: Collection[UUID]) -> dict[UUID, ArticleState]:
    """Return the states of stored articles, by the id of the article.

    `identities` are ids of articles. An article that is not stored, for example because it was removed, is
    left out.
    """
    rows = connection.execute(ARTICLE_STATES, {"identities": [*identities]})
    return {row.id: ArticleState(*row[1:]) for row in rows}


def find_article_state(connection: Connection, identity: UUID) -> ArticleState | None:
    """Return the state of the article with the id `identity`, or None if no such article is stored."""
    return find_article_states(connection, [identity]).get(identity)


def find_removed_articles(connection: Connection, identities: Collection[UUID]) -> dict[UUID, RemovedArticle]:
    """Return the last slug, the last revision and the time of the first load of removed articles.

    The key is the id of the article. Articles that were never loaded, or are stored now, are left out.
    `identities` are ids.
    """
    if not identities:
        return {}
    found: dict[UUID, RemovedArticle] = {}
    created: dict[UUID, datetime] = {}
    for row in connection.execute(CHANGES, {"identities": [*identities]}):
        created.setdefault(row.article_id, row.changed_at)
        found.pop(row.article_id, None)
        if row.kind == REMOVED:
            found[row.article_id] = RemovedArticle(row.slug, row.revision, created[row.article_id])
    return found


def find_removed_article(connection: Connection, identity: UUID) -> RemovedArticle | None:
    """Return the last slug, the last revision and the time of the first load of a removed article.

    Return None if no article with the id `identity` was ever loaded, or if the article is stored now.
    """
    return find_removed_articles(connection, [identity]).get(identity)


def erased_slug(identity: UUID) -> str:
    """Return the slug of the article with the id `identity` after its text was erased."""
    return f"erased-{identity.hex}"


def find_slug_owners(connection: Connection, slugs: Collection[str]) -> dict[str, UUID]:
    """Return, for each of `slugs`, the id of the article that has or had the slug.

    The article can be stored or removed. Free slugs are left out.
    """
    if not slugs:
        return {}
    return {row.slug: row.article_id for row in connection.execute(SLUG_OWNERS, {"slugs": sorted(slugs)})}


def find_slug_owner(connection: Connection, slug: str) -> UUID | None:
    """Return the id of the stored or removed article that has or had `slug`, or None if `slug` is free."""
    return find_slug_owners(connection, [slug]).get(slug)


def read_stored_articles(connection: Connection, numbers: Collection[int]) -> list[StoredArticle]:
    """Return the stored articles with the database numbers `numbers`, lowest number first.

    The articles have their content, but their entities and evidence are not read.
    """
    return [
        StoredArticle(
            row.id,
            row.number,
            row.story,
            ArticleRecord(
                row.key, unpack_content(row.content, row.document), published_at_of(row.published_key)
            ),
            row.document,
            row.content,
            row.revision,
            row.derived_digest,
            row.created_at,
            row.updated_at,
        )
        for row in connection.execute(STORED_ARTICLES, {"numbers": [*numbers]})
    ]


def read_stored_article(connection: Connection, number: int) -> StoredArticle:
    """Return the article with the number `number`, with its content and its document.

    The article must be stored.
    """
    (stored,) = read_stored_articles(connection, [number])
    return stored
