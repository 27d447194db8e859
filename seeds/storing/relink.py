"""The steps of `flask seed relink` for one article: derive its entities, evidence and links again.

The current rules of extraction and the current catalogue of known entities are used. The article gets no new
revision, and the change feed gets no entry, but the corpus revision increases if something changed.
"""

from uuid import UUID

from sqlalchemy import Connection, bindparam, select, update

from api.database.base import table_of
from api.models import Article, ArticleFeatures
from seeds.extraction.mentions import EntityMatcher
from seeds.linking.computed_links import replace_computed_links
from seeds.linking.feature_vectors import FeatureVector, unpack
from seeds.linking.listed_links import resolve_listed_links
from seeds.linking.neighbours import stored_terms
from seeds.storing.derivation import derive
from seeds.storing.derived_rows import write_derived_rows
from seeds.storing.history import increment_corpus_revision
from seeds.storing.stored_article import read_stored_article

ARTICLES = table_of(Article)
SET_DERIVED_DIGEST = (
    update(ARTICLES).where(ARTICLES.c.id == bindparam("identity")).values(derived_digest=bindparam("digest"))
)
FEATURES = (
    select(ArticleFeatures.names, ArticleFeatures.weights, ArticleFeatures.terms, Article.published_at)
    .join(Article, Article.id == ArticleFeatures.article_id)
    .where(ArticleFeatures.article_id == bindparam("identity"))
)


def rederive(connection: Connection, identity: UUID, matcher: EntityMatcher) -> bool:
    """Derive the entities, evidence and features of a stored article again, and store them if they changed.

    Storing them deletes the computed links from and to the article. `relink` inserts them again, if it is
    called for all articles.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the article.
        matcher: Finds the entities.

    Returns:
        True if the derived data changed.
    """
    stored = read_stored_article(connection, identity)
    record = stored.record
    derived = derive(record.article_text, matcher)
    if derived.digest == stored.derived_digest:
        return False
    connection.execute(SET_DERIVED_DIGEST, {"identity": identity, "digest": derived.digest})
    timestamps = {"created_at": stored.created_at, "updated_at": stored.updated_at}
    write_derived_rows(connection, identity, record, derived, timestamps, is_new=False)
    resolve_listed_links(connection, identity, {record.columns["title_digest"]})
    increment_corpus_revision(connection)
    return True


def relink(connection: Connection, identity: UUID) -> bool:
    """Replace the computed links from an article by links to the articles that are most similar now.

    The stored features (weighted words and entities) of the articles are compared. `identity` is the id of
    the article. Return True if a link changed.
    """
    row = connection.execute(FEATURES, {"identity": identity}).one_or_none()
    vector = (
        FeatureVector(row.names, unpack(row.weights), stored_terms(row)) if row else FeatureVector([], {}, [])
    )
    changed = replace_computed_links(connection, identity, vector, row.published_at if row else None)
    if changed:
        increment_corpus_revision(connection)
    return changed
