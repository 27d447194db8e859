"""The articles that are nearest to one, with what they share as reasons."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from api.models import ArticleFeatures, Posting, published_keys
from seeds.features import ENTITY, feature_hash, similarity
from seeds.statements import ALIKE, NAMES_OF, SOUGHT, WEIGHTS, insert_rows, run

# The least similarity that makes two articles related.
LEAST = 0.14
# Texts so similar are one text, lightly changed.
NEAR_DUPLICATE = 0.8
# The most reasons that a link gives; their weights are scaled so that they add up to the score all the same.
REASONS = 8
UNITS = 10_000

Reasons = list[dict[str, Any]]


class Near(NamedTuple):
    """An article that is near enough to another, and why."""

    article: UUID
    score: float
    reasons: Reasons
    published_at: datetime | None


def file_features(
    connection: Connection, identity: UUID, weights: Mapping[str, float], published_asc: datetime
) -> None:
    """Store the features of an article, and file it under the weightiest."""
    if not weights:
        return
    insert_rows(connection, ArticleFeatures, [{"article_id": identity, "weights": dict(weights)}])
    postings = [
        {
            "feature": feature_hash(name),
            "weight": round(weight * UNITS),
            "published_asc": published_asc,
            "article_id": identity,
        }
        for name, weight in list(weights.items())[:SOUGHT]
    ]
    insert_rows(connection, Posting, postings)


def nearest(
    connection: Connection, identity: UUID, weights: Mapping[str, float], published_at: datetime | None
) -> list[Near]:
    """Give the articles that are near enough to one, the nearest first."""
    found = _alike(connection, identity, weights, published_at)
    rows = run(connection, WEIGHTS, {"identities": found}) if found else ()
    compared = [(row.article_id, similarity(weights, row.weights), row.published_at) for row in rows]
    scored = [(round(min(1.0, sum(shared.values())), 4), *rest) for rest in compared if (shared := rest[1])]
    close = sorted((row for row in scored if row[0] >= LEAST), key=lambda row: (-row[0], row[1]))
    named = _named(connection, [shared for _, _, shared, _ in close])
    return [
        Near(article, score, _reasons(score, shared, named), when) for score, article, shared, when in close
    ]


def _alike(
    connection: Connection, identity: UUID, weights: Mapping[str, float], published_at: datetime | None
) -> list[UUID]:
    """Give the articles that share the most of the weightiest features."""
    sought = list(weights.items())[:SOUGHT]
    if not sought:
        return []
    # A feature that weighs nothing in the place of those that there are not.
    padded = [*sought, *[("", 0.0)] * (SOUGHT - len(sought))]
    parameters: dict[str, Any] = {
        "identity": identity,
        "published": published_keys(published_at)["published_asc"],
    }
    for number, (name, weight) in enumerate(padded):
        parameters |= {f"feature_{number}": feature_hash(name), f"weight_{number}": round(weight * UNITS)}
    return list(run(connection, ALIKE, parameters).scalars())


def _named(connection: Connection, shared: Iterable[Mapping[str, float]]) -> dict[str, dict[str, Any]]:
    """Give the entities among shared features as links show them."""
    names = {name for one in shared for name in one if name.startswith(ENTITY)}
    if not names:
        return {}
    rows = run(
        connection, NAMES_OF, {"identities": [UUID(name.removeprefix(ENTITY)) for name in sorted(names)]}
    )
    return {ENTITY + row.id.hex: {"id": str(row.id), "slug": row.slug, "name": row.name} for row in rows}


def _reasons(score: float, shared: Mapping[str, float], named: Mapping[str, Any]) -> Reasons:
    """Give the weightiest of what two articles share, scaled so that the weights add up to the score."""
    if score >= NEAR_DUPLICATE:
        return [{"kind": "near_duplicate", "weight": score}]
    weightiest = sorted(shared.items(), key=lambda feature: (-feature[1], feature[0]))[:REASONS]
    whole, total = round(score * UNITS), sum(weight for _, weight in weightiest)
    units = [int(whole * weight / total) for _, weight in weightiest]
    # What rounding down left over goes to the weightiest.
    units[0] += whole - sum(units)
    return [
        _reason(name, unit / UNITS, named) for (name, _), unit in zip(weightiest, units, strict=True) if unit
    ]


def _reason(name: str, weight: float, named: Mapping[str, Any]) -> dict[str, Any]:
    if name.startswith(ENTITY):
        return {"kind": "shared_entity", "entity": named[name], "weight": weight}
    return {"kind": "shared_term", "term": name, "weight": weight}
