"""Computed links connect an article with the most similar articles (its neighbours), in both directions.

An article has at most `MAX_SCORED_LINKS` links with a score, the similarity of the two articles. If the page
of an article already lists a link to a neighbour, this listed link gets the score. For every other neighbour,
a computed link is inserted.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update
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
RESOLVED_LINKS = select(*LINK_COLUMNS, LINKS.c.reasons).where(
    LINKS.c.article.in_(NUMBERS), LINKS.c.target.is_not(None)
)
# The resolved links from some articles, with the ids of their targets.
LINKS_OF_ARTICLES = (
    select(*LINK_COLUMNS, LINKS.c.reasons, TARGETS.id.label("target_id"))
    .join(TARGETS, TARGETS.number == LINKS.c.target)
    .where(LINKS.c.article.in_(NUMBERS))
)
# This statement sets the columns that are named in the parameters.
UPDATE_LINK = update(LINKS).where(LINKS.c.number == bindparam("link"))
DELETE_LINKS = delete(LINKS).where(LINKS.c.number.in_(NUMBERS))
DELETE_LINKS_FROM = delete(LINKS).where(LINKS.c.article == ARTICLE)
DELETE_COMPUTED_LINKS_TO = delete(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.basis == "computed")
CLEAR_SCORES_OF_LINKS_TO = update(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.score_key > UNSCORED)


@dataclass(slots=True)
class ResolvedLink:
    """A link between two articles while a batch changes the scores of links.

    Attributes:
        target: The number of the article that the link leads to.
        target_id: The id of this article.
        number: The number of the row, or None if the link is not stored yet.
        is_listed: True if the page of the article lists the target. Such a link stays if it loses its score.
        score: The similarity, or None.
        reasons: The reasons for the similarity.
        stored: The score and the reasons that are stored.
    """

    target: int
    target_id: UUID
    number: int | None = None
    is_listed: bool = False
    score: float | None = None
    reasons: Sequence[Any] = ()
    stored: tuple[float | None, Sequence[Any]] = (None, ())

    @property
    def has_changed(self) -> bool:
        """True if the score or the reasons differ from those that are stored."""
        return (self.score, self.reasons) != self.stored


class LinkTable:
    """The resolved links from some articles, in memory. `write` stores what has changed.

    Args:
        connection: The connection, in a write transaction.
        articles: The numbers of the articles.
    """

    def __init__(self, connection: Connection, articles: Iterable[int]) -> None:
        self._connection = connection
        self._links: defaultdict[int, dict[int, ResolvedLink]] = defaultdict(dict)
        numbers = sorted(articles)
        for row in connection.execute(LINKS_OF_ARTICLES, {"numbers": numbers}) if numbers else ():
            score = None if row.score_key == UNSCORED else row.score_key
            self._links[row.article][row.target] = ResolvedLink(
                row.target,
                row.target_id,
                row.number,
                row.basis == "listed",
                score,
                row.reasons,
                (score, row.reasons),
            )

    def scored(self, article: int) -> list[ResolvedLink]:
        """Return the links from `article` that have a score."""
        return [link for link in self._links[article].values() if link.score is not None]

    def set_score(self, article: int, neighbour: Neighbour) -> None:
        """Set the score of the link from `article` to a similar article. Add a link if there is none."""
        link = self._links[article].setdefault(
            neighbour.article, ResolvedLink(neighbour.article, neighbour.id)
        )
        link.score, link.reasons = neighbour.score, neighbour.reasons

    def clear_score(self, link: ResolvedLink) -> None:
        """Take the score from `link`. `write` then deletes it, unless the page of its article lists it."""
        link.score, link.reasons = None, []

    def write(self, published_keys: Mapping[int, tuple[UUID, datetime]]) -> set[int]:
        """Store the links that have changed. Return the numbers of the articles from which they start.

        `published_keys` has the id and the `published_key` of each article from which a new link starts.
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
        listed = [link for _, link in changed if link.is_listed and link.number is not None]
        update_rows(
            self._connection,
            UPDATE_LINK,
            [score_parameters(link.number or 0, link.score, [*link.reasons]) for link in listed],
        )
        rows = [
            computed_link_row(
                (article, published_keys[article][0]),
                (link.target, link.target_id),
                link.score,
                [*link.reasons],
                published_keys[article][1],
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
    table = LinkTable(connection, [given.number for given in articles])
    found = find_neighbours(connection, articles, vectors)
    for given, similar in zip(articles, found, strict=True):
        neighbours = [each for each in similar if each.reasons][:MAX_SCORED_LINKS]
        targets = {neighbour.article for neighbour in neighbours}
        for link in table.scored(given.number):
            if link.target not in targets:
                table.clear_score(link)
        for neighbour in neighbours:
            table.set_score(given.number, neighbour)
    return table.write({given.number: (given.id, published_key(given.published_at)) for given in articles})


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
    found = find_neighbours(connection, articles, vectors, only_earlier=are_new, both_ways=True)
    sources = {given.number: (given.id, published_key(given.published_at)) for given in articles}
    sources |= {
        each.article: (each.id, published_key(each.published_at)) for similar in found for each in similar
    }
    table = LinkTable(connection, sources)
    for given, neighbours in zip(articles, found, strict=True):
        for neighbour in [each for each in neighbours if each.reasons][:MAX_SCORED_LINKS]:
            table.set_score(given.number, neighbour)
        for neighbour in [each for each in neighbours if each.reasons_back]:
            _link_back(table, given, neighbour)
    return table.write(sources)


def _link_back(table: LinkTable, given: LinkedArticle, neighbour: Neighbour) -> None:
    """Link `neighbour` to the article `given`, unless it has `MAX_SCORED_LINKS` links to nearer articles."""
    scored = table.scored(neighbour.article)
    if len(scored) >= MAX_SCORED_LINKS:
        lowest = min(scored, key=lambda link: (link.score or 0, -link.target_id.int))
        if (-(lowest.score or 0), lowest.target_id) < (-neighbour.score, given.id):
            return
        table.clear_score(lowest)
    back = neighbour._replace(article=given.number, id=given.id, reasons=neighbour.reasons_back)
    table.set_score(neighbour.article, back)


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
