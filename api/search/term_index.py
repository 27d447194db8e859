"""Rank the hits of a search by Okapi BM25, with the terms that `seeds.storing.term_segments` has stored.

All hits of the whole corpus are ranked. The scores and their order are those of the function bm25() of FTS5,
the full-text index of SQLite. FTS5 itself would read the list of each word once more to count it, and then
rank hits one at a time, which takes ten times as long.
"""

from collections.abc import Iterator, Sequence
from math import log
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, scoped_session

from api.models import PendingTerms, TermBucket, TermSegment
from api.search.query_language import Query
from api.search.term_lists import (
    ARTICLE_TYPE,
    Integers,
    bucket_of,
    bucket_place,
    find_list,
    segment_of,
    term_hash,
    unpack_terms,
)

# The free parameters of BM25, as in FTS5.
K1, B = 1.2, 0.75
# The weight of a word that more than half of all articles contain, as in FTS5.
MIN_INVERSE_FREQUENCY = 1e-6
# The highest number of hits that are sorted and checked together.
MAX_TOGETHER = 1600

SEGMENTS = select(TermSegment.number, TermSegment.level, TermSegment.articles).order_by(TermSegment.number)
PENDING = select(PendingTerms.number, PendingTerms.length, PendingTerms.terms).order_by(PendingTerms.number)
BUCKETS = select(TermBucket.place, TermBucket.terms).where(
    TermBucket.place.in_(bindparam("places", expanding=True))
)


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
        session: A database session.
        terms: The search terms.
    """

    def __init__(self, session: Session | scoped_session[Session], terms: Sequence[str]) -> None:
        hashes = {term: term_hash(term) for term in terms}
        segments, pending = session.execute(SEGMENTS).all(), session.execute(PENDING).all()
        articles = [np.frombuffer(row.articles, ARTICLE_TYPE) for row in segments]
        articles.append(np.array([(row.number, row.length) for row in pending], ARTICLE_TYPE))
        starts = np.cumsum([0, *map(len, articles)])
        every = np.concatenate(articles)
        self.numbers = every["number"].astype(np.int64)
        self.lengths = every["length"].astype(np.float64)
        self._frequencies = {term: np.zeros(len(every), np.uint16) for term in hashes}
        offsets = {row.number: starts[index] for index, row in enumerate(segments)}
        self._add_segments(session, hashes, {row.number: row.level for row in segments}, offsets)
        lists = unpack_terms([row.terms for row in pending])
        for term, hashed in hashes.items():
            found = np.flatnonzero(lists.hashes == np.uint64(hashed))
            self._frequencies[term][starts[-2] + lists.places[found]] = lists.frequencies[found]
        for frequencies in self._frequencies.values():
            frequencies[self.lengths == 0] = 0

    def _add_segments(
        self,
        session: Session | scoped_session[Session],
        hashes: dict[str, int],
        levels: dict[int, int],
        offsets: dict[int, int],
    ) -> None:
        terms_by_place: dict[int, list[str]] = {}
        for segment, level in levels.items():
            for term, hashed in hashes.items():
                place = bucket_place(segment, bucket_of(hashed, level))
                terms_by_place.setdefault(place, []).append(term)
        for place, data in session.execute(BUCKETS, {"places": [*terms_by_place]}):
            for term in terms_by_place[place]:
                if found := find_list(data, hashes[term]):
                    places, frequencies = found
                    self._frequencies[term][offsets[segment_of(place)] + places] = frequencies

    def find(self, query: Query) -> Scores:
        """Return the articles that contain the words of `query`, with their distances.

        The order of the words in a phrase is not checked, so the result can contain articles that are not
        hits. Excluded phrases of several words are not checked either.
        """
        matches = self.lengths > 0
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
        count = np.count_nonzero(self.lengths)
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
