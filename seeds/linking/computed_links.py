"""Computed links connect an article with the most similar articles (its neighbours), in both directions.

An article has at most `MAX_SCORED_LINKS` links with a score, the similarity of the two articles. If the page
of an article already lists a link to a neighbour, this listed link gets the score. For every other neighbour,
a computed link is inserted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update
from sqlalchemy.orm import aliased

from api.database.base import table_of
from api.models import UNSCORED, Article, RelatedLink, link_precedence, published_key, score_key
from seeds.bulk import insert_rows, update_rows
from seeds.identifiers import computed_link_id
from seeds.linking.inverted_index import insert_features
from seeds.linking.link_reasons import Reasons
from seeds.linking.neighbours import Neighbour, find_neighbours
from seeds.linking.vector_cache import LinkedArticle, VectorCache

MAX_SCORED_LINKS = 8

LINKS = table_of(RelatedLink)
ARTICLE: BindParameter[int] = bindparam("linked_article")
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
TARGETS = aliased(Article)
LINK_COLUMNS = (LINKS.c.number, LINKS.c.article, LINKS.c.target, LINKS.c.basis, LINKS.c.score_key)
# The resolved links from some articles, with the ids of their targets, and without or with the reasons.
LINKS_WITH_IDS = (
    select(*LINK_COLUMNS, TARGETS.id.label("target_id"))
    .join(TARGETS, TARGETS.number == LINKS.c.target)
    .where(LINKS.c.article.in_(NUMBERS))
)
LINKS_WITH_REASONS = LINKS_WITH_IDS.add_columns(LINKS.c.reasons)
# The articles that have no place for another score, with their lowest score.
LOWEST_SCORES = (
    select(LINKS.c.article, func.min(LINKS.c.score_key).label("lowest"))
    .where(LINKS.c.article.in_(NUMBERS), LINKS.c.score_key > UNSCORED)
    .group_by(LINKS.c.article)
    .having(func.count() >= MAX_SCORED_LINKS)
)
# This statement sets the columns that are named in the parameters.
UPDATE_LINK = update(LINKS).where(LINKS.c.number == bindparam("link"))
DELETE_LINKS = delete(LINKS).where(LINKS.c.number.in_(NUMBERS))
DELETE_LINKS_FROM = delete(LINKS).where(LINKS.c.article == ARTICLE)
DELETE_COMPUTED_LINKS_TO = delete(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.basis == "computed")
CLEAR_SCORES_OF_LINKS_TO = update(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.score_key > UNSCORED)


@dataclass(slots=True)
class ResolvedLink:
    """A link from one article to another while a batch changes the scores of links.

    Attributes:
        target: The number of the article that the link leads to.
        target_id: The id of this article.
        number: The number of the row, or None if the link is not stored yet.
        is_listed: True if the page of the article lists the target. Such a link stays if it loses its score.
        score: The similarity, or None.
        reasons: The reasons for the similarity. Empty if they were not read.
        has_changed: True if the score or the reasons differ from those that are stored.
    """

    target: int
    target_id: UUID
    number: int | None = None
    is_listed: bool = False
    score: float | None = None
    reasons: Sequence[Any] = ()
    has_changed: bool = False

    def set_score(self, score: float | None, reasons: Reasons) -> None:
        """Set the score and its reasons. Without a score, `LinkTable.write` deletes a computed link."""
        if (score, reasons) != (self.score, self.reasons):
            self.score, self.reasons, self.has_changed = score, reasons, True


class LinkTable:
    """The resolved links from some articles, in memory. `write` stores what has changed.

    Args:
        connection: The connection, in a write transaction.
        articles: The numbers of the articles.
        has_reasons: True to read the reasons, so that a link whose score and reasons are set to the stored
            values counts as unchanged.
    """

    def __init__(self, connection: Connection, articles: Iterable[int], *, has_reasons: bool = False) -> None:
        self._connection = connection
        self._links: defaultdict[int, dict[int, ResolvedLink]] = defaultdict(dict)
        statement = LINKS_WITH_REASONS if has_reasons else LINKS_WITH_IDS
        numbers = sorted(articles)
        rows = connection.execute(statement, {"numbers": numbers}) if numbers else ()
        for number, article, target, basis, stored_score, target_id, *reasons in rows:
            score = None if stored_score == UNSCORED else stored_score
            self._links[article][target] = ResolvedLink(
                target, target_id, number, basis == "listed", score, reasons[0] if reasons else ()
            )

    def scored(self, article: int) -> list[ResolvedLink]:
        """Return the links from `article` that have a score."""
        return [link for link in self._links[article].values() if link.score is not None]

    def link(self, article: int, target: LinkedArticle) -> ResolvedLink:
        """Return the link from `article` to `target`. Add a link if there is none."""
        links = self._links[article]
        if target.number not in links:
            links[target.number] = ResolvedLink(target.number, target.id)
        return links[target.number]

    def write(self, sources: Mapping[int, LinkedArticle]) -> set[int]:
        """Store the links that have changed. Return the numbers of the articles from which they start.

        `sources` has each article from which a new link starts, by its number.
        """
        changed = [
            (article, link)
            for article, links in self._links.items()
            for link in links.values()
            if link.has_changed
        ]
        computed = [(article, link) for article, link in changed if not link.is_listed]
        deleted = [link.number for _, link in computed if link.number is not None]
        if deleted:
            self._connection.execute(DELETE_LINKS, {"numbers": sorted(deleted)})
        listed = [
            score_parameters(link.number, link.score, [*link.reasons])
            for _, link in changed
            if link.is_listed and link.number is not None
        ]
        update_rows(self._connection, UPDATE_LINK, listed)
        rows = [
            computed_link_row(
                (article, sources[article].id),
                (link.target, link.target_id),
                link.score,
                [*link.reasons],
                published_key(sources[article].published_at),
            )
            for article, link in computed
            if link.score is not None
        ]
        insert_rows(self._connection, RelatedLink, rows)
        return {article for article, _ in changed}


def remove_links_of(connection: Connection, article: int) -> None:
    """Delete the links from an article, the computed links to it, and the scores of the listed links to it.

    A listed link is an entry in the list of related articles on a page. `article` is a number.
    """
    connection.execute(DELETE_LINKS_FROM, {"linked_article": article})
    connection.execute(DELETE_COMPUTED_LINKS_TO, {"linked_article": article})
    cleared: dict[str, Any] = {"reasons": [], "score_key": UNSCORED}
    connection.execute(CLEAR_SCORES_OF_LINKS_TO, {"linked_article": article} | cleared)


def replace_computed_links(
    connection: Connection, articles: Sequence[LinkedArticle], vectors: VectorCache
) -> set[int]:
    """Replace the computed links from `articles` with links to the articles that are similar now.

    Links from other articles to these articles are left as they are. Listed links get or lose their score.

    Return the numbers of the articles whose links changed.
    """
    sources = {given.number: given for given in articles}
    table = LinkTable(connection, sources, has_reasons=True)
    found = find_neighbours(connection, articles, vectors)
    for given, similar in zip(articles, found, strict=True):
        explained = _explain_nearest(similar)
        targets = {neighbour.other.number for neighbour, _ in explained}
        for link in table.scored(given.number):
            if link.target not in targets:
                link.set_score(None, [])
        for neighbour, reasons in explained:
            table.link(given.number, neighbour.other).set_score(neighbour.score, reasons)
    return table.write(sources)


def _explain_nearest(neighbours: Iterable[Neighbour]) -> list[tuple[Neighbour, Reasons]]:
    """Return up to `MAX_SCORED_LINKS` neighbours with reasons, in the order of `neighbours`."""
    explained = ((neighbour, neighbour.explain()) for neighbour in neighbours)
    return list(islice((each for each in explained if each[1]), MAX_SCORED_LINKS))


def insert_links_both_ways(
    connection: Connection, articles: Sequence[LinkedArticle], vectors: VectorCache, *, are_new: bool = True
) -> set[int]:
    """Insert the features of articles, and computed links from and to the similar articles (neighbours).

    If the page of one article already lists the other article, this listed link gets the score, and no
    computed link is inserted. If a neighbour already has `MAX_SCORED_LINKS` links with a score, its link with
    the lowest score is compared with the new one. The link with the higher score is kept or, if the scores
    are equal, the link whose target has the lower id. If the old link is not kept, it is deleted if it is a
    computed link, and loses its score if it is a listed link.

    Args:
        connection: The connection, in a write transaction.
        articles: The articles, in the order in which they are loaded. They have no features and no computed
            links yet.
        vectors: Reads the vectors of similar articles.
        are_new: True if the articles have the highest numbers. Each is then compared only with the articles
            before it, so that the result does not depend on how a load is divided into batches.

    Returns:
        The numbers of the articles whose links changed.
    """
    insert_features(connection, articles, vectors)
    found = find_neighbours(connection, articles, vectors, only_earlier=are_new)
    backward = [[each.reversed() for each in neighbours] for neighbours in found]
    backward = _leave_out_distant(connection, backward)
    sources = {given.number: given for given in articles}
    sources |= {each.given.number: each.given for several in backward for each in several}
    table = LinkTable(connection, sources)
    for given, neighbours, back in zip(articles, found, backward, strict=True):
        for neighbour, reasons in _explain_nearest(neighbours):
            table.link(given.number, neighbour.other).set_score(neighbour.score, reasons)
        for neighbour in back:
            _add_link(table, neighbour)
    return table.write(sources)


def _leave_out_distant(
    connection: Connection, neighbours: Iterable[Iterable[Neighbour]]
) -> list[list[Neighbour]]:
    """Return `neighbours` without those that are too distant for a link from the given article.

    They are less similar to the given article than all targets of its links, which are `MAX_SCORED_LINKS`.
    """
    groups = [list(several) for several in neighbours]
    numbers = sorted({each.given.number for several in groups for each in several})
    rows = connection.execute(LOWEST_SCORES, {"numbers": numbers}) if numbers else ()
    lowest = {row.article: row.lowest for row in rows}
    return [
        [each for each in several if each.score >= lowest.get(each.given.number, 0)] for several in groups
    ]


def _add_link(table: LinkTable, neighbour: Neighbour) -> None:
    """Link the given article to `neighbour`, unless `MAX_SCORED_LINKS` of its links have a higher score."""
    given, other = neighbour.given, neighbour.other
    scored = table.scored(given.number)
    lowest = None
    if len(scored) >= MAX_SCORED_LINKS:
        lowest = min(scored, key=lambda link: (link.score or 0, -link.target_id.int))
        if (-(lowest.score or 0), lowest.target_id) < (-neighbour.score, other.id):
            return
    reasons = neighbour.explain()
    if not reasons:
        return
    if lowest:
        lowest.set_score(None, [])
    table.link(given.number, other).set_score(neighbour.score, reasons)


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
