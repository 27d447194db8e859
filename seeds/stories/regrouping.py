"""Recompute all stories from the links between articles. Links without a score are ignored.

Afterwards, the stories do not depend on the order of loading, and neither do their founders (the articles
that they are named after).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
from sqlalchemy import bindparam, select

from api.database.base import table_of
from api.models import UNSCORED, Article, RelatedLink
from seeds.bulk_statements import portions
from seeds.console import progress
from seeds.stories.clustering import MIN_STORY_SCORE, StoryArticle, find_stories
from seeds.stories.key_points import KeyPointChooser
from seeds.stories.story_rows import move_articles, write_stories
from seeds.storing.history import increment_corpus_revision
from seeds.storing.transactions import Transaction

# The number of articles that are grouped in one transaction.
BATCH_SIZE = 100
# The number of rows that are read at a time.
CHUNK_ROWS = 10_000
ARTICLES, LINKS = table_of(Article), table_of(RelatedLink)
SCORED_LINKS = (
    select(LINKS.c.article, LINKS.c.target, LINKS.c.score_key)
    .where(LINKS.c.score_key > UNSCORED, LINKS.c.target.is_not(None))
    .execution_options(yield_per=CHUNK_ROWS)
)
STORY_ARTICLES = select(
    ARTICLES.c.number, ARTICLES.c.id, ARTICLES.c.key, ARTICLES.c.published_key, ARTICLES.c.story
).where(ARTICLES.c.number.in_(bindparam("numbers", expanding=True)))


class LinkGraph:
    """A graph of all articles, in memory. Its edges are the links that have a score.

    `begin` opens a transaction for reading the articles and links.
    """

    def __init__(self, begin: Transaction) -> None:
        with begin() as connection:
            self.numbers: list[int] = sorted(connection.scalars(select(ARTICLES.c.number)))
            chunks = [np.empty((0, 3))]
            rows = connection.execute(SCORED_LINKS)
            chunks += [np.array([tuple(row) for row in part]) for part in rows.partitions()]
        links = np.concatenate(chunks)
        self._links = links[np.argsort(links[:, 0], kind="stable")]

    def components(self) -> list[list[int]]:
        """Return the connected components of the graph, as lists of database numbers of articles.

        A link connects two articles if its score is at least `MIN_STORY_SCORE`. Articles of different
        components are never in one story.
        """
        parents = {number: number for number in self.numbers}

        def root(number: int) -> int:
            while parents[number] != number:
                parents[number] = number = parents[parents[number]]
            return number

        for article, target, _ in self._links[self._links[:, 2] >= MIN_STORY_SCORE].tolist():
            first, second = root(int(article)), root(int(target))
            parents[max(first, second)] = min(first, second)
        members: defaultdict[int, list[int]] = defaultdict(list)
        for number in self.numbers:
            members[root(number)].append(number)
        return list(members.values())

    def scores(self, article: int) -> dict[int, float]:
        """Return the scores of the links from `article`, by the database number of the target."""
        first, last = np.searchsorted(self._links[:, 0], (article, article + 1))
        return {int(target): score for _, target, score in self._links[first:last].tolist()}


def regroup_articles(begin: Transaction, key_points: KeyPointChooser) -> int:
    """Recompute all stories, and rewrite their rows in the database.

    Args:
        begin: Opens a write transaction.
        key_points: Chooses the key points of the stories.

    Returns:
        The number of articles that are in a different story than before.
    """
    graph = LinkGraph(begin)
    moved = 0
    components = graph.components()
    for batch in progress(list(_batches(components)), "Grouping"):
        with begin() as connection:
            former = {
                row.number: row
                for several in portions(list(chain.from_iterable(batch)))
                for row in connection.execute(STORY_ARTICLES, {"numbers": several})
            }
            stories: dict[int, int] = {}
            for component in batch:
                stories |= _stories_of([StoryArticle(*former[number][:4]) for number in component], graph)
            changed = [number for number, story in stories.items() if story != former[number].story]
            move_articles(connection, {number: stories[number] for number in changed})
            numbers = {*stories.values(), *(row.story for row in former.values())}
            written = write_stories(connection, numbers, key_points)
            if written:
                increment_corpus_revision(connection, written)
        moved += len(changed)
    return moved


def _stories_of(articles: Sequence[StoryArticle], graph: LinkGraph) -> dict[int, int]:
    """Form stories from the links in `graph`, and return the story of each article, both as database numbers.

    A story has the number of its founder, the article that the story is named after.
    """
    scores = {each.number: graph.scores(each.number) for each in articles}
    stories: dict[int, int] = {}
    for several in find_stories([[each] for each in articles], scores):
        founder = min(several, key=lambda each: each.founder_rank)
        stories |= dict.fromkeys((each.number for each in several), founder.number)
    return stories


def _batches(components: Sequence[list[int]]) -> Iterator[list[list[int]]]:
    """Divide groups of linked articles into batches of about `BATCH_SIZE` articles.

    `components` are the groups, each as a list of database numbers of articles. A group is never divided,
    even if it has more than `BATCH_SIZE` articles.
    """
    batch: list[list[int]] = []
    for component in components:
        batch.append(component)
        if sum(map(len, batch)) >= BATCH_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch
