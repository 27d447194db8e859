"""The statements that read the rows of an export.

Statements named `…_CHUNK` read the next rows of a table. Statements named `…_RANGE` read the rows from a
first to a last sort key. The others read what belongs to these rows, such as links.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BindParameter, bindparam, exists, func, select, tuple_
from sqlalchemy.orm import aliased

from api.database.base import AnySelect, Base, table_of
from api.database.column_types import Id
from api.models import (
    Article,
    ArticleDocument,
    ArticleEntity,
    ArticleFeatures,
    ArticleMentions,
    ArticleSlug,
    Change,
    Corpus,
    Entity,
    EntityId,
    EntitySlug,
    Folder,
    FormerStory,
    RelatedLink,
    Revision,
    Takeaway,
)
from seeds.transfer.line_fields import CHANGE_COLUMNS, ENTITY_COLUMNS, FORMER_STORY_COLUMNS, REVISION_COLUMNS

# The largest number of rows that are read at a time.
CHUNK_ROWS = 200


def _columns_of(model: type[Base], names: Iterable[str]) -> list[Any]:
    return [table_of(model).c[name] for name in names]


# Statements that read the next `CHUNK_ROWS` rows of a table, a chunk. Their parameters are named after the
# sort columns, and have the values of the last row of the previous chunk.
CORPUS_ROW = select(*_columns_of(Corpus, ("revision", "secret_key", "last_article", "last_entity")))
ENTITY_CHUNK = (
    select(*_columns_of(Entity, ("number", *ENTITY_COLUMNS)))
    .where(Entity.id > bindparam("id"))
    .order_by(Entity.id)
    .limit(CHUNK_ROWS)
)
DOCUMENT_SIZE = func.length(ArticleDocument.document) + func.length(ArticleDocument.content)
ARTICLE_CHUNK = (
    select(ArticleDocument.article, DOCUMENT_SIZE.label("size"))
    .where(ArticleDocument.article > bindparam("article"))
    .order_by(ArticleDocument.article)
    .limit(CHUNK_ROWS)
)
REMOVED_CHUNK = (
    select(ArticleSlug.article_id)
    .where(
        ArticleSlug.article_id > bindparam("article_id"),
        ~exists().where(Article.id == ArticleSlug.article_id),
    )
    .distinct()
    .order_by(ArticleSlug.article_id)
    .limit(CHUNK_ROWS)
)
REVISION_KEY = tuple_(Revision.article_id, Revision.revision)
REVISION_SIZE = func.length(Revision.document) + func.length(Revision.content)
REVISION_CHUNK = (
    select(Revision.article_id, Revision.revision, REVISION_SIZE.label("size"))
    .where(tuple_(bindparam("article_id", type_=Id()), bindparam("revision")) < REVISION_KEY)
    .order_by(Revision.article_id, Revision.revision)
    .limit(CHUNK_ROWS)
)
FORMER_STORY_CHUNK = (
    select(*_columns_of(FormerStory, FORMER_STORY_COLUMNS))
    .where(FormerStory.id > bindparam("id"))
    .order_by(FormerStory.id)
    .limit(CHUNK_ROWS)
)
CHANGE_CHUNK = (
    select(*_columns_of(Change, ("sequence", "kind", *CHANGE_COLUMNS)))
    .where(Change.sequence > bindparam("sequence"))
    .order_by(Change.sequence)
    .limit(CHUNK_ROWS)
)
FIRST: BindParameter[int] = bindparam("first")
LAST: BindParameter[int] = bindparam("last")
# Statements that read a part of a chunk with the documents, from a first to a last sort key.
FOUNDERS = aliased(Article)
ARTICLE_RANGE = (
    select(
        *_columns_of(Article, ("number", "id", "key", "derived_digest", "published_key")),
        *_columns_of(Article, ("created_at", "updated_at", "revision")),
        Folder.path.label("folder"),
        FOUNDERS.id.label("story"),
        ArticleDocument.document,
        ArticleDocument.content,
    )
    .join(ArticleDocument, ArticleDocument.article == Article.number)
    .join(Folder, Folder.number == ArticleDocument.folder)
    .join(FOUNDERS, FOUNDERS.number == Article.story)
    .where(Article.number.between(FIRST, LAST))
    .order_by(Article.number)
)
REVISION_RANGE = (
    select(*_columns_of(Revision, REVISION_COLUMNS), Revision.content, Revision.document)
    .where(
        tuple_(bindparam("first_id", type_=Id()), bindparam("first")) <= REVISION_KEY,
        tuple_(bindparam("last_id", type_=Id()), bindparam("last")) >= REVISION_KEY,
    )
    .order_by(Revision.article_id, Revision.revision)
)
# The numbers of the entities whose slugs and former ids are read, and the ids of removed articles.
OWNERS: BindParameter[Any] = bindparam("owners", expanding=True)


def _select_owned(owner: Any, *columns: Any) -> AnySelect:
    return select(owner.label("owner"), *columns).where(owner.in_(OWNERS))


def _select_parts(article: Any, *columns: Any) -> AnySelect:
    """Return a SELECT of rows that belong to several articles, such as their links.

    `article` is the column with the number of the article. It is selected as `owner`, before `columns`. The
    bound parameters `FIRST` and `LAST` limit this number.
    """
    return select(article.label("owner"), *columns).where(article.between(FIRST, LAST)).order_by(article)


ENTITY_SLUGS = _select_owned(EntitySlug.entity, EntitySlug.slug)
ENTITY_IDS = _select_owned(EntityId.entity, EntityId.old_id)
REMOVED_SLUGS = _select_owned(ArticleSlug.article_id, ArticleSlug.slug)
ENTITY_ID_OF = select(Entity.number, Entity.id).where(Entity.number.in_(OWNERS))
ARTICLE_SLUGS = _select_parts(Article.number, ArticleSlug.slug).join(
    ArticleSlug, ArticleSlug.article_id == Article.id
)
TAKEAWAYS = (
    select(*_columns_of(Takeaway, ("number", "text", "evidence")))
    .where(Takeaway.number.between(FIRST, LAST))
    .order_by(Takeaway.number.desc())
)
ARTICLE_ENTITIES = (
    _select_parts(
        ArticleEntity.article, Entity.id, *_columns_of(ArticleEntity, ("salience", "own_name", "own_type"))
    )
    .join(Entity, Entity.number == ArticleEntity.entity)
    .order_by(ArticleEntity.position)
)
MENTIONS = _select_parts(ArticleMentions.article, ArticleMentions.mentions)
TARGETS = aliased(Article)
LINKS = (
    _select_parts(
        RelatedLink.article,
        *_columns_of(RelatedLink, ("basis", "title", "printed_date")),
        TARGETS.id.label("target_id"),
        *_columns_of(RelatedLink, ("score_key", "reasons")),
    )
    .outerjoin(TARGETS, TARGETS.number == RelatedLink.target)
    .order_by(RelatedLink.precedence.desc())
)
FEATURES = _select_parts(ArticleFeatures.article, ArticleFeatures.features)
