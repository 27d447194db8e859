"""The inverted index from features (words and entities) to articles, used to find similar articles.

The table `postings` has a row for each of the 24 heaviest features of each article. For each feature of a
given article, the index returns the 50 nearest earlier and the 50 nearest later articles. The cost therefore
does not grow with the corpus.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    union_all,
)

from api.database.base import table_of
from api.models import ArticleFeatures, Posting, posting_key, posting_tie
from seeds.bulk_statements import insert_rows
from seeds.linking.feature_vectors import stored_vector
from seeds.linking.vector_cache import LinkedArticle, VectorCache

# The number of features of an article that have postings, that is, rows in the inverted index.
INDEXED_FEATURES = 24
# The number of postings that are read for a feature, from before and from after the article's publication.
POSTINGS_PER_SIDE = 50
MAX_RETRIEVED = 24

POSTINGS, FEATURES = table_of(Posting), table_of(ArticleFeatures)
# Each of these parameters is one object in all parts of the statement, so that SQLAlchemy processes few
# parameters.
PUBLISHED: BindParameter[Any] = bindparam("published", type_=POSTINGS.c.published_key.type)
LAST: BindParameter[int] = bindparam("last", type_=POSTINGS.c.article.type)
LIMIT: ColumnElement[int] = literal_column(str(POSTINGS_PER_SIDE))
OFFSET: ColumnElement[int] = literal_column("0")


def _select_postings(
    feature: BindParameter[int], weight: BindParameter[int], *, is_later: bool
) -> Select[Any]:
    """Return a SELECT of the articles nearest in time that share a feature with a given article.

    A feature is a word or entity. Up to `POSTINGS_PER_SIDE` articles are selected, in three columns:

    - `article`: the database number of the article.
    - `tie`: a number that orders articles published at the same time (see `Posting`).
    - `product`: the product of the weights of the feature in the two articles.

    `PUBLISHED` is bound to the `published_key` of the given article. `LAST` is bound to the highest database
    number to select.

    Args:
        feature: The hash of the feature.
        weight: The weight of the feature in the given article.
        is_later: True for articles published after the given article, False for all others.
    """
    published, tie = POSTINGS.c.published_key, POSTINGS.c.tie
    on_this_side = published > PUBLISHED if is_later else published <= PUBLISHED
    order = (published, tie) if is_later else (published.desc(), tie.desc())
    product = (POSTINGS.c.weight * weight).label("product")
    rows = select(POSTINGS.c.article, tie, product).where(
        POSTINGS.c.feature == feature, POSTINGS.c.article <= LAST, on_this_side
    )
    return select(rows.order_by(*order).limit(LIMIT).offset(OFFSET).subquery())


def _select_articles() -> Select[Any]:
    """Return a SELECT of up to `MAX_RETRIEVED` articles that can be similar to a given article.

    They are the articles nearest in time that share words or entities (features) with the given article. The
    articles with the highest sums of weight products come first.

    The statement has these bound parameters:

    - `article`: the database number of the given article.
    - `feature_{number}` and `weight_{number}`, for each number below `INDEXED_FEATURES`: the hash of a
      feature, and its weight in the given article.
    - `published`: the `published_key` of the given article.
    - `last`: the highest database number of an article to select.
    """
    features: list[tuple[BindParameter[int], BindParameter[int]]] = [
        (
            bindparam(f"feature_{number}", type_=POSTINGS.c.feature.type),
            bindparam(f"weight_{number}", type_=BigInteger),
        )
        for number in range(INDEXED_FEATURES)
    ]
    sides = [
        _select_postings(feature, weight, is_later=is_later)
        for feature, weight in features
        for is_later in (False, True)
    ]
    postings = union_all(*sides).subquery()
    article = postings.c.article
    rows = select(article).where(article != bindparam("article")).group_by(article, postings.c.tie)
    return rows.order_by(func.sum(postings.c.product).desc(), postings.c.tie).limit(MAX_RETRIEVED)


RETRIEVED = _select_articles()
DELETE_FEATURES = delete(FEATURES).where(FEATURES.c.article == bindparam("featured_article"))
DELETE_POSTINGS = delete(POSTINGS).where(
    POSTINGS.c.feature == bindparam("posting_feature"),
    POSTINGS.c.published_key == bindparam("posting_published"),
    POSTINGS.c.tie == bindparam("posting_tie"),
)


def retrieve_articles(connection: Connection, given: LinkedArticle, last: int) -> list[int]:
    """Return up to `MAX_RETRIEVED` database numbers of articles that can be similar to `given`.

    The best is first. These articles share the heaviest words or entities of `given`, and were published
    nearest in time.

    Args:
        given: The article. Without a date, it counts as published last.
        last: The highest database number to return.
    """
    heaviest = given.vector.heaviest(INDEXED_FEATURES)
    if not heaviest:
        return []
    # The statement needs exactly `INDEXED_FEATURES` features. If there are fewer, add features of weight 0.
    padded = [*heaviest, *[(0, 0)] * (INDEXED_FEATURES - len(heaviest))]
    parameters: dict[str, Any] = {
        "article": given.number,
        "published": posting_key(given.published_at),
        "last": last,
    }
    for number, (feature, weight) in enumerate(padded):
        parameters[f"feature_{number}"] = feature
        parameters[f"weight_{number}"] = weight
    return [*connection.scalars(RETRIEVED, parameters).all()]


def insert_features(connection: Connection, articles: Iterable[LinkedArticle], vectors: VectorCache) -> None:
    """Insert the feature vectors of articles, and their rows in the index from features to articles.

    Features are weighted words and entities. The vectors are added to the cache `vectors`, too. An article
    without features has no rows.
    """
    featured = [each for each in articles if each.vector.weights]
    insert_rows(connection, ArticleFeatures, [features_row(each) for each in featured])
    insert_rows(connection, Posting, [row for each in featured for row in posting_rows(each)])
    for each in featured:
        vectors.add(each)


def delete_features(connection: Connection, article: int, vectors: VectorCache) -> None:
    """Delete the features (weighted words and entities) of an article, and its rows in the inverted index.

    The article is also removed from the cache `vectors`. `article` is its database number. Do nothing if it
    has no features.
    """
    stored = vectors.read(connection, [article]).get(article)
    if stored is None:
        return
    common = {
        "posting_published": posting_key(stored.published_at),
        "posting_tie": posting_tie(stored.id),
    }
    heaviest = stored.vector.heaviest(INDEXED_FEATURES)
    connection.execute(DELETE_POSTINGS, [common | {"posting_feature": feature} for feature, _ in heaviest])
    connection.execute(DELETE_FEATURES, {"featured_article": article})
    vectors.discard(article)


def features_row(given: LinkedArticle) -> dict[str, Any]:
    """Return the row of `article_features` with the weighted words and entities (features) of an article."""
    return {"article": given.number, "features": given.vector.packed or stored_vector(given.vector)}


def posting_rows(given: LinkedArticle) -> list[dict[str, Any]]:
    """Return the rows of the inverted index for an article.

    Each of the `INDEXED_FEATURES` features with the highest weights has a row.
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
