"""Listed links: from a title that a page prints to the article that has it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Connection, bindparam, func, or_, select

from api.db import AnySelect
from api.models import Article, RelatedLink, score_keys
from seeds.linking.computed_links import DELETE_LINKS, RESOLVED_LINKS, UPDATE_LINK, computed_row, scored
from seeds.linking.printed_dates import fits
from seeds.storing.bulk import insert_rows, update_rows

# SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
MAX_PARAMETERS = 10_000
DIGESTS: BindParameter[Any] = bindparam("digests", expanding=True)
# Of a title that ever more articles have, every one of which would be held against every page that lists it,
# none is a candidate.
MAX_ARTICLES_PER_TITLE = 100
FEW_HAVE = (
    select(Article.title_digest)
    .where(Article.title_digest.in_(DIGESTS))
    .group_by(Article.title_digest)
    .having(func.count() <= MAX_ARTICLES_PER_TITLE)
)
CANDIDATES = select(Article.id, Article.title_digest, Article.published_at).where(
    Article.title_digest.in_(FEW_HAVE)
)


def _select_listed(*conditions: ColumnElement[bool]) -> AnySelect:
    columns = (
        RelatedLink.id,
        RelatedLink.article_id,
        RelatedLink.title_digest,
        RelatedLink.printed_date,
        RelatedLink.target_id,
        RelatedLink.score,
        RelatedLink.reasons,
        Article.published_at,
    )
    rows = select(*columns).join(Article, Article.id == RelatedLink.article_id).where(*conditions)
    return rows.order_by(RelatedLink.article_id, RelatedLink.place)


# Of those to a title that too many have only what led to one before: the others lead to none as it is.
LISTED = _select_listed(
    RelatedLink.title_digest.in_(DIGESTS),
    or_(RelatedLink.target_id.is_not(None), RelatedLink.title_digest.in_(FEW_HAVE)),
)
LISTED_BY = _select_listed(RelatedLink.article_id == bindparam("identity"), RelatedLink.basis == "listed")


class Candidate(NamedTuple):
    """An article that has the title of a link."""

    id: UUID
    title_digest: str
    published_at: datetime | None


class Listed(NamedTuple):
    """A listed link, with what can decide between its candidates."""

    id: UUID
    article_id: UUID
    title_digest: str
    printed_date: str | None
    target_id: UUID | None
    score: float | None
    reasons: list[dict[str, Any]]
    seen_at: datetime | None


def resolve(connection: Connection, identity: UUID, titles: set[str]) -> None:
    """Point the listed links of an article, and all to `titles`, at the one article that fits, or at none.

    `titles` are the digests of the title that the article has and had.
    """
    changes = [
        (link, target)
        for link, target in _targets(connection, _listed(connection, identity, titles))
        if target != link.target_id
    ]
    # First all away from their old targets: two links of one article may change places. What was computed
    # for the old target becomes a link of its own, and what there is for the new one becomes part of this.
    left = [link for link, _ in changes if link.target_id]
    _point(connection, [(link.id, None) for link in left])
    insert_rows(connection, RelatedLink, [_computed(link) for link in left if link.score is not None])
    arrived = [(link, target) for link, target in changes if target]
    scores = _take_computed(connection, arrived)
    _point(connection, [(link.id, target) for link, target in arrived])
    update_rows(connection, UPDATE_LINK, scores)


def _point(connection: Connection, changes: list[tuple[UUID, UUID | None]]) -> None:
    unscored: dict[str, Any] = {"score": None, "reasons": []} | score_keys(None)
    update_rows(
        connection, UPDATE_LINK, [{"link": link, "target_id": target} | unscored for link, target in changes]
    )


def _computed(link: Listed) -> dict[str, Any]:
    """Make the computed link that is left where a listed one with a score turns elsewhere."""
    if link.target_id is None or link.score is None:
        raise ValueError("only what leads somewhere and has a score can become a link of its own")
    return computed_row(link.article_id, link.target_id, link.score, link.reasons, link.seen_at)


def _take_computed(connection: Connection, arrived: list[tuple[Listed, UUID]]) -> list[dict[str, Any]]:
    """Remove the computed links between the same articles; gives their scores for the listed ones."""
    if not arrived:
        return []
    listed = {(link.article_id, target): link.id for link, target in arrived}
    articles = sorted({article for article, _ in listed})
    rows = [
        row for row in connection.execute(RESOLVED_LINKS, {"identities": articles}) if row.basis == "computed"
    ]
    taken = [row for row in rows if (row.article_id, row.target_id) in listed]
    if taken:
        connection.execute(DELETE_LINKS, {"identities": [row.id for row in taken]})
    return [scored(listed[row.article_id, row.target_id], row.score, row.reasons) for row in taken]


def _listed(connection: Connection, identity: UUID, titles: set[str]) -> list[Listed]:
    own = connection.execute(LISTED_BY, {"identity": identity}).all()
    rows = connection.execute(LISTED, {"digests": sorted(titles)}).all()
    return [Listed(*row) for row in (*rows, *(row for row in own if row.title_digest not in titles))]


def _targets(connection: Connection, listed: list[Listed]) -> Iterator[tuple[Listed, UUID | None]]:
    candidates = _candidates(connection, sorted({link.title_digest for link in listed}))
    taken: set[tuple[UUID, UUID]] = set()
    for link in listed:
        others = [one for one in candidates.get(link.title_digest, []) if one.id != link.article_id]
        target = choose(others, link.printed_date, link.seen_at)
        if target and (link.article_id, target) in taken:
            target = None
        if target:
            taken.add((link.article_id, target))
        yield link, target


def _candidates(connection: Connection, digests: list[str]) -> dict[str, list[Candidate]]:
    candidates: dict[str, list[Candidate]] = {}
    for start in range(0, len(digests), MAX_PARAMETERS):
        for row in connection.execute(CANDIDATES, {"digests": digests[start : start + MAX_PARAMETERS]}):
            candidates.setdefault(row.title_digest, []).append(Candidate(*row))
    return candidates


def choose(candidates: list[Candidate], printed_date: str | None, seen_at: datetime | None) -> UUID | None:
    """Give the only candidate, else the only one whose publication fits the printed date, else None.

    `seen_at` is when the page with the link was published, from which `3 weeks ago` counts.
    """
    if len(candidates) > 1 and printed_date:
        dated = [(one, one.published_at) for one in candidates if one.published_at]
        candidates = [one for one, published_at in dated if fits(printed_date, published_at, seen_at)]
    return candidates[0].id if len(candidates) == 1 else None
