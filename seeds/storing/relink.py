"""What was derived, anew: from articles that are there, with the rules and the catalogue of today.

No article has a new revision of it, and the feed of changes nothing; the corpus is counted one on.
"""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from api.db import table_of
from api.models import Article, ArticleFeatures
from seeds.extraction.mentions import EntityMatcher
from seeds.linking.computed_links import link
from seeds.linking.feature_vectors import Vector, unpack
from seeds.linking.listed_links import resolve
from seeds.storing.derivation import derive
from seeds.storing.derived_rows import write_parts
from seeds.storing.history import increment_corpus_revision
from seeds.storing.stored_article import read_whole

ARTICLES = table_of(Article)
SET_DERIVED_DIGEST = (
    update(ARTICLES).where(ARTICLES.c.id == bindparam("identity")).values(derived_digest=bindparam("digest"))
)
FEATURES = (
    select(ArticleFeatures.names, ArticleFeatures.weights, Article.published_at)
    .join(Article, Article.id == ArticleFeatures.article_id)
    .where(ArticleFeatures.article_id == bindparam("identity"))
)


def reread(connection: Connection, identity: UUID, matcher: EntityMatcher) -> bool:
    """Derive anew what is derived from an article alone; tells whether anything changed."""
    whole = read_whole(connection, identity)
    content = whole.content
    derived = derive(content.prose, matcher)
    if derived.digest == whole.derived_digest:
        return False
    connection.execute(SET_DERIVED_DIGEST, {"identity": identity, "digest": derived.digest})
    seeded = {"created_at": whole.created_at, "updated_at": whole.updated_at}
    write_parts(connection, identity, content, derived, seeded, is_new=False)
    resolve(connection, identity, {content.columns["title_digest"]})
    increment_corpus_revision(connection)
    return True


def relink(connection: Connection, identity: UUID) -> bool:
    """Compute the links of an article anew; tells whether any changed."""
    row = connection.execute(FEATURES, {"identity": identity}).one_or_none()
    vector = Vector(row.names, unpack(row.weights)) if row else Vector([], {})
    changed = link(connection, identity, vector, row.published_at if row else None)
    if changed:
        increment_corpus_revision(connection)
    return changed
