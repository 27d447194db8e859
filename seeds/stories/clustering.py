"""Divide articles into stories by average linkage over the links with a score.

At first, each article is a cluster. Similar clusters are merged, and the remaining clusters are the stories.

The strength of a link is its score, divided by how similar the two articles are to their nearest neighbours.
This makes texts of different kinds comparable: briefs on elections resemble each other more than briefs on
fires do.

    strength(a, b) = score(a, b) / sqrt(scale(a) * scale(b))
    scale(a)       = max(MIN_SCALE, mean of the three highest scores of a)
    linkage(A, B)  = sum of strength(a, b) for a in A and b in B
                     / min(|A| * |B|, LINKS_PER_ARTICLE * min(|A|, |B|))

A missing link has the strength 0. A link counts for the scale unless both articles are grouped and more than
`MAX_SPAN` apart. The scale therefore depends on which articles are grouped together. An article has few links
with a score, so the denominator counts at most `LINKS_PER_ARTICLE` links for each article of the smaller
cluster.

Clusters with the highest linkage are merged first. Two clusters stay apart if their linkage is less than
`MIN_LINKAGE`. They also stay apart if the first and the last publication of their articles are more than
`MAX_SPAN` apart.

For the same articles and links, the result does not depend on the order of the articles: strengths are
integers, and the ids of the articles decide ties.

References: Sokal and Michener, "A statistical method for evaluating systematic relationships" (1958);
Zelnik-Manor and Perona, "Self-tuning spectral clustering" (2004).
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from math import sqrt
from typing import NamedTuple
from uuid import UUID

from api.models import UNDATED

# These values were chosen by cross-validation. See docs/numbers.md.
MIN_LINKAGE = 0.5
MIN_SCALE = 0.42
# Articles are grouped together only if links with this score or a higher one connect them.
MIN_STORY_SCORE = MIN_LINKAGE * MIN_SCALE
LINKS_PER_ARTICLE = 5
SCALE_LINKS = 3
# Shorter than a month, so that the reports of two months on the same subject are two stories.
MAX_SPAN = timedelta(days=21)
# The integer that represents the strength 1.
UNIT = 1_000_000


class StoryArticle(NamedTuple):
    """An article that is assigned to a story.

    Attributes:
        number: The database number of the article.
        id: Its id.
        key: The key of its document.
        published_key: When it was published, or `UNDATED`.
    """

    number: int
    id: UUID
    key: str
    published_key: datetime

    @property
    def founder_rank(self) -> tuple[bool, datetime, str]:
        """A sort key by time of publication, undated articles last, then by the key of the document.

        The first article of a story is its founder: the story is named after it.
        """
        return self.published_key == UNDATED, self.published_key, self.key


class _Cluster:
    """A cluster: articles that are in one story so far, with their first and last time of publication.

    `strengths` has, by the key of each linked cluster, the sum of the strengths of the links to that cluster.
    """

    __slots__ = ("articles", "first", "last", "strengths")

    def __init__(self, articles: Iterable[StoryArticle]) -> None:
        self.articles = list(articles)
        times = [each.published_key for each in self.articles if each.published_key != UNDATED]
        self.first: datetime | None = min(times, default=None)
        self.last: datetime | None = max(times, default=None)
        self.strengths: dict[int, int] = {}

    def add(self, other: "_Cluster") -> None:
        """Add the articles of `other`."""
        self.articles += other.articles
        self.first, self.last = _span(self, other)

    def can_join(self, other: "_Cluster") -> bool:
        """Return True if the times of publication in this cluster and in `other` span at most `MAX_SPAN`."""
        first, last = _span(self, other)
        return first is None or last is None or last - first <= MAX_SPAN

    def linkage(self, other: "_Cluster", strength: int) -> float:
        """Return the linkage of this cluster and `other`: how strongly their articles are linked.

        `strength` is the sum of the strengths of the links between the two clusters.
        """
        fewer, more = sorted((len(self.articles), len(other.articles)))
        return strength / (UNIT * min(fewer * more, LINKS_PER_ARTICLE * fewer))


Scores = Mapping[int, Mapping[int, float]]
"""The scores of links: `scores[a][b]` for the link from article `a` to article `b`, by database numbers."""


def find_stories(
    joined: Iterable[Sequence[StoryArticle]], scores: Scores, min_linkage: float = MIN_LINKAGE
) -> list[list[StoryArticle]]:
    """Divide articles into stories, and return each story as a list of articles.

    Args:
        joined: Groups of articles. The articles of a group stay in one story.
        scores: The scores of all links of the articles, by the database numbers of both articles. Links to
            articles outside `joined` count for the scale.
        min_linkage: The lowest linkage (see this module) of two groups that are merged.
    """
    in_order = sorted(joined, key=lambda articles: min(each.id for each in articles))
    clusters = {place: _Cluster(articles) for place, articles in enumerate(in_order)}
    _add_strengths(clusters, scores)
    heap: list[tuple[float, int, int]] = []
    for place, cluster in clusters.items():
        _push(heap, clusters, place, (other for other in cluster.strengths if other > place), min_linkage)
    while heap:
        negative, first, second = heapq.heappop(heap)
        if first not in clusters or second not in clusters:
            continue
        one, other = clusters[first], clusters[second]
        if -negative != one.linkage(other, one.strengths[second]) or not one.can_join(other):
            continue
        one.add(other)
        del clusters[second]
        for third, strength in other.strengths.items():
            if third != first:
                both = one.strengths.get(third, 0) + strength
                one.strengths[third] = clusters[third].strengths[first] = both
                del clusters[third].strengths[second]
        del one.strengths[second]
        _push(heap, clusters, first, one.strengths, min_linkage)
    return [cluster.articles for cluster in clusters.values()]


def _push(
    heap: list[tuple[float, int, int]],
    clusters: Mapping[int, _Cluster],
    place: int,
    others: Iterable[int],
    min_linkage: float,
) -> None:
    """Add possible merges of a cluster with others to `heap`, if their linkage is at least `min_linkage`.

    Args:
        heap: The possible merges, highest linkage first: the negative linkage and the keys of two clusters.
        clusters: All clusters by key.
        place: The key of the cluster.
        others: The keys of the other clusters.
    """
    cluster = clusters[place]
    for other in others:
        linkage = cluster.linkage(clusters[other], cluster.strengths[other])
        if linkage >= min_linkage:
            heapq.heappush(heap, (-linkage, min(place, other), max(place, other)))


def _add_strengths(clusters: Mapping[int, _Cluster], scores: Scores) -> None:
    places = {each.number: place for place, cluster in clusters.items() for each in cluster.articles}
    published = {
        each.number: each.published_key for cluster in clusters.values() for each in cluster.articles
    }
    near: dict[int, dict[int, float]] = {}
    for number in places:
        near[number] = {
            other: score
            for other, score in scores.get(number, {}).items()
            if other not in published or _are_near(published[number], published[other])
        }
    scales = {number: _scale(several.values()) for number, several in near.items()}
    strengths: dict[tuple[int, int], int] = {}
    for number, several in near.items():
        for other, score in several.items():
            if places.get(other, places[number]) != places[number]:
                pair = min(number, other), max(number, other)
                strength = round(UNIT * score / sqrt(scales[number] * scales[other]))
                strengths[pair] = max(strengths.get(pair, 0), strength)
    for (number, other), strength in strengths.items():
        first, second = places[number], places[other]
        both = clusters[first].strengths.get(second, 0) + strength
        clusters[first].strengths[second] = clusters[second].strengths[first] = both


def _scale(scores: Iterable[float]) -> float:
    highest = heapq.nlargest(SCALE_LINKS, scores)
    return max(MIN_SCALE, sum(highest) / SCALE_LINKS)


def _are_near(first: datetime, second: datetime) -> bool:
    """Return True if two times of publication are at most `MAX_SPAN` apart, or if one time is unknown."""
    return UNDATED in {first, second} or abs(first - second) <= MAX_SPAN


def _span(one: _Cluster, other: _Cluster) -> tuple[datetime | None, datetime | None]:
    """Return the first and the last time of publication among the articles of two clusters together.

    Both times are None if no article has a time of publication.
    """
    times = [time for time in (one.first, one.last, other.first, other.last) if time is not None]
    return (min(times), max(times)) if times else (None, None)
