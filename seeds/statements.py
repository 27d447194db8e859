"""The statements of a load, made once: to make one costs several times what an engine needs to run it."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    CursorResult,
    Executable,
    Insert,
    bindparam,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from api.db import db
from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleSlug,
    ArticleTerms,
    Corpus,
    Entity,
    RelatedLink,
    Source,
    Takeaway,
)

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]
AnyResult = CursorResult[*tuple[Any, ...]]

# Tables and not models, whose objects a load has no use for and which cost more than the rows.
MODELS = (Article, ArticleTerms, Corpus, Entity, RelatedLink, Source)
ARTICLES, TERMS, CORPUS, ENTITIES, LINKS, SOURCES = (
    db.metadata.tables[model.__tablename__] for model in MODELS
)

# The article at hand.
IDENTITY: BindParameter[UUID] = bindparam("identity")
STORED = select(Article.slug, Article.content_digest, Article.title_digest, Article.created_at).where(
    Article.id == IDENTITY
)
OWNER = select(ArticleSlug.article_id).where(ArticleSlug.slug == bindparam("wanted"))
# These take the columns that change from their parameters.
CHANGE_ARTICLE = update(ARTICLES).where(ARTICLES.c.id == IDENTITY).values(revision=ARTICLES.c.revision + 1)
CHANGE_SOURCE = update(SOURCES).where(SOURCES.c.article_id == IDENTITY)
CHANGE_TERMS = update(TERMS).where(TERMS.c.article_id == IDENTITY)
NEXT_REVISION = update(CORPUS).values(revision=CORPUS.c.revision + 1)

# Its parts. With a takeaway go its terms and what says which entities it names.
COUNTS = select(ArticleEntity.entity_id, ArticleEntity.mention_count).where(
    ArticleEntity.article_id == IDENTITY
)
PARTS = (Takeaway, ArticleEntity, ArticleFacet, RelatedLink)
DELETE_PARTS = tuple(delete(part).where(part.article_id == IDENTITY) for part in PARTS)

# Entities.
PRESENT = select(Entity.id).where(Entity.id.in_(bindparam("identities")))
MOVE_COUNTS = (
    update(ENTITIES)
    .where(ENTITIES.c.id == bindparam("identity"))
    .values(
        article_count=ENTITIES.c.article_count + bindparam("articles"),
        mention_count=ENTITIES.c.mention_count + bindparam("mentions"),
    )
)
DELETE_UNNAMED = delete(ENTITIES).where(
    ENTITIES.c.id.in_(bindparam("identities")), ENTITIES.c.article_count == 0
)

# Listed links.
CANDIDATES = select(Article.id, Article.title_digest, Article.published_at).where(
    Article.title_digest.in_(bindparam("digests"))
)
LISTED = (
    select(
        RelatedLink.id,
        RelatedLink.article_id,
        RelatedLink.title_digest,
        RelatedLink.printed_date,
        RelatedLink.target_id,
        Article.published_at,
    )
    .join(Article, Article.id == RelatedLink.article_id)
    .where(RelatedLink.title_digest.in_(bindparam("digests")))
    .order_by(RelatedLink.article_id, RelatedLink.position)
)
POINT = update(LINKS).where(LINKS.c.id == bindparam("link")).values(target_id=bindparam("target"))


@cache
def insertion(table: str) -> Insert:
    """Give the statement that takes rows of `table`."""
    return insert(db.metadata.tables[table])


def run(session: Session, statement: Executable, parameters: Parameters | None = None) -> AnyResult:
    """Run `statement` in the transaction of `session`, past the session's own way, which is for objects."""
    return session.connection().execute(statement, parameters)
