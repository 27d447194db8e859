"""Computed links connect an article with the most similar articles (its neighbours), in both directions.

An article has at most `MAX_SCORED_LINKS` links with a score, the similarity of the two articles. If the page
of an article already lists a link to a neighbour, this listed link gets the score. For every other neighbour,
a computed link is inserted.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, or_, select, update

from api.database.base import table_of
from api.models import RelatedLink, link_place, published_keys, score_keys
from seeds.bulk import insert_rows, update_rows
from seeds.identifiers import computed_link_id
from seeds.linking.feature_vectors import FeatureVector
from seeds.linking.link_reasons import Reasons
from seeds.linking.neighbours import Neighbour, find_neighbours

MAX_SCORED_LINKS = 8

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


def _select_lowest_scored_links() -> Select[Any]:
    """Return a SELECT of the link with the lowest score from each of several articles.

    The bound parameter `identities` has the ids of the articles. An article without a link with a score has
    no row. A row has the columns `LINK_COLUMNS`, and `scored`, the number of links from the article with a
    score. If several links have the lowest score, the link to the article with the highest id is selected.
    """
    worst_first = (LINKS.c.score, LINKS.c.target_id.desc())
    ranked = select(
        *LINK_COLUMNS,
        func.count().over(partition_by=LINKS.c.article_id).label("scored"),
        func.row_number().over(partition_by=LINKS.c.article_id, order_by=worst_first).label("rank"),
    ).where(LINKS.c.article_id.in_(IDENTITIES), LINKS.c.score.is_not(None))
    links = ranked.subquery()
    return select(links).where(links.c.rank == 1)


LOWEST_SCORED_LINKS = _select_lowest_scored_links()
# This statement sets the columns that are named in the parameters.
UPDATE_LINK = update(LINKS).where(LINKS.c.id == bindparam("link"))
DELETE_LINKS = delete(LINKS).where(LINKS.c.id.in_(IDENTITIES))
DELETE_COMPUTED_LINKS_TO = delete(LINKS).where(LINKS.c.target_id == IDENTITY, LINKS.c.basis == "computed")
CLEAR_SCORES_OF_LINKS_TO = update(LINKS).where(LINKS.c.target_id == IDENTITY, LINKS.c.score.is_not(None))


class LinkChanges:
    """A list of changes to links between articles, which `write` stores together.

    `add` and `remove` only collect changes. `write` then executes at most one DELETE, UPDATE and INSERT.
    """

    def __init__(self) -> None:
        self._deleted: list[UUID] = []
        self._scores: list[dict[str, Any]] = []
        self._inserted: list[dict[str, Any]] = []

    def remove(self, link: Any) -> None:
        """Collect the change for two articles that are no longer similar: remove the `link` between them.

        A computed link is deleted. A link that the page of the article lists stays, but loses its score.
        """
        if link.basis == "listed":
            self._scores.append(score_parameters(link.id, None, []))
        else:
            self._deleted.append(link.id)

    def add(
        self, identity: UUID, published_at: datetime | None, neighbour: Neighbour, link: Any | None
    ) -> None:
        """Collect the change for two similar articles: set the score of the link from one to the other.

        Args:
            identity: The id of the article that the link starts from.
            published_at: When this article was published, or None if that is unknown.
            neighbour: The article that the link leads to, with the score (the similarity) and its reasons.
            link: The stored link between the two, or None. A link that the page of the article lists gets the
                score. A computed link is replaced, and a missing link is inserted.
        """
        if link and link.basis == "listed":
            self._scores.append(score_parameters(link.id, neighbour.score, neighbour.reasons))
            return
        if link:
            self._deleted.append(link.id)
        self._inserted.append(
            computed_link_row(identity, neighbour.article, neighbour.score, neighbour.reasons, published_at)
        )

    def write(self, connection: Connection) -> bool:
        """Store the changes that `add` and `remove` have collected. Return True if there were any."""
        if self._deleted:
            connection.execute(DELETE_LINKS, {"identities": self._deleted})
        update_rows(connection, UPDATE_LINK, self._scores)
        insert_rows(connection, RelatedLink, self._inserted)
        return bool(self._deleted or self._scores or self._inserted)


def remove_computed_links_to(connection: Connection, identity: UUID) -> None:
    """Delete the computed links to the article `identity`, and the scores of the listed links to it.

    A listed link is an entry in the list of related articles on a page.
    """
    connection.execute(DELETE_COMPUTED_LINKS_TO, {"identity": identity})
    cleared: dict[str, Any] = {"score": None, "reasons": []} | score_keys(None)
    connection.execute(CLEAR_SCORES_OF_LINKS_TO, {"identity": identity} | cleared)


def replace_computed_links(
    connection: Connection, identity: UUID, vector: FeatureVector, published_at: datetime | None
) -> bool:
    """Replace the computed links from the article `identity` with links to the articles that are similar now.

    Links from other articles to this article are left as they are. Listed links get or lose their score.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the article.
        vector: The feature vector of the article.
        published_at: When the article was published, or None if that is unknown (see `find_neighbours`).

    Returns:
        True if a link changed.
    """
    similar = find_neighbours(connection, identity, vector, published_at)
    neighbours = [each for each in similar if each.reasons][:MAX_SCORED_LINKS]
    links = connection.execute(RESOLVED_LINKS, {"identities": [identity]}).all()
    link_by_target = {link.target_id: link for link in links}
    changes, targets = LinkChanges(), {neighbour.article for neighbour in neighbours}
    for target, former in link_by_target.items():
        if former.score is not None and target not in targets:
            changes.remove(former)
    for neighbour in neighbours:
        link = link_by_target.get(neighbour.article)
        if link is None or (link.score, link.reasons) != (neighbour.score, neighbour.reasons):
            changes.add(identity, published_at, neighbour, link)
    return changes.write(connection)


def insert_links_both_ways(
    connection: Connection, identity: UUID, vector: FeatureVector, published_at: datetime | None
) -> None:
    """Insert computed links from a new article to similar articles (neighbours), and from these to it.

    If the page of one article already lists the other article, this listed link gets the score, and no
    computed link is inserted. If a neighbour already has `MAX_SCORED_LINKS` links with a score, its link with
    the lowest score is compared with the new one. The link with the higher score is kept or, if the scores
    are equal, the link whose target has the lower id. If the old link is not kept, it is deleted if it is a
    computed link, and loses its score if it is a listed link.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the new article, which must have no computed links yet.
        vector: The feature vector of the article.
        published_at: When the article was published, or None if that is unknown (see `find_neighbours`).
    """
    neighbours = find_neighbours(connection, identity, vector, published_at, both_ways=True)
    if not neighbours:
        return
    listed = {
        (link.article_id, link.target_id): link
        for link in connection.execute(UNSCORED_LINKS, {"identity": identity}).all()
    }
    articles = [neighbour.article for neighbour in neighbours]
    lowest_of_full = {
        link.article_id: link
        for link in connection.execute(LOWEST_SCORED_LINKS, {"identities": articles}).all()
        if link.scored == MAX_SCORED_LINKS
    }
    changes = LinkChanges()
    for neighbour in [each for each in neighbours if each.reasons][:MAX_SCORED_LINKS]:
        changes.add(identity, published_at, neighbour, listed.get((identity, neighbour.article)))
    for neighbour in [each for each in neighbours if each.reasons_back]:
        lowest = lowest_of_full.get(neighbour.article)
        if lowest and (-lowest.score, lowest.target_id) < (-neighbour.score, identity):
            continue
        if lowest:
            changes.remove(lowest)
        back = neighbour._replace(article=identity, reasons=neighbour.reasons_back)
        link = listed.get((neighbour.article, identity))
        changes.add(neighbour.article, neighbour.published_at, back, link)
    changes.write(connection)


def score_parameters(link_id: UUID, score: float | None, reasons: Reasons) -> dict[str, Any]:
    """Return the parameters with which the statement `UPDATE_LINK` sets the score and reasons of a link.

    Args:
        link_id: The id of the link.
        score: The similarity of the two articles, or None to remove the score from the link.
        reasons: The reasons for the similarity. The list should be empty if `score` is None.
    """
    return {"link": link_id, "score": score, "reasons": reasons} | score_keys(score)


def computed_link_row(
    identity: UUID, target: UUID, score: float, reasons: Reasons, published_at: datetime | None
) -> dict[str, Any]:
    """Return the database row of a computed link from the article `identity` to the article `target`.

    Args:
        identity: The id of the article that the link starts from.
        target: The id of the similar article.
        score: The similarity of the two articles.
        reasons: The reasons for the similarity.
        published_at: When the article `identity` was published, or None if that is unknown. The link can be
            sorted by this time, and None comes last in both directions.
    """
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
