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

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    select,
    union_all,
)

from api.database.base import table_of
from api.models import Article, ArticleFeatures, Entity, Posting, posting_key, posting_tie, published_at_of
from seeds.bulk import insert_rows
from seeds.linking.article_features import ENTITY_PREFIX
from seeds.linking.feature_vectors import WEIGHT_SCALE, FeatureVector, pack, unpack, weight_products
from seeds.linking.link_reasons import Reasons, SharedEntity, Terms, explain
from seeds.linking.written_terms import WrittenTerm

# The lowest similarity at which two articles are linked.
MIN_SCORE = 0.14
# The number of features of an article that have postings, that is, rows in the inverted index.
INDEXED_FEATURES = 24
# The number of postings that are read for a feature, from before and from after the article's publication.
POSTINGS_PER_SIDE = 50
MAX_CANDIDATES = 24

POSTINGS = table_of(Posting)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)


class LinkedArticle(NamedTuple):
    """An article whose links are computed: its number, its id, its feature vector and its publication.

    `published_at` is None if it is unknown when the article was published.
    """

    number: int
    id: UUID
    vector: FeatureVector
    published_at: datetime | None


def _select_postings(number: int, *, is_later: bool) -> Select[Any]:
    """Return a SELECT of the articles that share one feature with a given article, near it in time.

    A feature is a word or entity. The statement reads the inverted index, up to `POSTINGS_PER_SIDE` articles
    on one side of the given article. Each row has an `article`, its `tie`, and a `product`, the weight of the
    feature in both articles multiplied. The bound parameters are `published`, the key of the given article in
    the index, and `feature_{number}` and `weight_{number}`, the hash of the feature and its weight in the
    given article.

    Args:
        number: The number in the names of the bound parameters, which differs for each feature.
        is_later: True to select articles published after the given article, and False to select those
            published before it or at the same time, which include the given article.
    """
    published, tie = POSTINGS.c.published_key, POSTINGS.c.tie
    on_this_side = published > bindparam("published") if is_later else published <= bindparam("published")
    order = (published, tie) if is_later else (published.desc(), tie.desc())
    product = (POSTINGS.c.weight * bindparam(f"weight_{number}", type_=BigInteger)).label("product")
    rows = select(POSTINGS.c.article, tie, product).where(
        POSTINGS.c.feature == bindparam(f"feature_{number}"), on_this_side
    )
    return select(rows.order_by(*order).limit(POSTINGS_PER_SIDE).subquery())


def _select_candidates() -> Select[Any]:
    """Return a SELECT of up to `MAX_CANDIDATES` articles that can be similar to a given article.

    It adds up the products from `_select_postings` for each article, over all indexed features, and selects
    the articles with the highest sums, highest first. The bound parameters are `article`, the number of the
    given article, which is excluded, and the parameters of `_select_postings` for each number below
    `INDEXED_FEATURES`.
    """
    sides = [
        _select_postings(number, is_later=is_later)
        for number in range(INDEXED_FEATURES)
        for is_later in (False, True)
    ]
    postings = union_all(*sides).subquery()
    candidate = postings.c.article
    rows = select(candidate).where(candidate != bindparam("article")).group_by(candidate, postings.c.tie)
    return rows.order_by(func.sum(postings.c.product).desc(), postings.c.tie).limit(MAX_CANDIDATES)


CANDIDATES = _select_candidates()
VECTORS = (
    select(ArticleFeatures.article, ArticleFeatures.weights, Article.id, Article.published_key)
    .join(Article, Article.number == ArticleFeatures.article)
    .where(ArticleFeatures.article.in_(NUMBERS))
)
STORED_VECTOR = (
    select(ArticleFeatures.weights, Article.id, Article.published_key)
    .join(Article, Article.number == ArticleFeatures.article)
    .where(ArticleFeatures.article == bindparam("article"))
)
NAMES = select(ArticleFeatures.article, ArticleFeatures.names).where(ArticleFeatures.article.in_(NUMBERS))
ENTITY_NAMES = select(Entity.id, Entity.number, Entity.name).where(
    Entity.id.in_(bindparam("identities", expanding=True))
)
DELETE_FEATURES = delete(table_of(ArticleFeatures)).where(
    table_of(ArticleFeatures).c.article == bindparam("article")
)
DELETE_POSTINGS = delete(POSTINGS).where(
    POSTINGS.c.feature == bindparam("posting_feature"),
    POSTINGS.c.published_key == bindparam("posting_published"),
    POSTINGS.c.tie == bindparam("posting_tie"),
)


class Neighbour(NamedTuple):
    """An article that is similar to a given article.

    `article` and `id` are the number and the id of the similar article, and `published_at` is when it was
    published, or None if that is unknown. `score` is the similarity of the two articles, from 0 to 1.
    `reasons` are the shared words and entities that contribute most to the score, in the form of
    `RelatedLink.reasons`, with the words of the given article. `reasons_back` are the same with the words of
    the similar article. A list is empty if it was not asked for, or if the articles share only numbers.
    """

    article: int
    id: UUID
    score: float
    reasons: Reasons
    reasons_back: Reasons
    published_at: datetime | None


def find_neighbours(
    connection: Connection, given: LinkedArticle, *, both_ways: bool = False
) -> list[Neighbour]:
    """Return the articles that are similar to the article `given`, the most similar first.

    The heaviest features of each article are indexed. For each indexed feature of this article, the search
    reads the other articles for which the feature is also indexed: the last `POSTINGS_PER_SIDE` that were
    published before this article or at the same time, and the first `POSTINGS_PER_SIDE` that were published
    after it. Of all these, the `MAX_CANDIDATES` articles with the highest sum of weight products are compared
    with this article, and those with a similarity of at least `MIN_SCORE` are returned. An article without a
    date counts as later than all dates: the search reads the other articles without a date first, and then
    the latest articles.

    `both_ways` is True to find the reasons for links from the similar articles to this article too.
    """
    candidates = _find_candidates(connection, given)
    rows = connection.execute(VECTORS, {"numbers": candidates}).all() if candidates else ()
    compared = [(row, weight_products(given.vector.weights, unpack(row.weights))) for row in rows]
    scored = [(_similarity(products), row, products) for row, products in compared]
    similar = sorted(
        (each for each in scored if each[0] >= MIN_SCORE), key=lambda each: (-each[0], each[1].id)
    )
    products_by_article = {row.article: given.vector.by_name(products) for _, row, products in similar}
    entities = _read_entities(connection, products_by_article.values())
    terms = dict(zip(given.vector.names, given.vector.terms, strict=True))
    terms_of_others = _read_terms(connection, list(products_by_article)) if both_ways and similar else {}
    return [
        Neighbour(
            row.article,
            row.id,
            score,
            explain(score, products_by_article[row.article], terms, entities),
            explain(score, products_by_article[row.article], terms_of_others[row.article], entities)
            if both_ways
            else [],
            published_at_of(row.published_key),
        )
        for score, row, _ in similar
    ]


def _similarity(products: Mapping[int, int]) -> float:
    return min(1.0, round(sum(products.values()) / WEIGHT_SCALE**2, 4))


def _find_candidates(connection: Connection, given: LinkedArticle) -> list[int]:
    heaviest = given.vector.heaviest(INDEXED_FEATURES)
    if not heaviest:
        return []
    # The statement needs exactly `INDEXED_FEATURES` features. If there are fewer, add features of weight 0.
    padded = [*heaviest, *[(0, 0)] * (INDEXED_FEATURES - len(heaviest))]
    parameters: dict[str, Any] = {"article": given.number, "published": posting_key(given.published_at)}
    for number, (feature, weight) in enumerate(padded):
        parameters[f"feature_{number}"] = feature
        parameters[f"weight_{number}"] = weight
    return [*connection.scalars(CANDIDATES, parameters).all()]


def _read_entities(connection: Connection, products: Iterable[Mapping[str, int]]) -> dict[str, SharedEntity]:
    """Return the entities that similar articles share, by the name of the feature.

    `products` has a mapping for each similar article. Its keys are the names of the shared features; for an
    entity, this name is `=` and the id.
    """
    names = {name for each in products for name in each if name.startswith(ENTITY_PREFIX)}
    if not names:
        return {}
    identities = [UUID(name.removeprefix(ENTITY_PREFIX)) for name in sorted(names)]
    rows = connection.execute(ENTITY_NAMES, {"identities": identities}).all()
    return {ENTITY_PREFIX + row.id.hex: SharedEntity(row.number, row.name) for row in rows}


def _read_terms(connection: Connection, articles: list[int]) -> dict[int, Terms]:
    """Return how each of `articles` writes its features, by the number of the article and the feature."""
    rows = connection.execute(NAMES, {"numbers": articles}).all()
    return {row.article: dict(zip(row.names[0], _stored_terms(row.names[1]), strict=True)) for row in rows}


def _stored_terms(terms: Iterable[str | list[str] | None]) -> list[WrittenTerm | None]:
    return [
        WrittenTerm(term, None) if isinstance(term, str) else term and WrittenTerm(*term) for term in terms
    ]


def read_vector(connection: Connection, article: int) -> LinkedArticle | None:
    """Return the stored features of the article with the number `article`, or None if it has none."""
    row = connection.execute(STORED_VECTOR, {"article": article}).one_or_none()
    if row is None:
        return None
    ((_, (names, terms)),) = connection.execute(NAMES, {"numbers": [article]}).all()
    vector = FeatureVector(names, unpack(row.weights), _stored_terms(terms))
    return LinkedArticle(article, row.id, vector, published_at_of(row.published_key))


def insert_features(connection: Connection, articles: Iterable[LinkedArticle]) -> None:
    """Insert the feature vectors of articles, and the rows of the inverted index by which others find them.

    An article without features has no rows.
    """
    with_features = [each for each in articles if each.vector.names]
    insert_rows(
        connection, ArticleFeatures, [features_row(each.number, each.vector) for each in with_features]
    )
    insert_rows(connection, Posting, [row for each in with_features for row in posting_rows(each)])


def delete_features(connection: Connection, article: int) -> None:
    """Delete the feature vector of the article with this number, and its rows of the inverted index."""
    row = connection.execute(STORED_VECTOR, {"article": article}).one_or_none()
    if row is None:
        return
    common = {
        "posting_published": posting_key(published_at_of(row.published_key)),
        "posting_tie": posting_tie(row.id),
    }
    heaviest = list(unpack(row.weights))[:INDEXED_FEATURES]
    connection.execute(DELETE_POSTINGS, [common | {"posting_feature": feature} for feature in heaviest])
    connection.execute(DELETE_FEATURES, {"article": article})


def features_row(article: int, vector: FeatureVector) -> dict[str, Any]:
    """Return the row of the table `article_features` with the feature vector of the article `article`."""
    terms = [term and (tuple(term) if term.entity else term.text) for term in vector.terms]
    return {"article": article, "names": [vector.names, terms], "weights": pack(vector.weights)}


def posting_rows(given: LinkedArticle) -> list[dict[str, Any]]:
    """Return the rows of the inverted index for an article: one for each of its heaviest features.

    At most `INDEXED_FEATURES` features get a row.
    """
    common = {
        "published_key": posting_key(given.published_at),
        "tie": posting_tie(given.id),
        "article": given.number,
    }
    return [
        common | {"feature": feature, "weight": weight}
        for feature, weight in given.vector.heaviest(INDEXED_FEATURES)
    ]
