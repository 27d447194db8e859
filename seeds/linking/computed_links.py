"""Insert computed links, which connect an article with the most similar articles (its neighbours).

An article has at most `MAX_SCORED_LINKS` links with a score, the similarity. If the page of an article
already lists a neighbour, the listed link gets the score instead.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, select, update

from api.database.base import table_of
from api.models import UNSCORED, RelatedLink
from seeds.linking.inverted_index import insert_features
from seeds.linking.link_reasons import Reasons
from seeds.linking.link_table import LinkTable
from seeds.linking.neighbours import Neighbour, find_neighbours
from seeds.linking.vector_cache import LinkedArticle, VectorCache
from seeds.stories.assignment import StoryAssignment
from seeds.stories.clustering import MIN_STORY_SCORE

MAX_SCORED_LINKS = 8

LINKS = table_of(RelatedLink)
ARTICLE: BindParameter[int] = bindparam("linked_article")
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
# The articles that have no place for another score, with their lowest score.
LOWEST_SCORES = (
    select(LINKS.c.article, func.min(LINKS.c.score_key).label("lowest"))
    .where(LINKS.c.article.in_(NUMBERS), LINKS.c.score_key > UNSCORED)
    .group_by(LINKS.c.article)
    .having(func.count() >= MAX_SCORED_LINKS)
)
DELETE_LINKS_FROM = delete(LINKS).where(LINKS.c.article == ARTICLE)
DELETE_COMPUTED_LINKS_TO = delete(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.basis == "computed")
CLEAR_SCORES_OF_LINKS_TO = update(LINKS).where(LINKS.c.target == ARTICLE, LINKS.c.score_key > UNSCORED)


class LinkChanges(NamedTuple):
    """The changes that `insert_links_both_ways` has made.

    Attributes:
        articles: The database numbers of the articles whose links changed.
        stories: The assignment of the inserted and similar articles to stories. The caller must call its
            method `write` to store it.
    """

    articles: set[int]
    stories: StoryAssignment


def remove_links_of(connection: Connection, article: int) -> None:
    """Delete all links from an article, and all computed links to it.

    Listed links to the article (entries in the lists of related articles on other pages) lose their scores.
    `article` is its database number.
    """
    connection.execute(DELETE_LINKS_FROM, {"linked_article": article})
    connection.execute(DELETE_COMPUTED_LINKS_TO, {"linked_article": article})
    cleared: dict[str, Any] = {"reasons": [], "score_key": UNSCORED}
    connection.execute(CLEAR_SCORES_OF_LINKS_TO, {"linked_article": article} | cleared)


def replace_computed_links(
    connection: Connection, articles: Sequence[LinkedArticle], vectors: VectorCache
) -> set[int]:
    """Replace the computed links from `articles` with links to the articles that are similar now.

    Listed links (entries in the lists of related articles on pages) get or lose their score. Links to
    `articles` stay.

    Args:
        connection: In a write transaction.
        articles: The articles. Their features are stored.
        vectors: Reads the feature vectors of similar articles.

    Returns:
        The database numbers of the articles whose links changed.
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
    """Return the first `MAX_SCORED_LINKS` of `neighbours` that have reasons, each with its reasons.

    A neighbour is a pair of similar articles. The reasons say what makes the two articles similar.
    """
    explained = ((neighbour, neighbour.explain()) for neighbour in neighbours)
    return list(islice((each for each in explained if each[1]), MAX_SCORED_LINKS))


def insert_links_both_ways(
    connection: Connection, articles: Sequence[LinkedArticle], vectors: VectorCache, *, are_new: bool = True
) -> LinkChanges:
    """Link articles to similar articles and back, insert their features, and assign them to stories.

    Each article keeps the `MAX_SCORED_LINKS` links with the highest scores. If the page of an article already
    lists a similar article, this listed link gets the score.

    Args:
        connection: In a write transaction.
        articles: The articles, in the order of loading, without features and computed links.
        vectors: Reads the features of other articles.
        are_new: True to compare each article only with the articles before it.

    Returns:
        The articles whose links changed, and the assignment to stories. The caller must call
        `stories.write()`.
    """
    insert_features(connection, articles, vectors)
    # New articles are compared only with earlier ones, so that the result does not depend on how a load is
    # divided into batches.
    found = find_neighbours(connection, articles, vectors, only_earlier=are_new)
    backward = [[each.reversed() for each in neighbours] for neighbours in found]
    backward = _leave_out_distant(connection, backward)
    sources = {given.number: given for given in articles}
    sources |= {each.given.number: each.given for several in backward for each in several}
    near = [
        {neighbour.other.number for neighbour in neighbours if neighbour.score >= MIN_STORY_SCORE}
        for neighbours in found
    ]
    numbers = {given.number for given in articles}
    stories = StoryAssignment(connection, numbers.union(*near), numbers if are_new else ())
    table = LinkTable(connection, {*sources, *stories.articles})
    for given, neighbours, back, similar in zip(articles, found, backward, near, strict=True):
        for neighbour, reasons in _explain_nearest(neighbours):
            table.link(given.number, neighbour.other).set_score(neighbour.score, reasons)
        for neighbour in back:
            _add_link(table, neighbour)
        stories.assign(given.number, similar, table)
    return LinkChanges(table.write(sources), stories)


def _leave_out_distant(
    connection: Connection, neighbours: Iterable[Iterable[Neighbour]]
) -> list[list[Neighbour]]:
    """Return `neighbours` without the pairs of articles whose score is too low for a link.

    The score of a pair is too low if its given article already has `MAX_SCORED_LINKS` stored links, all with
    higher scores.
    """
    groups = [list(several) for several in neighbours]
    numbers = sorted({each.given.number for several in groups for each in several})
    rows = connection.execute(LOWEST_SCORES, {"numbers": numbers}) if numbers else ()
    lowest = {row.article: row.lowest for row in rows}
    return [
        [each for each in several if each.score >= lowest.get(each.given.number, 0)] for several in groups
    ]


def _add_link(table: LinkTable, neighbour: Neighbour) -> None:
    """Add a link from the article `neighbour.given` to the similar article `neighbour.other` to `table`.

    If the article already has `MAX_SCORED_LINKS` links with a score, the one with the lowest score loses it.
    The new link is not added if its score would be the lowest, or if it has no reasons.
    """
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
