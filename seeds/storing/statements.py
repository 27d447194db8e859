"""The statements of a load, made once: to make one costs several times what an engine needs to run it."""

from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Select,
    bindparam,
    delete,
    func,
    or_,
    select,
    union_all,
    update,
)

from api.db import AnySelect, db
from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleSlug,
    ArticleTerms,
    Change,
    Corpus,
    Entity,
    EntityId,
    EntitySlug,
    Posting,
    RelatedLink,
    SourceDocument,
    Takeaway,
)

# Tables and not models, whose objects a load has no use for and which cost more than the rows.
MODELS = (Article, ArticleTerms, Corpus, Entity, EntityId, EntitySlug, Posting, RelatedLink, SourceDocument)
ARTICLES, TERMS, CORPUS, ENTITIES, OLD, LED, POSTINGS, LINKS, SOURCES = (
    db.metadata.tables[model.__tablename__] for model in MODELS
)

# The article at hand.
IDENTITY: BindParameter[UUID] = bindparam("identity")
STORED = (
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
WHOLE = (
    select(ARTICLES, SOURCES.c.content.label("source"))
    .join_from(ARTICLES, SOURCES)
    .where(ARTICLES.c.id == IDENTITY)
)
TAKEAWAYS = select(Takeaway.text).where(Takeaway.article_id == IDENTITY).order_by(Takeaway.position)
PRINTED = (
    select(RelatedLink.title, RelatedLink.printed_date)
    .where(RelatedLink.article_id == IDENTITY, RelatedLink.basis == "listed")
    .order_by(RelatedLink.place)
)
OWNER = select(ArticleSlug.article_id).where(ArticleSlug.slug == bindparam("wanted"))
# These take the columns that change from their parameters.
CHANGE_ARTICLE = update(ARTICLES).where(ARTICLES.c.id == IDENTITY)
DELETE_ARTICLE = delete(ARTICLES).where(ARTICLES.c.id == IDENTITY)
CHANGE_SOURCE = update(SOURCES).where(SOURCES.c.article_id == IDENTITY)
CHANGE_TERMS = update(TERMS).where(TERMS.c.article_id == IDENTITY)
NEXT_REVISION = update(CORPUS).values(revision=CORPUS.c.revision + 1)

# Its history. What it was last called says at which revision it was, and whether it is there.
LAST_CHANGE = (
    select(Change.kind, Change.revision, Change.slug)
    .where(Change.article_id == IDENTITY)
    .order_by(Change.revision.desc(), Change.sequence.desc())
    .limit(1)
)
FIRST_SEEDED = (
    select(Change.changed_at).where(Change.article_id == IDENTITY).order_by(Change.revision).limit(1)
)
LAST_SEQUENCE = select(func.max(Change.sequence).label("sequence"))

# Its parts. With a takeaway go its terms and what says which entities it names.
NAMED = select(ArticleEntity.entity_id, ArticleEntity.mentions).where(ArticleEntity.article_id == IDENTITY)
PARTS = (Takeaway, ArticleEntity, ArticleFacet, RelatedLink, ArticleFeatures, Posting)
DELETE_PARTS = tuple(delete(part).where(part.article_id == IDENTITY) for part in PARTS)

# Entities.
PRESENT = select(Entity.id, Entity.type, Entity.origin, Entity.name, Entity.aliases).where(
    Entity.id.in_(bindparam("identities"))
)
SLUGS = select(EntitySlug.slug).where(EntitySlug.slug.in_(bindparam("slugs")))
DELETE_SLUGS = delete(LED).where(LED.c.slug.in_(bindparam("slugs")))
# This takes the columns that change from its parameters.
CHANGE_ENTITY = update(ENTITIES).where(ENTITIES.c.id == IDENTITY)
ADD_ALIASES = update(ENTITIES).where(ENTITIES.c.id == IDENTITY).values(aliases=bindparam("aliases"))
# With every slug that leads to each, and so a row a slug.
LEAVING = (
    select(Entity.id, EntitySlug.slug)
    .join(EntitySlug, EntitySlug.entity_id == Entity.id)
    .where(Entity.id.in_(bindparam("identities")), Entity.article_count == 0)
)
MOVE_COUNTS = (
    update(ENTITIES)
    .where(ENTITIES.c.id == bindparam("identity"))
    .values(
        article_count=ENTITIES.c.article_count + bindparam("articles"),
        mention_count=ENTITIES.c.mention_count + bindparam("mentions"),
    )
)
OLD_IDS = select(EntityId.old_id, EntityId.entity_id).where(EntityId.entity_id.in_(bindparam("identities")))
DELETE_OLD_IDS = delete(OLD).where(OLD.c.old_id.in_(bindparam("identities")))
DELETE_UNNAMED = delete(ENTITIES).where(
    ENTITIES.c.id.in_(bindparam("identities")), ENTITIES.c.article_count == 0
)

# Listed links.
# Of a title that ever more articles have, every one of which would be held against every page that lists it,
# none is a candidate.
MOST_ALIKE = 100
FEW_HAVE = (
    select(Article.title_digest)
    .where(Article.title_digest.in_(bindparam("digests")))
    .group_by(Article.title_digest)
    .having(func.count() <= MOST_ALIKE)
)
CANDIDATES = select(Article.id, Article.title_digest, Article.published_at).where(
    Article.title_digest.in_(FEW_HAVE)
)


def _listed(*conditions: ColumnElement[bool]) -> AnySelect:
    columns = (
        RelatedLink.id,
        RelatedLink.article_id,
        RelatedLink.title_digest,
        RelatedLink.printed_date,
        RelatedLink.target_id,
        RelatedLink.score,
        RelatedLink.reasons,
        Article.published_at,
    )
    rows = select(*columns).join(Article, Article.id == RelatedLink.article_id).where(*conditions)
    return rows.order_by(RelatedLink.article_id, RelatedLink.place)


# Of those to a title that too many have only what led to one before: the others lead to none as it is.
LISTED = _listed(
    RelatedLink.title_digest.in_(bindparam("digests")),
    or_(RelatedLink.target_id.is_not(None), RelatedLink.title_digest.in_(FEW_HAVE)),
)
LISTED_BY = _listed(RelatedLink.article_id == IDENTITY, RelatedLink.basis == "listed")
# These take the columns that change from their parameters.
POINT = SCORE = update(LINKS).where(LINKS.c.id == bindparam("link"))

# Computed links. The rarest features of an article are looked up, each in the articles published next before
# and after it: what is found does not depend on the order of seeding, nor what it costs on their number.
SOUGHT, NEAR, FOUND = 24, 50, 24


def _side(number: int, *, is_later: bool) -> Select[Any]:
    """Select those of feature `number` that were published nearest on one side of the article at hand."""
    published = POSTINGS.c.published_asc
    is_near = published > bindparam("published") if is_later else published <= bindparam("published")
    order = (
        (published, POSTINGS.c.article_id) if is_later else (published.desc(), POSTINGS.c.article_id.desc())
    )
    share = (POSTINGS.c.weight * bindparam(f"weight_{number}", type_=BigInteger)).label("share")
    rows = select(POSTINGS.c.article_id, share).where(
        POSTINGS.c.feature == bindparam(f"feature_{number}"), is_near
    )
    return select(rows.order_by(*order).limit(NEAR).subquery())


def _alike() -> Select[Any]:
    sides = [_side(number, is_later=later) for number in range(SOUGHT) for later in (False, True)]
    found = union_all(*sides).subquery()
    ranked = select(found.c.article_id).where(found.c.article_id != IDENTITY).group_by(found.c.article_id)
    return ranked.order_by(func.sum(found.c.share).desc(), found.c.article_id).limit(FOUND)


ALIKE = _alike()
VECTORS = (
    select(ArticleFeatures.article_id, ArticleFeatures.weights, Article.published_at)
    .join(Article, Article.id == ArticleFeatures.article_id)
    .where(ArticleFeatures.article_id.in_(bindparam("identities")))
)
FEATURES = (
    select(ArticleFeatures.names, ArticleFeatures.weights, Article.published_at)
    .join(Article, Article.id == ArticleFeatures.article_id)
    .where(ArticleFeatures.article_id == IDENTITY)
)
LINK_COLUMNS = (LINKS.c.id, LINKS.c.article_id, LINKS.c.target_id, LINKS.c.basis, LINKS.c.score)
LINKS_OF = select(*LINK_COLUMNS, LINKS.c.reasons).where(
    LINKS.c.article_id.in_(bindparam("identities")), LINKS.c.target_id.is_not(None)
)
# Those that a page lists and that have no score yet, from the article at hand and to it.
UNSCORED_LINKS = select(*LINK_COLUMNS).where(
    or_(LINKS.c.article_id == IDENTITY, LINKS.c.target_id == IDENTITY),
    LINKS.c.target_id.is_not(None),
    LINKS.c.score.is_(None),
)


def _last_links() -> Select[Any]:
    """Select of each of some articles the link with the lowest score, and how many have one."""
    worst_first = (LINKS.c.score, LINKS.c.target_id.desc())
    ranked = select(
        *LINK_COLUMNS,
        func.count().over(partition_by=LINKS.c.article_id).label("scored"),
        func.row_number().over(partition_by=LINKS.c.article_id, order_by=worst_first).label("rank"),
    ).where(LINKS.c.article_id.in_(bindparam("identities")), LINKS.c.score.is_not(None))
    links = ranked.subquery()
    return select(links).where(links.c.rank == 1)


LAST_LINKS = _last_links()
NAMES_OF = select(Entity.id, Entity.slug, Entity.name).where(Entity.id.in_(bindparam("identities")))
DELETE_LINKS = delete(LINKS).where(LINKS.c.id.in_(bindparam("identities")))
DELETE_COMPUTED_TO = delete(LINKS).where(LINKS.c.target_id == IDENTITY, LINKS.c.basis == "computed")
UNSCORE_TO = update(LINKS).where(LINKS.c.target_id == IDENTITY, LINKS.c.score.is_not(None))
