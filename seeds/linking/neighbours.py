"""Find the nearest neighbours of an article, by the cosine similarity of feature vectors.

The search has two steps:

1. Find candidates through an inverted index. `postings` has a row for each of the 24 heaviest features of
   each article. For each of these features of the given article, the index returns the 50 articles published
   last before the article and the 50 published first after it. The cost is therefore bounded, whatever the
   size of the corpus, and the result does not depend on the order of seeding. The 24 articles with the
   highest sum of weight products are kept.
2. Compute the similarity of each candidate from the complete vectors:

       similarity(a, b) = sum over shared features f of a[f] * b[f]

An article is a neighbour if the similarity is at least `MIN_SCORE`. `link_reasons` explains the similarity.

Reference: Salton, Wong and Yang, "A vector space model for automatic indexing" (1975).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Connection, Select, bindparam, func, select, union_all

from api.database.base import table_of
from api.models import Article, ArticleFeatures, Entity, Posting, published_keys
from seeds.bulk import insert_rows
from seeds.linking.article_features import ENTITY_PREFIX
from seeds.linking.feature_vectors import WEIGHT_SCALE, FeatureVector, pack, unpack, weight_products
from seeds.linking.link_reasons import Reasons, Terms, explain
from seeds.linking.written_terms import WrittenTerm, bare_terms

# The lowest similarity at which two articles are linked.
MIN_SCORE = 0.14
# The number of features of an article that have postings, that is, rows in the inverted index.
INDEXED_FEATURES = 24
# The number of postings that are read for a feature, from before and from after the article's publication.
POSTINGS_PER_SIDE = 50
MAX_CANDIDATES = 24

POSTINGS = table_of(Posting)
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)


def _select_postings(number: int, *, is_later: bool) -> Select[Any]:
    """Return a SELECT of the articles that share one feature with a given article, near it in time.

    A feature is a word or entity. The statement reads the inverted index, up to `POSTINGS_PER_SIDE` articles
    on one side of the given article. Each row has an `article_id` and a `product`, the weight of the feature
    in both articles multiplied. The bound parameters are `published`, the `published_asc` of the given
    article, and `feature_{number}` and `weight_{number}`, the hash of the feature and its weight in the given
    article.

    Args:
        number: The number in the names of the bound parameters, which differs for each feature.
        is_later: True to select articles published after the given article, and False to select those
            published before it or at the same time, which include the given article.
    """
    published = POSTINGS.c.published_asc
    on_this_side = published > bindparam("published") if is_later else published <= bindparam("published")
    order = (
        (published, POSTINGS.c.article_id) if is_later else (published.desc(), POSTINGS.c.article_id.desc())
    )
    product = (POSTINGS.c.weight * bindparam(f"weight_{number}", type_=BigInteger)).label("product")
    rows = select(POSTINGS.c.article_id, product).where(
        POSTINGS.c.feature == bindparam(f"feature_{number}"), on_this_side
    )
    return select(rows.order_by(*order).limit(POSTINGS_PER_SIDE).subquery())


def _select_candidates() -> Select[Any]:
    """Return a SELECT of the ids of up to `MAX_CANDIDATES` articles that can be similar to a given article.

    It adds up the products from `_select_postings` for each article, over all indexed features, and selects
    the articles with the highest sums, highest first. The bound parameters are `identity`, the id of the
    given article, which is excluded, and the parameters of `_select_postings` for each number below
    `INDEXED_FEATURES`.
    """
    sides = [
        _select_postings(number, is_later=is_later)
        for number in range(INDEXED_FEATURES)
        for is_later in (False, True)
    ]
    postings = union_all(*sides).subquery()
    candidate = postings.c.article_id
    rows = select(candidate).where(candidate != bindparam("identity")).group_by(candidate)
    return rows.order_by(func.sum(postings.c.product).desc(), candidate).limit(MAX_CANDIDATES)


CANDIDATES = _select_candidates()
VECTORS = (
    select(ArticleFeatures.article_id, ArticleFeatures.weights, Article.published_at)
    .join(Article, Article.id == ArticleFeatures.article_id)
    .where(ArticleFeatures.article_id.in_(IDENTITIES))
)
TERMS = select(ArticleFeatures.article_id, ArticleFeatures.names, ArticleFeatures.terms).where(
    ArticleFeatures.article_id.in_(IDENTITIES)
)
ENTITY_NAMES = select(Entity.id, Entity.slug, Entity.name).where(Entity.id.in_(IDENTITIES))


class Neighbour(NamedTuple):
    """An article that is similar to a given article.

    `article` is the id of the similar article, and `published_at` is when it was published, or None if that
    is unknown. `score` is the similarity of the two articles, from 0 to 1. `reasons` are the shared words and
    entities that contribute most to the score, as the JSON objects that the API serves, with the words of the
    given article. `reasons_back` are the same with the words of the similar article. A list is empty if it
    was not asked for, or if the articles share only numbers.
    """

    article: UUID
    score: float
    reasons: Reasons
    reasons_back: Reasons
    published_at: datetime | None


def find_neighbours(
    connection: Connection,
    identity: UUID,
    vector: FeatureVector,
    published_at: datetime | None,
    *,
    both_ways: bool = False,
) -> list[Neighbour]:
    """Return the articles that are similar to the article `identity`, the most similar first.

    The heaviest features of each article are indexed. For each indexed feature of this article, the search
    reads the other articles for which the feature is also indexed: the last `POSTINGS_PER_SIDE` that were
    published before this article or at the same time, and the first `POSTINGS_PER_SIDE` that were published
    after it. Of all these, the `MAX_CANDIDATES` articles with the highest sum of weight products are compared
    with this article, and those with a similarity of at least `MIN_SCORE` are returned.

    Args:
        connection: The connection.
        identity: The id of the article.
        vector: The feature vector of the article.
        published_at: When the article was published. None counts as later than all dates: the search reads
            the other articles without a date first, and then the latest articles.
        both_ways: True to find the reasons for links from the similar articles to this article too.
    """
    candidates = _find_candidates(connection, identity, vector, published_at)
    rows = connection.execute(VECTORS, {"identities": candidates}).all() if candidates else ()
    compared = [
        (row.article_id, weight_products(vector.weights, unpack(row.weights)), row.published_at)
        for row in rows
    ]
    scored = [(_similarity(products), article, products, when) for article, products, when in compared]
    similar = sorted((row for row in scored if row[0] >= MIN_SCORE), key=lambda row: (-row[0], row[1]))
    products_by_article = {article: vector.by_name(products) for _, article, products, _ in similar}
    entities = _read_entities(connection, products_by_article.values())
    terms = dict(zip(vector.names, vector.terms, strict=True))
    terms_of_others = _read_terms(connection, list(products_by_article)) if both_ways and similar else {}
    return [
        Neighbour(
            article,
            score,
            explain(score, products_by_article[article], terms, entities),
            explain(score, products_by_article[article], terms_of_others[article], entities)
            if both_ways
            else [],
            when,
        )
        for score, article, _, when in similar
    ]


def _similarity(products: Mapping[int, int]) -> float:
    return min(1.0, round(sum(products.values()) / WEIGHT_SCALE**2, 4))


def _find_candidates(
    connection: Connection, identity: UUID, vector: FeatureVector, published_at: datetime | None
) -> list[UUID]:
    heaviest = vector.heaviest(INDEXED_FEATURES)
    if not heaviest:
        return []
    # The statement needs exactly `INDEXED_FEATURES` features. If there are fewer, add features of weight 0.
    padded = [*heaviest, *[(0, 0)] * (INDEXED_FEATURES - len(heaviest))]
    parameters: dict[str, Any] = {
        "identity": identity,
        "published": published_keys(published_at)["published_asc"],
    }
    for number, (feature, weight) in enumerate(padded):
        parameters[f"feature_{number}"] = feature
        parameters[f"weight_{number}"] = weight
    return [*connection.scalars(CANDIDATES, parameters).all()]


def _read_entities(
    connection: Connection, products: Iterable[Mapping[str, int]]
) -> dict[str, dict[str, Any]]:
    """Return the entities that similar articles share, each as `{"id": …, "slug": …, "name": …}`.

    `products` has a mapping for each similar article. Its keys are the names of the shared features; for an
    entity, this name is `=` and the id. The keys of the result are these names.
    """
    names = {name for each in products for name in each if name.startswith(ENTITY_PREFIX)}
    if not names:
        return {}
    identities = [UUID(name.removeprefix(ENTITY_PREFIX)) for name in sorted(names)]
    rows = connection.execute(ENTITY_NAMES, {"identities": identities}).all()
    return {
        ENTITY_PREFIX + row.id.hex: {"id": str(row.id), "slug": row.slug, "name": row.name} for row in rows
    }


def _read_terms(connection: Connection, articles: list[UUID]) -> dict[UUID, Terms]:
    """Return how each of `articles` writes its features, by the id of the article and the feature's name."""
    rows = connection.execute(TERMS, {"identities": articles}).all()
    return {row.article_id: dict(zip(row.names, stored_terms(row), strict=True)) for row in rows}


def stored_terms(row: Any) -> list[WrittenTerm | None]:
    """Return how an article writes its features, from its `row` in the table `article_features`.

    The column `terms` is NULL if the row was written before the table had this column. Then the terms are the
    features themselves.
    """
    if row.terms is None:
        return bare_terms(row.names)
    return [
        WrittenTerm(term, None) if isinstance(term, str) else term and WrittenTerm(*term)
        for term in row.terms
    ]


def insert_features(
    connection: Connection, identity: UUID, vector: FeatureVector, published_asc: datetime
) -> None:
    """Insert the feature vector of an article, and the rows of the inverted index by which others find it.

    Do nothing if the vector is empty. `identity` is the id of the article. `published_asc` is its column of
    this name: the time of the publication, or `UNDATED_ASC`, later than all dates, if the time is unknown.
    """
    if vector.names:
        insert_rows(connection, ArticleFeatures, [features_row(identity, vector)])
        insert_rows(connection, Posting, posting_rows(identity, vector, published_asc))


def features_row(identity: UUID, vector: FeatureVector) -> dict[str, Any]:
    """Return the row of the table `article_features` with the feature vector of the article `identity`."""
    return {
        "article_id": identity,
        "names": vector.names,
        "terms": [term and (tuple(term) if term.entity else term.text) for term in vector.terms],
        "weights": pack(vector.weights),
    }


def posting_rows(identity: UUID, vector: FeatureVector, published_asc: datetime) -> list[dict[str, Any]]:
    """Return the rows of the inverted index for an article: one for each of its heaviest features.

    `vector` has the features of the article. At most `INDEXED_FEATURES` features get a row. `identity` is the
    id of the article. `published_asc` is its column of this name: the time of the publication, or
    `UNDATED_ASC`, later than all dates, if the time is unknown.
    """
    common = {"published_asc": published_asc, "article_id": identity}
    return [
        common | {"feature": feature, "weight": weight}
        for feature, weight in vector.heaviest(INDEXED_FEATURES)
    ]
