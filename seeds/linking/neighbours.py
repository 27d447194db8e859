"""The articles that are nearest to one, with what they share as reasons."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, BindParameter, Connection, Select, bindparam, func, select, union_all

from api.db import table_of
from api.models import Article, ArticleFeatures, Entity, Posting, published_keys
from seeds.linking.feature_vectors import UNITS, Vector, pack, shared, unpack
from seeds.linking.features import ENTITY
from seeds.storing.bulk import insert_rows

# The least similarity that makes two articles related.
LEAST = 0.14
# Texts so similar are one text, lightly changed.
NEAR_DUPLICATE = 0.8
# The most reasons that a link gives; their weights are scaled so that they add up to the score all the same.
REASONS = 8

Reasons = list[dict[str, Any]]

# The rarest features of an article are looked up, each in the articles published next before and after it:
# what is found does not depend on the order of seeding, nor what it costs on their number.
INDEXED_FEATURES, POSTINGS_PER_SIDE, MAX_CANDIDATES = 24, 50, 24
POSTINGS = table_of(Posting)
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)


def _side(number: int, *, is_later: bool) -> Select[Any]:
    """Select those of feature `number` that were published nearest on one side of the article at hand."""
    published = POSTINGS.c.published_asc
    is_near = published > bindparam("published") if is_later else published <= bindparam("published")
    order = (
        (published, POSTINGS.c.article_id) if is_later else (published.desc(), POSTINGS.c.article_id.desc())
    )
    share = (POSTINGS.c.weight * bindparam(f"weight_{number}", type_=BigInteger)).label("share")
    rows = select(POSTINGS.c.article_id, share).where(
        POSTINGS.c.feature == bindparam(f"feature_{number}"), is_near
    )
    return select(rows.order_by(*order).limit(POSTINGS_PER_SIDE).subquery())


def _alike_statement() -> Select[Any]:
    sides = [_side(number, is_later=later) for number in range(INDEXED_FEATURES) for later in (False, True)]
    found = union_all(*sides).subquery()
    ranked = (
        select(found.c.article_id)
        .where(found.c.article_id != bindparam("identity"))
        .group_by(found.c.article_id)
    )
    return ranked.order_by(func.sum(found.c.share).desc(), found.c.article_id).limit(MAX_CANDIDATES)


ALIKE = _alike_statement()
VECTORS = (
    select(ArticleFeatures.article_id, ArticleFeatures.weights, Article.published_at)
    .join(Article, Article.id == ArticleFeatures.article_id)
    .where(ArticleFeatures.article_id.in_(IDENTITIES))
)
ENTITY_NAMES = select(Entity.id, Entity.slug, Entity.name).where(Entity.id.in_(IDENTITIES))


class Near(NamedTuple):
    """An article that is near enough to another, and why."""

    article: UUID
    score: float
    reasons: Reasons
    published_at: datetime | None


def file_features(connection: Connection, identity: UUID, vector: Vector, published_asc: datetime) -> None:
    """Store the features of an article, and file it under the weightiest."""
    if vector.names:
        insert_rows(connection, ArticleFeatures, [features_row(identity, vector)])
        insert_rows(connection, Posting, posting_rows(identity, vector, published_asc))


def nearest(
    connection: Connection, identity: UUID, vector: Vector, published_at: datetime | None
) -> list[Near]:
    """Give the articles that are near enough to one, the nearest first."""
    found = _alike(connection, identity, vector, published_at)
    rows = connection.execute(VECTORS, {"identities": found}) if found else ()
    compared = [
        (row.article_id, shared(vector.weights, unpack(row.weights)), row.published_at) for row in rows
    ]
    scored = [(_score(shares), article, shares, when) for article, shares, when in compared]
    close = sorted((row for row in scored if row[0] >= LEAST), key=lambda row: (-row[0], row[1]))
    shares_of = {article: vector.named(shares) for _, article, shares, _ in close}
    named = _named(connection, shares_of.values())
    return [
        Near(article, score, _reasons(score, shares_of[article], named), when)
        for score, article, _, when in close
    ]


def _score(shares: Mapping[int, int]) -> float:
    return min(1.0, round(sum(shares.values()) / UNITS**2, 4))


def _alike(
    connection: Connection, identity: UUID, vector: Vector, published_at: datetime | None
) -> list[UUID]:
    """Give the articles that share the most of the weightiest features."""
    sought = vector.weightiest(INDEXED_FEATURES)
    if not sought:
        return []
    # A feature that weighs nothing in the place of those that there are not.
    padded = [*sought, *[(0, 0)] * (INDEXED_FEATURES - len(sought))]
    parameters: dict[str, Any] = {
        "identity": identity,
        "published": published_keys(published_at)["published_asc"],
    }
    for number, (feature, weight) in enumerate(padded):
        parameters |= {f"feature_{number}": feature, f"weight_{number}": weight}
    return [*connection.scalars(ALIKE, parameters)]


def _named(connection: Connection, shares: Iterable[Mapping[str, int]]) -> dict[str, dict[str, Any]]:
    """Give the entities among shared features as links show them."""
    names = {name for one in shares for name in one if name.startswith(ENTITY)}
    if not names:
        return {}
    identities = [UUID(name.removeprefix(ENTITY)) for name in sorted(names)]
    rows = connection.execute(ENTITY_NAMES, {"identities": identities})
    return {ENTITY + row.id.hex: {"id": str(row.id), "slug": row.slug, "name": row.name} for row in rows}


def _reasons(score: float, shares: Mapping[str, int], named: Mapping[str, Any]) -> Reasons:
    """Give the weightiest of what two articles share, scaled so that the weights add up to the score."""
    if score >= NEAR_DUPLICATE:
        return [{"kind": "near_duplicate", "weight": score}]
    weightiest = sorted(shares.items(), key=lambda feature: (-feature[1], feature[0]))[:REASONS]
    whole, total = round(score * UNITS), sum(weight for _, weight in weightiest)
    units = [whole * weight // total for _, weight in weightiest]
    # What rounding down left over goes to the weightiest.
    units[0] += whole - sum(units)
    return [
        _reason(name, unit / UNITS, named) for (name, _), unit in zip(weightiest, units, strict=True) if unit
    ]


def _reason(name: str, weight: float, named: Mapping[str, Any]) -> dict[str, Any]:
    if name.startswith(ENTITY):
        return {"kind": "shared_entity", "entity": named[name], "weight": weight}
    return {"kind": "shared_term", "term": name, "weight": weight}


def features_row(identity: UUID, vector: Vector) -> dict[str, Any]:
    """Make the row of what the article is about."""
    return {"article_id": identity, "names": vector.names, "weights": pack(vector.weights)}


def posting_rows(identity: UUID, vector: Vector, published_asc: datetime) -> list[dict[str, Any]]:
    """Make the rows under which the article is found by its weightiest features."""
    shared = {"published_asc": published_asc, "article_id": identity}
    return [
        shared | {"feature": feature, "weight": weight}
        for feature, weight in vector.weightiest(INDEXED_FEATURES)
    ]
