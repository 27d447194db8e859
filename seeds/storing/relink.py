"""The steps of `flask seed relink`: derive the entities, evidence and links of stored articles again.

Evidence is the paragraphs that support a key point. Articles get no new revision, and the change feed gets no
entry. The corpus revision increases if something changed.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, select, update

from api.database.base import table_of
from api.models import Article, ArticleDocument, published_at_of
from api.v1.article_content import unpack_content
from seeds.console import progress
from seeds.extraction.mentions import EntityMatcher
from seeds.identifiers import title_hash
from seeds.linking.computed_links import replace_computed_links
from seeds.linking.feature_vectors import FeatureVector
from seeds.linking.inverted_index import insert_features
from seeds.linking.listed_links import resolve_listed_links
from seeds.linking.vector_cache import LinkedArticle, VectorCache
from seeds.preparing.article_record import ArticleRecord
from seeds.preparing.derivation import derive
from seeds.preparing.prepared_article import PreparedData, pack_record, prepare_data
from seeds.preparing.worker_pool import WorkerPool
from seeds.stories.key_points import KeyPointChooser
from seeds.stories.story_rows import write_stories
from seeds.storing.derived_rows import DerivedArticle, delete_derived_rows, insert_derived_rows
from seeds.storing.history import increment_corpus_revision
from seeds.storing.rendering import delete_renderings
from seeds.storing.stored_article import StoredArticle, read_stored_articles
from seeds.storing.transactions import Transaction

# The number of articles that are written in one transaction.
BATCH_SIZE = 100
ARTICLES = table_of(Article)
CONTENTS = (
    select(Article.number, Article.derived_digest, ArticleDocument.document, ArticleDocument.content)
    .join_from(Article, ArticleDocument, ArticleDocument.article == Article.number)
    .where(Article.number.in_(bindparam("numbers", expanding=True)))
)
IDENTITIES = select(Article.number, Article.id, Article.published_key).where(
    Article.number.in_(bindparam("numbers", expanding=True))
)
STORIES = select(Article.story).where(Article.number.in_(bindparam("numbers", expanding=True)))
SET_DERIVED_DIGEST = (
    update(ARTICLES)
    .where(ARTICLES.c.number == bindparam("article_number"))
    .values(derived_digest=bindparam("digest"))
)


class _Content(NamedTuple):
    number: int
    derived_digest: bytes
    document: bytes
    content: bytes


def rederive_articles(
    begin: Transaction,
    articles: Sequence[int],
    pool: WorkerPool[EntityMatcher],
    vectors: VectorCache,
    key_points: KeyPointChooser,
) -> int:
    """Derive the entities, evidence and features of stored articles again, and store them if they changed.

    Evidence is the paragraphs that support a key point. Features are weighted words and entities. The
    computed links of a changed article are deleted. `relink_articles` inserts new ones.

    Args:
        begin: Opens a write transaction.
        articles: The database numbers of the articles, in the order of storing.
        pool: The processes that derive the data.
        vectors: Reads the feature vectors.
        key_points: Chooses the key points of the stories that contain changed articles.

    Returns:
        The number of articles whose derived data changed.
    """
    changed: dict[int, PreparedData] = {}
    count = 0
    results = pool.map(_derive, _read_contents(begin, articles))
    for number, derived in progress(results, "Deriving", len(articles)):
        if derived:
            changed[number] = derived
            count += 1
        if len(changed) == BATCH_SIZE:
            _store(begin, changed, vectors, key_points)
            changed = {}
    _store(begin, changed, vectors, key_points)
    return count


def _read_contents(begin: Transaction, articles: Sequence[int]) -> Iterator[_Content]:
    for start in range(0, len(articles), BATCH_SIZE):
        several = articles[start : start + BATCH_SIZE]
        with begin() as connection:
            contents = {
                row.number: _Content(*row) for row in connection.execute(CONTENTS, {"numbers": several})
            }
        yield from (contents[number] for number in several)


def _derive(matcher: EntityMatcher, stored: _Content) -> tuple[int, PreparedData | None]:
    """Return the database number of the article `stored`, and its derived data if they have changed.

    If the derived data equal the stored data, the second value is None. `matcher` finds the entities.
    """
    content = unpack_content(stored.content, stored.document)
    derived = derive(ArticleRecord("", content, None).article_text, matcher)
    return stored.number, None if derived.digest == stored.derived_digest else prepare_data(derived)


def _store(
    begin: Transaction, changed: dict[int, PreparedData], vectors: VectorCache, key_points: KeyPointChooser
) -> None:
    """Store the derived data of articles, and write the rows of their stories again.

    Args:
        begin: Opens a write transaction.
        changed: The derived data of each article, by its database number, in the order of storing.
        vectors: Reads the feature vectors.
        key_points: Chooses the key points of the stories.
    """
    if not changed:
        return
    with begin() as connection:
        stored = {each.number: each for each in read_stored_articles(connection, changed)}
        for number, derived in changed.items():
            _replace(connection, stored[number], derived, vectors)
        stories = connection.scalars(STORIES, {"numbers": list(changed)})
        write_stories(connection, set(stories), key_points)
        increment_corpus_revision(connection, len(changed))


def _replace(
    connection: Connection, stored: StoredArticle, derived: PreparedData, vectors: VectorCache
) -> None:
    number, record = stored.number, stored.record
    connection.execute(SET_DERIVED_DIGEST, {"article_number": number, "digest": derived.digest})
    previous = delete_derived_rows(connection, number, vectors)
    packed = pack_record(record, stored.document)
    article = DerivedArticle(
        number, stored.story, stored.id, record, packed, derived, stored.created_at, stored.updated_at
    )
    insert_derived_rows(connection, [article], previous)
    linked = LinkedArticle(number, stored.id, derived.vector, record.published_at)
    insert_features(connection, [linked], vectors)
    changed = resolve_listed_links(connection, [number], {title_hash(record.content["title"])})
    delete_renderings(connection, changed)


def relink_articles(begin: Transaction, articles: Sequence[int], vectors: VectorCache) -> int:
    """Replace the computed links from each article by links to the articles that are most similar now.

    Args:
        begin: Opens a write transaction.
        articles: The database numbers of the articles.
        vectors: Reads the stored features (weighted words and entities).

    Returns:
        The number of articles whose links changed.
    """
    count = 0
    starts = range(0, len(articles), BATCH_SIZE)
    for start in progress(starts, "Linking"):
        with begin() as connection:
            changed = _relink(connection, articles[start : start + BATCH_SIZE], vectors)
            if changed:
                increment_corpus_revision(connection, changed)
        count += changed
    return count


def _relink(connection: Connection, articles: Sequence[int], vectors: VectorCache) -> int:
    featured = vectors.read(connection, articles)
    others = [number for number in articles if number not in featured]
    for row in connection.execute(IDENTITIES, {"numbers": others}) if others else ():
        published_at = published_at_of(row.published_key)
        featured[row.number] = LinkedArticle(row.number, row.id, FeatureVector({}, []), published_at)
    changed = replace_computed_links(connection, [featured[number] for number in articles], vectors)
    delete_renderings(connection, changed)
    return len(changed)
