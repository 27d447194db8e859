"""Rank all hits of a search by Okapi BM25, with the terms that `seeds.search_index.term_segments` has stored.

The scores equal those of the function bm25() in FTS5 (SQLite), which takes ten times as long.
"""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import log
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, func, select

from api.database.base import table_of
from api.models import Change, Corpus, PendingTerms, TermBucket, TermSegment
from api.search.query_language import Query
from api.search.term_lists import (
    ArticleList,
    TermGaps,
    bucket_of,
    bucket_place,
    find_list,
    join_articles,
    join_gaps,
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
# If at most one in this number of articles contains a term, its list has the places of these articles.
# Otherwise, its list has an item for every article, which then takes less memory.
MIN_ARTICLES_PER_HIT = 4
# The size in bytes of a cached list without its arrays.
LIST_BYTES = 500
# The key in `app.extensions` of the `TermIndexCache` of an application.
TERM_INDEX_CACHE = "briefs-term-index"

SEGMENTS, PENDING, BUCKETS = map(table_of, (TermSegment, PendingTerms, TermBucket))
READ_SEGMENTS = select(SEGMENTS.c.number, SEGMENTS.c.level, SEGMENTS.c.articles).order_by(SEGMENTS.c.number)
READ_PENDING = select(PENDING).order_by(PENDING.c.number)
# The state of the database, which differs after every change of the term index. After a backup was restored,
# the same revision can occur again, but the time of its last change is different.
_corpus, _changes = table_of(Corpus), table_of(Change)
READ_STATE = select(
    *(_corpus.c.revision, _corpus.c.analyzer_version, _changes.c.sequence, _changes.c.changed_at)
).outerjoin_from(
    _corpus, _changes, _changes.c.sequence == select(func.max(_changes.c.sequence)).scalar_subquery()
)
READ_BUCKETS = select(BUCKETS).where(BUCKETS.c.place.in_(bindparam("places", expanding=True)))


Hit = tuple[float, int]
"""The distance of an article from a query, and the number of the article."""


class Scores(NamedTuple):
    """The articles that a search finds, with the distance of each from the query, in no particular order.

    Attributes:
        distances: The distance of each article: its negative BM25 score, so the best hit has the smallest.
        numbers: The internal number of each article.
    """

    distances: NDArray[np.float64]
    numbers: NDArray[np.int64]

    def among(self, numbers: Sequence[int]) -> "Scores":
        """Return the hits whose articles have one of these `numbers`."""
        found = np.isin(self.numbers, numbers)
        return Scores(self.distances[found], self.numbers[found])

    def best_first(self, after: Sequence[Any] | None, size: int) -> Iterator[list[Hit]]:
        """Yield lists of the hits, best first. Of equally good hits, the newest article comes first.

        Args:
            after: The last hit of the previous page, or None.
            size: The length of the first list. The next lists are longer.
        """
        distances, numbers = self
        if after:
            distance, number = after
            remains = (distances > distance) | ((distances == distance) & (numbers < number))
            distances, numbers = distances[remains], numbers[remains]
        while len(numbers):
            near = np.arange(len(numbers))
            if size < len(numbers):
                near = np.flatnonzero(distances <= np.partition(distances, size - 1)[size - 1])
            best = near[np.lexsort((-numbers[near], distances[near]))[:size]]
            yield list(zip(distances[best].tolist(), numbers[best].tolist(), strict=True))
            remains = np.ones(len(numbers), np.bool_)
            remains[best] = False
            distances, numbers = distances[remains], numbers[remains]
            size = min(size * 4, MAX_TOGETHER)


class TermList(NamedTuple):
    """The articles that contain a term.

    Attributes:
        places: The place of each article in the term index, or None if `frequencies` covers all articles.
        frequencies: The frequency of the term in each of these articles.
        article_count: The number of articles that contain the term.
    """

    places: NDArray[np.int32] | None
    frequencies: NDArray[np.uint16]
    article_count: int

    @property
    def byte_count(self) -> int:
        """The size of this list in memory, in bytes."""
        return LIST_BYTES + self.frequencies.nbytes + (0 if self.places is None else self.places.nbytes)

    def spread(self, size: int) -> NDArray[np.uint16]:
        """Return an array with the frequency of the term in every article of the term index.

        The frequency is 0 for an article without the term. `size` is the number of articles in the index.
        """
        if self.places is None:
            return self.frequencies
        frequencies = np.zeros(size, np.uint16)
        frequencies[self.places] = self.frequencies
        return frequencies


class TermIndex:
    """The term index of one state of the database, which finds the articles that contain a term.

    Several threads can use the index at the same time.

    Args:
        connection: A database connection, to read the numbers and lengths of all articles.
        max_bytes: The maximum size of the cache of recently used terms. 0 means no cache.
    """

    def __init__(self, connection: Connection, max_bytes: int = 0) -> None:
        segments, pending = connection.execute(READ_SEGMENTS).all(), connection.execute(READ_PENDING).all()
        articles = [unpack_articles(row.articles) for row in segments]
        new = np.array([(row.number, row.length) for row in pending], np.int64).reshape(-1, 2)
        articles.append(ArticleList(new[:, 0], new[:, 1].astype(np.uint32)))
        self.numbers, lengths = join_articles(articles)
        ends = np.cumsum([len(each.numbers) for each in articles]).tolist()
        starts = [0, *ends[:-1]]
        self._levels = {row.number: row.level for row in segments}
        self._offsets = {row.number: start for row, start in zip(segments, starts[:-1], strict=True)}
        self._pending = unpack_terms([row.terms for row in pending])
        self._pending_offset = starts[-1]
        self._exists = lengths > 0
        self._removed = np.flatnonzero(~self._exists)
        self._count = int(np.count_nonzero(self._exists))
        # The operations and their order are those of FTS5, so that the results are equal to the last bit.
        average = float(lengths.sum()) / (self._count or 1)
        self._saturation = K1 * (1 - B + B * lengths / average) if average else np.zeros(len(lengths))
        self._lists: OrderedDict[str, TermList] = OrderedDict()
        self._free_bytes = max_bytes
        # Protects `_lists` and `_free_bytes`.
        self._lock = Lock()

    def find(self, connection: Connection, query: Query) -> Scores:
        """Return the articles that contain the words of `query`, each with its distance from the query.

        Neither the order of words in a phrase nor an excluded phrase of several words is checked. The result
        can therefore contain articles that are not hits.

        Args:
            connection: A database connection that reads the same state of the database as the index.
        """
        words = [word for phrase in query.phrases for word in phrase]
        excluded = [phrase[0] for phrase in query.excluded if len(phrase) == 1]
        lists = self._read(connection, dict.fromkeys([*words, *excluded]))
        frequencies = {word: each.spread(len(self.numbers)) for word, each in lists.items()}

        def contains_all(phrase: Sequence[str]) -> NDArray[np.bool_]:
            contains: NDArray[np.bool_] = np.logical_and.reduce([frequencies[word] > 0 for word in phrase])
            return contains

        matches = self._exists.copy()
        for choice in query.required:
            matches &= np.logical_or.reduce([contains_all(phrase) for phrase in choice])
        for word in excluded:
            matches &= frequencies[word] == 0
        hits = np.flatnonzero(matches)
        saturation = self._saturation[hits]
        scores = np.zeros(len(hits))
        for word in words:
            containing = lists[word].article_count
            weight = log((self._count - containing + 0.5) / (containing + 0.5))
            found = frequencies[word][hits].astype(np.float64)
            scores += (weight if weight > 0 else MIN_INVERSE_FREQUENCY) * (
                (found * (K1 + 1.0)) / (found + saturation)
            )
        return Scores(-scores, self.numbers[hits])

    def _read(self, connection: Connection, terms: Iterable[str]) -> dict[str, TermList]:
        """Return the list of articles of each of `terms`. Lists not in memory are read from the database."""
        with self._lock:
            lists = {term: self._lists[term] for term in terms if term in self._lists}
            for term in lists:
                self._lists.move_to_end(term)
        if missing := [term for term in terms if term not in lists]:
            found = self._read_lists(connection, missing)
            lists |= found
            with self._lock:
                self._keep(found)
        return lists

    def _keep(self, lists: Mapping[str, TermList]) -> None:
        for term, each in lists.items():
            if term not in self._lists:
                self._lists[term] = each
                self._free_bytes -= each.byte_count
        while self._free_bytes < 0 and self._lists:
            _, removed = self._lists.popitem(last=False)
            self._free_bytes += removed.byte_count

    def _read_lists(self, connection: Connection, terms: Sequence[str]) -> dict[str, TermList]:
        hashes = {term: term_hash(term) for term in terms}
        terms_by_place: dict[int, list[str]] = {}
        for segment, level in self._levels.items():
            for term, hashed in hashes.items():
                place = bucket_place(segment, bucket_of(hashed, level))
                terms_by_place.setdefault(place, []).append(term)
        found: dict[str, dict[int, TermGaps]] = {term: {} for term in terms}
        for place, data in connection.execute(READ_BUCKETS, {"places": [*terms_by_place]}).all():
            for term in terms_by_place[place]:
                if gaps := find_list(data, hashes[term]):
                    found[term][self._offsets[segment_of(place)]] = gaps
        return {term: self._join(hashes[term], lists) for term, lists in found.items()}

    def _join(self, hashed: int, lists: Mapping[int, TermGaps]) -> TermList:
        """Return the list of all articles that contain a term, made from its lists in the segments.

        A segment is a stored part of the term index. Articles that are in no segment yet are included.
        Removed articles are left out.

        Args:
            hashed: The hash of the term.
            lists: The list of each segment, by the index of the segment's first article in the whole term
                index.
        """
        pending = np.flatnonzero(self._pending.hashes == np.uint64(hashed))
        pending_places = (self._pending.places[pending] + self._pending_offset).astype(np.int32)
        places, frequencies = (
            np.concatenate(parts)
            for parts in zip(
                join_gaps(lists), (pending_places, self._pending.frequencies[pending]), strict=True
            )
        )
        if len(self._removed):
            remains = self._exists[places]
            places, frequencies = places[remains], frequencies[remains]
        joined = TermList(places, frequencies.astype(np.uint16, copy=False), len(places))
        is_common = len(places) * MIN_ARTICLES_PER_HIT > len(self.numbers)
        return TermList(None, joined.spread(len(self.numbers)), len(places)) if is_common else joined


class TermIndexCache:
    """A cache of the term index, which is loaded again only when the database has changed.

    Args:
        max_bytes: The maximum size in memory of the lists of articles that the term index keeps.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._last: tuple[tuple[Any, ...], TermIndex] | None = None

    def read(self, connection: Connection) -> TermIndex:
        """Return the term index for the state of the database that `connection` reads.

        The transaction of the connection must read a single snapshot.
        """
        state, last = tuple(connection.execute(READ_STATE).one()), self._last
        if last and last[0] == state:
            return last[1]
        index = TermIndex(connection, self._max_bytes)
        self._last = state, index
        return index
