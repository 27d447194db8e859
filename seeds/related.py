"""Listed links: from a title that a page prints to the article that has it."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from seeds.printed_dates import fits
from seeds.statements import CANDIDATES, LISTED, POINT, run

# SQLite takes 32,766 parameters a statement, PostgreSQL 65,535.
MAX_PARAMETERS = 10_000


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
    seen_at: datetime | None


def resolve(session: Session, digests: set[str]) -> None:
    """Point every listed link whose title is among `digests` at the one article that fits, or at none."""
    ordered = sorted(digests)
    changes = [
        (link, target)
        for start in range(0, len(ordered), MAX_PARAMETERS)
        for link, target in _targets(session, ordered[start : start + MAX_PARAMETERS])
        if target != link.target_id
    ]
    # First all away from their old targets: two links of one article may change places.
    _point(session, [(link.id, None) for link, _ in changes if link.target_id])
    _point(session, [(link.id, target) for link, target in changes if target])


def _point(session: Session, changes: list[tuple[UUID, UUID | None]]) -> None:
    if changes:
        run(session, POINT, [{"link": link, "target": target} for link, target in changes])


def _targets(session: Session, digests: list[str]) -> Iterator[tuple[Listed, UUID | None]]:
    listed = _listed(session, digests)
    # Of a title that no page lists, which is that of most pages when they come, nothing is to be decided.
    candidates = _candidates(session, sorted({link.title_digest for link in listed})) if listed else {}
    taken: set[tuple[UUID, UUID]] = set()
    for link in listed:
        others = [one for one in candidates.get(link.title_digest, []) if one.id != link.article_id]
        target = choose(others, link.printed_date, link.seen_at)
        if target and (link.article_id, target) in taken:
            target = None
        if target:
            taken.add((link.article_id, target))
        yield link, target


def _candidates(session: Session, digests: list[str]) -> dict[str, list[Candidate]]:
    candidates: dict[str, list[Candidate]] = {}
    for row in run(session, CANDIDATES, {"digests": digests}):
        candidates.setdefault(row.title_digest, []).append(Candidate(*row))
    return candidates


def _listed(session: Session, digests: list[str]) -> list[Listed]:
    return [Listed(*row) for row in run(session, LISTED, {"digests": digests})]


def choose(candidates: list[Candidate], printed_date: str | None, seen_at: datetime | None) -> UUID | None:
    """Give the only candidate, else the only one whose publication fits the printed date, else None.

    `seen_at` is when the page with the link was published, from which `3 weeks ago` counts.
    """
    if len(candidates) > 1 and printed_date:
        dated = [(one, one.published_at) for one in candidates if one.published_at]
        candidates = [one for one, published_at in dated if fits(printed_date, published_at, seen_at)]
    return candidates[0].id if len(candidates) == 1 else None
