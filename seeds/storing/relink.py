"""The steps of `flask seed relink`: derive the entities, evidence and links of stored articles again.

The current rules of extraction and the current catalogue of known entities are used. The article gets no new
revision, and the change feed gets no entry, but the corpus revision increases if something changed.
"""

from sqlalchemy import Connection, bindparam, update

from api.database.base import table_of
from api.models import Article
from seeds.identifiers import title_hash
from seeds.linking.computed_links import replace_computed_links
from seeds.linking.feature_vectors import FeatureVector
from seeds.linking.listed_links import resolve_listed_links
from seeds.linking.neighbours import LinkedArticle, insert_features, read_vector
from seeds.storing.derived_rows import (
    DerivedArticle,
    delete_derived_rows,
    delete_renderings,
    insert_derived_rows,
)
from seeds.storing.history import increment_corpus_revision
from seeds.storing.load import Derive
from seeds.storing.stored_article import read_stored_article

ARTICLES = table_of(Article)
SET_DERIVED_DIGEST = (
    update(ARTICLES)
    .where(ARTICLES.c.number == bindparam("article_number"))
    .values(derived_digest=bindparam("digest"))
)


def rederive(connection: Connection, number: int, derive: Derive) -> bool:
    """Derive the entities, evidence and features of a stored article again, and store them if they changed.

    Storing them deletes the computed links from and to the article. `relink` inserts them again, if it is
    called for all articles.

    Args:
        connection: The connection, in a write transaction.
        number: The number of the article.
        derive: Derives the data.

    Returns:
        True if the derived data changed.
    """
    stored = read_stored_article(connection, number)
    record = stored.record
    (derived,) = derive([record.article_text])
    if derived.digest == stored.derived_digest:
        return False
    connection.execute(SET_DERIVED_DIGEST, {"article_number": number, "digest": derived.digest})
    previous = delete_derived_rows(connection, number)
    article = DerivedArticle(number, stored.id, record, derived, stored.created_at, stored.updated_at)
    insert_derived_rows(connection, [article], previous)
    insert_features(connection, [LinkedArticle(number, stored.id, derived.vector, record.published_at)])
    changed = resolve_listed_links(connection, [number], {title_hash(record.content["title"])})
    delete_renderings(connection, sorted(changed))
    increment_corpus_revision(connection)
    return True


def relink(connection: Connection, number: int) -> bool:
    """Replace the computed links from an article by links to the articles that are most similar now.

    The stored features (weighted words and entities) of the articles are compared. `number` is the number of
    the article. Return True if a link changed.
    """
    stored = read_stored_article(connection, number)
    given = read_vector(connection, number) or LinkedArticle(
        number, stored.id, FeatureVector([], {}, []), stored.record.published_at
    )
    changed = replace_computed_links(connection, given)
    if changed:
        delete_renderings(connection, sorted(changed))
        increment_corpus_revision(connection)
    return bool(changed)
