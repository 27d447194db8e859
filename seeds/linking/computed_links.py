"""Computed links connect an article with the most similar articles (its neighbours), in both directions.

An article has at most `MAX_SCORED_LINKS` links with a score, the similarity of the two articles. If the page
of an article already lists a link to a neighbour, this listed link gets the score. For every other neighbour,
a computed link is inserted.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, Select, bindparam, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from api.database.base import table_of
from api.models import UNSCORED, Article, RelatedLink, link_precedence, published_key, score_key
from seeds.bulk import insert_rows, update_rows
from seeds.identifiers import computed_link_id
from seeds.linking.link_reasons import Reasons
from seeds.linking.neighbours import LinkedArticle, Neighbour, find_neighbours, insert_features

MAX_SCORED_LINKS = 8

LINKS = table_of(RelatedLink)
ARTICLE: BindParameter[int] = bindparam("linked_article")
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
TARGETS = aliased(Article)
LINK_COLUMNS = (LINKS.c.number, LINKS.c.article, LINKS.c.target, LINKS.c.basis, LINKS.c.score_key)
RESOLVED_LINKS = select(*LINK_COLUMNS, LINKS.c.reasons).where(
    LINKS.c.article.in_(NUMBERS), LINKS.c.target.is_not(None)
)
# Listed links without a score, from or to one article.
UNSCORED_LINKS = select(*LINK_COLUMNS).where(
    or_(LINKS.c.article == ARTICLE, LINKS.c.target == ARTICLE),
    LINKS.c.target.is_not(None),
    LINKS.c.score_key == UNSCORED,
)


def _select_lowest_scored_links() -> Select[Any]:
    """Return a SELECT of the link with the lowest score from each of several articles.

    The bound parameter `numbers` has the numbers of the articles. An article without a link with a score has
    no row. A row has the columns `LINK_COLUMNS`, `target_id`, and `scored`, the number of links from the
    article with a score. If several links have the lowest score, the link to the article with the highest id
    is selected.
    """
    worst_first = (LINKS.c.score_key, TARGETS.id.desc())
    ranked = (
        select(
            *LINK_COLUMNS,
            TARGETS.id.label("target_id"),
            func.count().over(partition_by=LINKS.c.article).label("scored"),
            func.row_number().over(partition_by=LINKS.c.article, order_by=worst_first).label("rank"),
        )
        .join(TARGETS, TARGETS.number == LINKS.c.target)
        .where(LINKS.c.article.in_(NUMBERS), LINKS.c.score_key > UNSCORED)
    )
    links = ranked.subquery()
    return select(links).where(links.c.rank == 1)


LOWEST_SCORED_LINKS = _select_lowest_scored_links()
# This statement sets the columns that are named in the parameters.
UPDATE_LINK = update(LINKS).where(LINKS.c.number == bindparam("link"))
DELETE_LINKS = delete(LINKS).where(LINKS.c.number.in_(NUMBERS))
DELETE_LINKS_FROM = delete(LINKS).where(LINKS.c.article == ARTICLE)
DELETE_COMPUTED_LINKS_TO = delete(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.basis == "computed")
CLEAR_SCORES_OF_LINKS_TO = update(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.score_key > UNSCORED)


class LinkChanges:
    """A list of changes to links between articles, which `write` stores together.

    `add` and `remove` only collect changes. `write` then executes at most one DELETE, UPDATE and INSERT.
    `articles` are the numbers of the articles whose links change.
    """

    def __init__(self) -> None:
        self.articles: set[int] = set()
        self._deleted: list[int] = []
        self._scores: list[dict[str, Any]] = []
        self._inserted: list[dict[str, Any]] = []

    def remove(self, link: Any) -> None:
        """Collect the change for two articles that are no longer similar: remove the `link` between them.

        A computed link is deleted. A link that the page of the article lists stays, but loses its score.
        """
        self.articles.add(link.article)
        if link.basis == "listed":
            self._scores.append(score_parameters(link.number, None, []))
        else:
            self._deleted.append(link.number)

    def add(self, article: LinkedArticle | Neighbour, target: Neighbour, link: Any | None) -> None:
        """Collect the change for two similar articles: set the score of the link from one to the other.

        Args:
            article: The article that the link starts from.
            target: The article that the link leads to, with the score (the similarity) and its reasons.
            link: The stored link between the two, or None. A link that the page of the article lists gets the
                score. A computed link is replaced, and a missing link is inserted.
        """
        number = article.article if isinstance(article, Neighbour) else article.number
        self.articles.add(number)
        if link and link.basis == "listed":
            self._scores.append(score_parameters(link.number, target.score, target.reasons))
            return
        if link:
            self._deleted.append(link.number)
        self._inserted.append(
            computed_link_row(
                (number, article.id),
                (target.article, target.id),
                target.score,
                target.reasons,
                published_key(article.published_at),
            )
        )

    def write(self, connection: Connection) -> set[int]:
        """Store the collected changes. Return the numbers of the articles whose links changed."""
        if self._deleted:
            connection.execute(DELETE_LINKS, {"numbers": self._deleted})
        update_rows(connection, UPDATE_LINK, self._scores)
        insert_rows(connection, RelatedLink, self._inserted)
        return self.articles


def remove_links_of(connection: Connection, article: int) -> None:
    """Delete the links from an article, the computed links to it, and the scores of the listed links to it.

    A listed link is an entry in the list of related articles on a page. `article` is a number.
    """
    connection.execute(DELETE_LINKS_FROM, {"linked_article": article})
    connection.execute(DELETE_COMPUTED_LINKS_TO, {"linked_article": article})
    cleared: dict[str, Any] = {"reasons": [], "score_key": UNSCORED}
    connection.execute(CLEAR_SCORES_OF_LINKS_TO, {"linked_article": article} | cleared)


def replace_computed_links(connection: Connection, given: LinkedArticle) -> set[int]:
    """Replace the computed links from the article `given` with links to the articles that are similar now.

    Links from other articles to this article are left as they are. Listed links get or lose their score.

    Return the numbers of the articles whose links changed: this article, or none.
    """
    similar = find_neighbours(connection, given)
    neighbours = [each for each in similar if each.reasons][:MAX_SCORED_LINKS]
    links = connection.execute(RESOLVED_LINKS, {"numbers": [given.number]}).all()
    link_by_target = {link.target: link for link in links}
    changes, targets = LinkChanges(), {neighbour.article for neighbour in neighbours}
    for target, former in link_by_target.items():
        if former.score_key != UNSCORED and target not in targets:
            changes.remove(former)
    for neighbour in neighbours:
        link = link_by_target.get(neighbour.article)
        if link is None or (link.score_key, link.reasons) != (neighbour.score, neighbour.reasons):
            changes.add(given, neighbour, link)
    return changes.write(connection)


def insert_links_both_ways(connection: Connection, articles: Iterable[LinkedArticle]) -> set[int]:
    """Insert the features of new articles, and computed links from and to the similar articles (neighbours).

    If the page of one article already lists the other article, this listed link gets the score, and no
    computed link is inserted. If a neighbour already has `MAX_SCORED_LINKS` links with a score, its link with
    the lowest score is compared with the new one. The link with the higher score is kept or, if the scores
    are equal, the link whose target has the lower id. If the old link is not kept, it is deleted if it is a
    computed link, and loses its score if it is a listed link.

    Args:
        connection: The connection, in a write transaction.
        articles: The new articles, in the order in which they are loaded. They have no features and
            no computed links yet. Each is compared with the articles before it and those stored earlier.

    Returns:
        The numbers of the articles whose links changed.
    """
    changed: set[int] = set()
    for given in articles:
        insert_features(connection, [given])
        changed |= _insert_links_of(connection, given)
    return changed


def _insert_links_of(connection: Connection, given: LinkedArticle) -> set[int]:
    neighbours = find_neighbours(connection, given, both_ways=True)
    if not neighbours:
        return set()
    listed = {
        (link.article, link.target): link
        for link in connection.execute(UNSCORED_LINKS, {"linked_article": given.number}).all()
    }
    numbers = [neighbour.article for neighbour in neighbours]
    lowest_of_full = {
        link.article: link
        for link in connection.execute(LOWEST_SCORED_LINKS, {"numbers": numbers}).all()
        if link.scored == MAX_SCORED_LINKS
    }
    changes = LinkChanges()
    for neighbour in [each for each in neighbours if each.reasons][:MAX_SCORED_LINKS]:
        changes.add(given, neighbour, listed.get((given.number, neighbour.article)))
    for neighbour in [each for each in neighbours if each.reasons_back]:
        lowest = lowest_of_full.get(neighbour.article)
        if lowest and (-lowest.score_key, lowest.target_id) < (-neighbour.score, given.id):
            continue
        if lowest:
            changes.remove(lowest)
        back = neighbour._replace(article=given.number, id=given.id, reasons=neighbour.reasons_back)
        changes.add(neighbour, back, listed.get((neighbour.article, given.number)))
    return changes.write(connection)


def score_parameters(link: int, score: float | None, reasons: Reasons) -> dict[str, Any]:
    """Return the parameters with which the statement `UPDATE_LINK` sets the score and reasons of a link.

    Args:
        link: The number of the link.
        score: The similarity of the two articles, or None to remove the score from the link.
        reasons: The reasons for the similarity. The list should be empty if `score` is None.
    """
    return {"link": link, "reasons": reasons, "score_key": score_key(score)}


def computed_link_row(
    article: tuple[int, UUID], target: tuple[int, UUID], score: float, reasons: Reasons, published: datetime
) -> dict[str, Any]:
    """Return the database row of a computed link from one article to another.

    Args:
        article: The number and the id of the article that the link starts from.
        target: The number and the id of the similar article.
        score: The similarity of the two articles.
        reasons: The reasons for the similarity.
        published: The `published_key` of the article that the link starts from.
    """
    return {
        "id": computed_link_id(article[1], target[1]),
        "article": article[0],
        "precedence": link_precedence(score=score, target=target[1]),
        "basis": "computed",
        "title": None,
        "title_hash": None,
        "printed_date": None,
        "target": target[0],
        "reasons": reasons,
        "published_key": published,
        "score_key": score,
    }
