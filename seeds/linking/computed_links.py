"""Computed links: from each article to those nearest to it, and back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from api.execution import fetch, insert_rows, run, run_each
from api.models import RelatedLink, link_place, published_keys, score_keys
from seeds.linking.feature_vectors import Vector
from seeds.linking.neighbours import Near, Reasons, nearest
from seeds.storing.identifiers import computed_link_id
from seeds.storing.statements import (
    DELETE_COMPUTED_TO,
    DELETE_LINKS,
    LAST_LINKS,
    LINKS_OF,
    SCORE,
    UNSCORE_TO,
    UNSCORED_LINKS,
)

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
            run(connection, DELETE_LINKS, {"identities": self._gone})
        run_each(connection, SCORE, self._scores)
        insert_rows(connection, RelatedLink, self._new)
        return bool(self._gone or self._scores or self._new)


def unlink(connection: Connection, identity: UUID) -> None:
    """Take from the links to an article what was computed, before what it is about changes."""
    run(connection, DELETE_COMPUTED_TO, {"identity": identity})
    run(connection, UNSCORE_TO, {"identity": identity, "score": None, "reasons": []} | score_keys(None))


def link(connection: Connection, identity: UUID, vector: Vector, published_at: datetime | None) -> bool:
    """Link an article to those nearest to it, in place of its computed links; tells whether any changed."""
    near = nearest(connection, identity, vector, published_at)[:MOST]
    present = {row.target_id: row for row in fetch(connection, LINKS_OF, {"identities": [identity]})}
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
        for row in fetch(connection, UNSCORED_LINKS, {"identity": identity})
    }
    full = {
        row.article_id: row
        for row in fetch(connection, LAST_LINKS, {"identities": [one.article for one in near]})
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
