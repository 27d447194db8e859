"""Computed links: from each article to those nearest to it, and back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, or_, select, update

from api.db import table_of
from api.models import RelatedLink, link_place, published_keys, score_keys
from seeds.linking.feature_vectors import Vector
from seeds.linking.neighbours import Near, Reasons, nearest
from seeds.storing.bulk import insert_rows, update_rows
from seeds.storing.identifiers import computed_link_id

LINKS = table_of(RelatedLink)
IDENTITY: BindParameter[UUID] = bindparam("identity")
IDENTITIES: BindParameter[Any] = bindparam("identities", expanding=True)
LINK_COLUMNS = (LINKS.c.id, LINKS.c.article_id, LINKS.c.target_id, LINKS.c.basis, LINKS.c.score)
RESOLVED_LINKS = select(*LINK_COLUMNS, LINKS.c.reasons).where(
    LINKS.c.article_id.in_(IDENTITIES), LINKS.c.target_id.is_not(None)
)
# Listed links without a score, from or to one article.
UNSCORED_LINKS = select(*LINK_COLUMNS).where(
    or_(LINKS.c.article_id == IDENTITY, LINKS.c.target_id == IDENTITY),
    LINKS.c.target_id.is_not(None),
    LINKS.c.score.is_(None),
)


def _lowest_scored_links() -> Select[Any]:
    """Select the link with the lowest score of each of some articles, and how many links have a score."""
    worst_first = (LINKS.c.score, LINKS.c.target_id.desc())
    ranked = select(
        *LINK_COLUMNS,
        func.count().over(partition_by=LINKS.c.article_id).label("scored"),
        func.row_number().over(partition_by=LINKS.c.article_id, order_by=worst_first).label("rank"),
    ).where(LINKS.c.article_id.in_(IDENTITIES), LINKS.c.score.is_not(None))
    links = ranked.subquery()
    return select(links).where(links.c.rank == 1)


LOWEST_SCORED_LINKS = _lowest_scored_links()
# The columns that change come from the parameters of each execution.
UPDATE_LINK = update(LINKS).where(LINKS.c.id == bindparam("link"))
DELETE_LINKS = delete(LINKS).where(LINKS.c.id.in_(IDENTITIES))
DELETE_COMPUTED_LINKS_TO = delete(LINKS).where(LINKS.c.target_id == IDENTITY, LINKS.c.basis == "computed")
CLEAR_SCORES_OF_LINKS_TO = update(LINKS).where(LINKS.c.target_id == IDENTITY, LINKS.c.score.is_not(None))

# The most links with a score that an article has.
MOST = 8


class Changes:
    """What is to change of the links of some articles, so that each kind of change is one statement."""

    def __init__(self) -> None:
        self._gone: list[UUID] = []
        self._scores: list[dict[str, Any]] = []
        self._new: list[dict[str, Any]] = []

    def drop(self, row: Any) -> None:
        """Let a link go; a listed one stays, without its score."""
        if row.basis == "listed":
            self._scores.append(scored(row.id, None, []))
        else:
            self._gone.append(row.id)

    def put(self, identity: UUID, published_at: datetime | None, near: Near, row: Any | None) -> None:
        """Link an article to one that is near; `row` is the link between the two that there is."""
        if row and row.basis == "listed":
            self._scores.append(scored(row.id, near.score, near.reasons))
            return
        if row:
            self._gone.append(row.id)
        self._new.append(computed_row(identity, near.article, near.score, near.reasons, published_at))

    def make(self, connection: Connection) -> bool:
        """Write the changes; tells whether there were any."""
        if self._gone:
            connection.execute(DELETE_LINKS, {"identities": self._gone})
        update_rows(connection, UPDATE_LINK, self._scores)
        insert_rows(connection, RelatedLink, self._new)
        return bool(self._gone or self._scores or self._new)


def unlink(connection: Connection, identity: UUID) -> None:
    """Take from the links to an article what was computed, before what it is about changes."""
    connection.execute(DELETE_COMPUTED_LINKS_TO, {"identity": identity})
    cleared: dict[str, Any] = {"score": None, "reasons": []} | score_keys(None)
    connection.execute(CLEAR_SCORES_OF_LINKS_TO, {"identity": identity} | cleared)


def link(connection: Connection, identity: UUID, vector: Vector, published_at: datetime | None) -> bool:
    """Link an article to those nearest to it, in place of its computed links; tells whether any changed."""
    near = nearest(connection, identity, vector, published_at)[:MOST]
    links = connection.execute(RESOLVED_LINKS, {"identities": [identity]})
    present = {row.target_id: row for row in links}
    changes, targets = Changes(), {one.article for one in near}
    for row in present.values():
        if row.score is not None and row.target_id not in targets:
            changes.drop(row)
    for one in near:
        there = present.get(one.article)
        if there is None or (there.score, there.reasons) != (one.score, one.reasons):
            changes.put(identity, published_at, one, there)
    return changes.make(connection)


def link_both(connection: Connection, identity: UUID, vector: Vector, published_at: datetime | None) -> None:
    """Link an article without computed links to those nearest to it, and them to it if it is among theirs."""
    near = nearest(connection, identity, vector, published_at)
    if not near:
        return
    listed = {
        (row.article_id, row.target_id): row
        for row in connection.execute(UNSCORED_LINKS, {"identity": identity})
    }
    full = {
        row.article_id: row
        for row in connection.execute(LOWEST_SCORED_LINKS, {"identities": [one.article for one in near]})
        if row.scored == MOST
    }
    changes = Changes()
    for one in near[:MOST]:
        changes.put(identity, published_at, one, listed.get((identity, one.article)))
    for one in near:
        last = full.get(one.article)
        if last and (-last.score, last.target_id) < (-one.score, identity):
            continue
        if last:
            changes.drop(last)
        back = one._replace(article=identity)
        changes.put(one.article, one.published_at, back, listed.get((one.article, identity)))
    changes.make(connection)


def scored(link_id: UUID, score: float | None, reasons: Reasons) -> dict[str, Any]:
    """Make the parameters that give a link its score, or take it away."""
    return {"link": link_id, "score": score, "reasons": reasons} | score_keys(score)


def computed_row(
    identity: UUID, target: UUID, score: float, reasons: Reasons, published_at: datetime | None
) -> dict[str, Any]:
    """Make the row of a computed link."""
    return {
        "id": computed_link_id(identity, target),
        "article_id": identity,
        "place": link_place(score=score, target=target),
        "basis": "computed",
        "title": None,
        "title_digest": "",
        "printed_date": None,
        "target_id": target,
        "score": score,
        "reasons": reasons,
        **published_keys(published_at),
        **score_keys(score),
    }
