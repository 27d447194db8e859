"""Rank the hits of a search by Okapi BM25, with the terms that `seeds.search_index.term_segments` has stored.

All hits of the whole corpus are ranked. The scores and their order are those of the function bm25() of FTS5,
the full-text index of SQLite. FTS5 itself would read the list of each word once more to count it, and then
rank hits one at a time, which takes ten times as long.
"""

from collections.abc import Iterator, Sequence
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, select

from api.database.base import table_of
from api.models import PendingTerms, TermBucket, TermSegment
from api.search.query_language import Query
from api.search.term_lists import (
    ArticleList,
    Integers,
    bucket_of,
    bucket_place,
    find_list,
    join_articles,
    segment_of,
    term_hash,
    unpack_articles,
    unpack_terms,
)

# The free parameters of BM25, as in FTS5.
K1, B = 1.2, 0.75
# The weight of a word that more than half of all articles contain, as in FTS5.
MIN_INVERSE_FREQUENCY = 1e-6
# The highest number of hits that are sorted and checked together.
MAX_TOGETHER = 1600

SEGMENTS, PENDING, BUCKETS = map(table_of, (TermSegment, PendingTerms, TermBucket))
READ_SEGMENTS = select(SEGMENTS.c.number, SEGMENTS.c.level, SEGMENTS.c.articles).order_by(SEGMENTS.c.number)
READ_PENDING = select(PENDING).order_by(PENDING.c.number)
READ_BUCKETS = select(BUCKETS).where(BUCKETS.c.place.in_(bindparam("places", expanding=True)))


Hit = tuple[float, int]
"""The distance of an article from a query, and the number of the article."""


class Scores(NamedTuple):
    """The hits of a search: the distance of each article from the query, and the number of the article.

    The distance is the negative BM25 score, so the best hit has the smallest distance. The arrays have equal
    lengths and no particular order.
    """

    distances: NDArray[np.float64]
    numbers: NDArray[np.int64]

    def among(self, numbers: Sequence[int]) -> "Scores":
        """Return the hits whose articles have one of these `numbers`."""
        found = np.isin(self.numbers, numbers)
        return Scores(self.distances[found], self.numbers[found])

    def best_first(self, after: Sequence[Any] | None, size: int) -> Iterator[list[Hit]]:
        """Yield lists of hits, best first. Of hits with the same distance, the newest comes first.

        Args:
            after: The last hit of the previous page, or None.
            size: The length of the first list. The next lists are longer, up to MAX_TOGETHER.
        """
        distances, numbers = self
        remains = np.ones(len(numbers), np.bool_)
        if after:
            distance, number = after
            remains = (distances > distance) | ((distances == distance) & (numbers < number))
        while remains.any():
            distances, numbers = distances[remains], numbers[remains]
            near = np.arange(len(numbers))
            if size < len(numbers):
                near = np.flatnonzero(distances <= np.partition(distances, size - 1)[size - 1])
            best = near[np.lexsort((-numbers[near], distances[near]))[:size]]
            yield list(zip(distances[best].tolist(), numbers[best].tolist(), strict=True))
            remains = np.ones(len(numbers), np.bool_)
            remains[best] = False
            size = min(size * 4, MAX_TOGETHER)


class TermIndex:
    """The part of the term index that some search terms need, as arrays with an item for each article.

    Args:
        connection: A database connection.
        terms: The search terms.
    """

    def __init__(self, connection: Connection, terms: Sequence[str]) -> None:
        hashes = {term: term_hash(term) for term in terms}
        segments, pending = connection.execute(READ_SEGMENTS).all(), connection.execute(READ_PENDING).all()
        articles = [unpack_articles(row.articles) for row in segments]
        new = np.array([(row.number, row.length) for row in pending], np.int64).reshape(-1, 2)
        articles.append(ArticleList(new[:, 0], new[:, 1].astype(np.uint32)))
        self.numbers, self.lengths = join_articles(articles)
        ends = np.cumsum([len(each.numbers) for each in articles]).tolist()
        starts = [0, *ends[:-1]]
        self._frequencies = {term: np.zeros(len(self.numbers), np.uint16) for term in hashes}
        offsets = {row.number: start for row, start in zip(segments, starts[:-1], strict=True)}
        self._add_segments(connection, hashes, {row.number: row.level for row in segments}, offsets)
        if pending:
            lists = unpack_terms([row.terms for row in pending])
            for term, hashed in hashes.items():
                found = np.flatnonzero(lists.hashes == np.uint64(hashed))
                self._frequencies[term][starts[-1] + lists.places[found]] = lists.frequencies[found]
        self._exists = self.lengths > 0
        removed = np.flatnonzero(~self._exists)
        for frequencies in self._frequencies.values():
            frequencies[removed] = 0

    def _add_segments(
        self,
        connection: Connection,
        hashes: dict[str, int],
        levels: dict[int, int],
        offsets: dict[int, int],
    ) -> None:
        terms_by_place: dict[int, list[str]] = {}
        for segment, level in levels.items():
            for term, hashed in hashes.items():
                place = bucket_place(segment, bucket_of(hashed, level))
                terms_by_place.setdefault(place, []).append(term)
        for place, data in connection.execute(READ_BUCKETS, {"places": [*terms_by_place]}):
            for term in terms_by_place[place]:
                if found := find_list(data, hashes[term]):
                    places, frequencies = found
                    self._frequencies[term][offsets[segment_of(place)] + places] = frequencies

    def find(self, query: Query) -> Scores:
        """Return the articles that contain the words of `query`, with their distances.

        The order of the words in a phrase is not checked, so the result can contain articles that are not
        hits. Excluded phrases of several words are not checked either.
        """
        matches = self._exists.copy()
        for choice in query.required:
            matches &= np.logical_or.reduce([self._contains_all(phrase) for phrase in choice])
        for phrase in query.excluded:
            if len(phrase) == 1:
                matches &= self._frequencies[phrase[0]] == 0
        hits = np.flatnonzero(matches)
        words = [word for phrase in query.phrases for word in phrase]
        return Scores(-self._scores(hits, words), self.numbers[hits])

    def _contains_all(self, phrase: Sequence[str]) -> NDArray[np.bool_]:
        contains: NDArray[np.bool_] = np.logical_and.reduce([self._frequencies[word] > 0 for word in phrase])
        return contains

    def _scores(self, hits: Integers, words: Sequence[str]) -> NDArray[np.float64]:
        # The operations and their order are those of FTS5, so that the results are equal to the last bit.
        count = np.count_nonzero(self._exists)
        average = float(self.lengths.sum()) / (count or 1)
        saturation = K1 * (1 - B + B * self.lengths[hits] / average)
        scores = np.zeros(len(hits))
        for word in words:
            frequencies = self._frequencies[word]
            containing = np.count_nonzero(frequencies)
            weight = log((count - containing + 0.5) / (containing + 0.5))
            found = frequencies[hits].astype(np.float64)
            scores += (weight if weight > 0 else MIN_INVERSE_FREQUENCY) * (
                (found * (K1 + 1.0)) / (found + saturation)
            )
        return scores
