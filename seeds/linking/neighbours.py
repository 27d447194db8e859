"""Find the nearest neighbours of articles, by the cosine similarity of their features.

Features are weighted words and entities. The search has two steps:

1. Find the 24 best articles through an inverted index (see `inverted_index`).
2. Compute the similarity of each retrieved article from all features:

       similarity(a, b) = sum over shared features f of a[f] * b[f]

An article is a neighbour if the similarity is at least `MIN_SIMILARITY`.

Reference: Salton, Wong and Yang, "A vector space model for automatic indexing" (1975).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from api.models import Entity
from seeds.linking.article_features import ENTITY_PREFIX
from seeds.linking.feature_vectors import WEIGHT_SCALE, weight_products
from seeds.linking.inverted_index import retrieve_articles
from seeds.linking.link_reasons import Reasons, SharedEntity, explain
from seeds.linking.vector_cache import LinkedArticle, VectorCache

# The lowest similarity at which two articles are linked.
MIN_SIMILARITY = 0.14
# Higher than the number of any article.
ANY_NUMBER = (1 << 62) - 1
ENTITY_NAMES = select(Entity.id, Entity.number, Entity.name).where(
    Entity.id.in_(bindparam("identities", expanding=True))
)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A pair of similar articles: a given article, and an article that was found for it.

    Attributes:
        given: The given article.
        other: The article that was found.
        score: The similarity of the two articles, from 0 to 1.
        products: The product of the two weights of each shared feature (word or entity), by its name.
        entities: The shared entities by the name of their feature. Entities of other pairs may be included.
    """

    given: LinkedArticle
    other: LinkedArticle
    score: float
    products: dict[str, int]
    entities: Mapping[str, SharedEntity]

    def explain(self) -> Reasons:
        """Return the reasons for a link from `given` to `other`: the words and entities that both share.

        The form is that of the column `RelatedLink.reasons`. The list is empty if the articles share only
        numbers.
        """
        return explain(self.score, self.products, self.given.vector.written_term_by_name(), self.entities)

    def reversed(self) -> "Neighbour":
        """Return this pair of articles with `given` and `other` exchanged."""
        return Neighbour(self.other, self.given, self.score, self.products, self.entities)


def find_neighbours(
    connection: Connection,
    articles: Sequence[LinkedArticle],
    vectors: VectorCache,
    *,
    only_earlier: bool = False,
) -> list[list[Neighbour]]:
    """Return, for each of `articles`, the articles that are similar to it, the most similar first.

    Args:
        articles: The articles. Their features are stored.
        vectors: Reads the weighted words and entities of other articles.
        only_earlier: True to find only articles with a lower database number.
    """
    retrieved = [
        retrieve_articles(connection, given, given.number if only_earlier else ANY_NUMBER)
        for given in articles
    ]
    read = vectors.read(connection, {number for numbers in retrieved for number in numbers})
    entities: dict[str, SharedEntity] = {}
    similar = [
        _compare(given, [read[number] for number in numbers], entities)
        for given, numbers in zip(articles, retrieved, strict=True)
    ]
    entities |= _read_entities(connection, (each.products for several in similar for each in several))
    return similar


def _compare(
    given: LinkedArticle, retrieved: Iterable[LinkedArticle], entities: Mapping[str, SharedEntity]
) -> list[Neighbour]:
    """Return those of `retrieved` whose similarity to `given` is at least `MIN_SIMILARITY`, best first.

    Args:
        retrieved: The articles to compare with it.
        entities: Entities by the name of their feature. The results refer to this mapping, which can be
            filled later.
    """
    similar = []
    for each in retrieved:
        products = weight_products(given.vector.weights, each.vector.weights)
        score = min(1.0, round(sum(products.values()) / WEIGHT_SCALE**2, 4))
        if score >= MIN_SIMILARITY:
            similar.append(Neighbour(given, each, score, products, entities))
    return sorted(similar, key=lambda each: (-each.score, each.other.id))


def _read_entities(connection: Connection, products: Iterable[Mapping[str, int]]) -> dict[str, SharedEntity]:
    """Return the entities that similar articles share, by the name of the entity's feature.

    `products` has a mapping for each pair of articles. A key is a shared word, or `=` and the id of a
    shared entity.
    """
    names = {name for each in products for name in each if name.startswith(ENTITY_PREFIX)}
    if not names:
        return {}
    identities = [UUID(name.removeprefix(ENTITY_PREFIX)) for name in sorted(names)]
    rows = connection.execute(ENTITY_NAMES, {"identities": identities}).all()
    return {ENTITY_PREFIX + row.id.hex: SharedEntity(row.number, row.name) for row in rows}
