"""Read the feature vectors of stored articles, and cache the most recently used vectors in memory.

A feature vector has the weighted words and entities of an article, for the comparison of articles.
"""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from api.models import Article, ArticleFeatures, published_at_of
from seeds.linking.feature_vectors import FeatureVector, read_vector

# A vector takes 8 to 12 KB of memory.
MAX_VECTORS = 1_000
VECTORS = (
    select(Article.number, Article.id, Article.published_key, ArticleFeatures.features)
    .join(ArticleFeatures, ArticleFeatures.article == Article.number)
    .where(Article.number.in_(bindparam("numbers", expanding=True)))
)


class LinkedArticle(NamedTuple):
    """An article whose links are computed.

    Attributes:
        number: The database number of the article.
        id: The id of the article.
        vector: Its weighted words and entities, to compare articles.
        published_at: When it was published, if known.
    """

    number: int
    id: UUID
    vector: FeatureVector
    published_at: datetime | None


class VectorCache:
    """A cache of the most recently used feature vectors, the weighted words and entities of articles.

    Clear the cache after a rollback, because it can contain articles that were not stored.

    Args:
        max_vectors: The number of vectors to keep. A single call of `read` can use more.
    """

    def __init__(self, max_vectors: int = MAX_VECTORS) -> None:
        self._max_vectors = max_vectors
        self._articles: OrderedDict[int, LinkedArticle] = OrderedDict()

    def read(self, connection: Connection, numbers: Iterable[int]) -> dict[int, LinkedArticle]:
        """Return articles and their feature vectors, by the database number of the article.

        Vectors that are not in the cache are read from the database. Articles without features are left out.
        `numbers` are database numbers.
        """
        wanted = {*numbers}
        found = {number: self._articles[number] for number in wanted if number in self._articles}
        missing = sorted(wanted - found.keys())
        rows = connection.execute(VECTORS, {"numbers": missing}) if missing else ()
        for number, identity, published, features in rows:
            found[number] = LinkedArticle(number, identity, read_vector(features), published_at_of(published))
        for number in sorted(found):
            self.add(found[number])
        return found

    def add(self, article: LinkedArticle) -> None:
        """Add `article`, whose vector is in the database, as the most recently used article.

        If the cache is full, remove the article that was not used for the longest time.
        """
        self._articles[article.number] = article
        self._articles.move_to_end(article.number)
        while len(self._articles) > self._max_vectors:
            self._articles.popitem(last=False)

    def discard(self, number: int) -> None:
        """Remove the article with the number `number` from the cache, if it is there.

        Call this if the vector of the article is changed or deleted.
        """
        self._articles.pop(number, None)

    def clear(self) -> None:
        """Remove all vectors."""
        self._articles.clear()
