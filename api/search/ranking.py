"""The order of relevance: all hits of a search in the whole corpus, best first.

The term index gives the articles that contain the words of the query, with their scores.

The database checks what the term index cannot check: filters, and the order of the words in a phrase. If few
articles match such a condition, the database lists all of them. Otherwise, the database checks articles in
the order of their scores until the page is complete.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import bindparam, func, select

from api.database.base import AnySelect, db
from api.database.request_connection import request_connection
from api.listing.orders import KeyTable
from api.listing.plans import MAX_PLANS, Filter, FilterForm, most_selective, values_of
from api.models import ARTICLE_INDEX
from api.search.engines import MATCH, hit_numbers, hits_among, is_hit, match_text
from api.search.query_language import Query
from api.search.term_index import TERM_INDEX_CACHE, Hit, Scores, TermIndexCache

# The number of articles that the database checks at first.
FIRST_CHECKED = 100
# The highest number of articles that the database checks in one statement.
MAX_CHECKED = 10_000
# If more articles contain all words of a phrase, the best of them are checked before the database lists all
# articles with the phrase, which takes longer.
MAX_PHRASES_LISTED = 5000
# If less than half of this number of articles contain the phrase, no more are checked.
PROBED = 10


@dataclass(frozen=True)
class Ranking:
    """The articles that match a full-text search and all filters, the most relevant first.

    The sort key of an article is its distance from the query and its number. The most relevant article has
    the smallest distance. Of articles with the same distance, the newest comes first.
    """

    query: Query
    filters: Sequence[Filter]
    table: KeyTable

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, to decode the sort key in a cursor."""
        return [float, int]

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[list[Sequence[Any]], bool]:
        """Return at most `limit` rows after the sort key `after`, and True if more rows follow.

        Each row is the internal number of an article and its sort key. None as `after` means the first page.
        """
        found = self._first_with_phrases(after)
        if found is None or len(found) <= limit:
            found = self._find(after, limit)
        return [(number, distance, number) for distance, number in found[:limit]], len(found) > limit

    def total(self) -> int:
        """Return the number of all articles that match the search and all filters."""
        if self._has_phrases or self._other_filters:
            forms = tuple(each.form for each in self.filters)
            return request_connection().scalar(_count(self.table, forms, self._dialect), self._values) or 0
        return len(self._candidates.numbers)

    def hits(self) -> tuple[NDArray[np.int64], Sequence[Filter]]:
        """Return the internal numbers of the articles found by the search, and the filters left to check.

        If a filter is selective (see `_selective`), all filters are already applied, and none is left.
        """
        scores = self._candidates
        if self._has_phrases:
            scores = scores.among(self._numbers_with_phrases)
        return scores.numbers, self._other_filters

    def hits_among(self, numbers: Sequence[int]) -> list[Hit]:
        """Return the hits among the articles with the given `numbers`, in any order.

        A hit matches the search and all filters.
        """
        scores = self._candidates.among(numbers)
        hits = list(zip(scores.distances.tolist(), scores.numbers.tolist(), strict=True))
        found: list[Hit] = []
        for start in range(0, len(hits), MAX_CHECKED):
            checked = hits[start : start + MAX_CHECKED]
            found += self._matching_filters(self._with_phrases(checked) if self._has_phrases else checked)
        return found

    def _with_phrases(self, hits: list[Hit]) -> list[Hit]:
        """Return the `hits` whose articles contain the phrases of the query."""
        statement = hits_among(ARTICLE_INDEX.table, self._dialect)
        numbers = [number for _, number in hits]
        passing = set(request_connection().scalars(statement, {**self._values, "numbers": numbers}))
        return [hit for hit in hits if hit[1] in passing]

    @cached_property
    def _candidates(self) -> Scores:
        """The articles that contain the words of the query, with their scores.

        If a filter has an index and matches few articles, only articles that match all filters are included.
        """
        cache: TermIndexCache = current_app.extensions[TERM_INDEX_CACHE]
        scores = cache.read(request_connection()).find(request_connection(), self.query)
        if self._selective is None:
            return scores
        forms = tuple(each.form for each in self.filters)
        rows = request_connection().scalars(matching(self.table, forms, self._selective.form), self._values)
        return scores.among(list(rows))

    @cached_property
    def _selective(self) -> Filter | None:
        """The filter that matches the fewest articles, or None if there is no selective filter.

        A selective filter has an index and matches at most `api.listing.plans.MAX_SORTED_ROWS` articles.
        """
        return most_selective(self.filters)

    @property
    def _other_filters(self) -> Sequence[Filter]:
        """The filters that must still be checked for each article that contains the words of the query.

        The list is empty if a filter has been used to find the articles. They then match all filters.
        """
        return [] if self._selective else self.filters

    @cached_property
    def _has_phrases(self) -> bool:
        return any(len(phrase) > 1 for phrase in (*self.query.phrases, *self.query.excluded))

    @cached_property
    def _dialect(self) -> str:
        return db.engine.dialect.name

    @cached_property
    def _values(self) -> Mapping[str, Any]:
        """The values of all bound parameters of the filters and the full-text search."""
        return {MATCH: match_text(self.query, self._dialect)} | values_of(self.filters)

    def _find(self, after: Sequence[Any] | None, limit: int) -> list[Hit]:
        """Return the best hits. If `after` is a sort key, return only hits after it.

        If there are more than `limit` hits, at least `limit` + 1 of them are returned. Otherwise, all are
        returned.
        """
        scores = self._candidates
        if self._has_phrases:
            scores = scores.among(self._numbers_with_phrases)
        found: list[Hit] = []
        for hits in scores.best_first(after, FIRST_CHECKED if self._other_filters else limit + 1):
            found += self._matching_filters(hits)
            if len(found) > limit:
                break
        return found

    def _first_with_phrases(self, after: Sequence[Any] | None) -> list[Hit] | None:
        """Return the hits among the FIRST_CHECKED most relevant articles after the sort key `after`.

        Return None if the query has no phrase, or if it is faster to list all articles with the phrases.
        """
        if not self._has_phrases or len(self._candidates.numbers) <= MAX_PHRASES_LISTED:
            return None
        first = next(self._candidates.best_first(after, FIRST_CHECKED), [])
        found: list[Hit] = []
        for hits in (first[:PROBED], first[PROBED:]):
            passing = self._with_phrases(hits)
            if len(passing) * 2 < len(hits):
                # FTS5 searches for the next match after each article without the phrase.
                return None
            found += passing
        return self._matching_filters(found)

    def _matching_filters(self, hits: list[Hit]) -> list[Hit]:
        """Return the `hits` whose articles match `_other_filters`, the filters that must still be checked."""
        if not self._other_filters or not hits:
            return hits
        statement = _matching_among(self.table, tuple(each.form for each in self._other_filters))
        numbers = [number for _, number in hits]
        passing = set(request_connection().scalars(statement, {**self._values, "numbers": numbers}))
        return [hit for hit in hits if hit[1] in passing]

    @cached_property
    def _numbers_with_phrases(self) -> list[int]:
        statement = hit_numbers(ARTICLE_INDEX.table, self._dialect)
        return list(request_connection().scalars(statement, self._values))


@lru_cache(maxsize=MAX_PLANS)
def matching(table: KeyTable, forms: Sequence[FilterForm], selective: FilterForm) -> AnySelect:
    """Return the statement that selects the internal numbers of the articles that match all filters.

    Args:
        forms: The SQL of the filters.
        selective: The filter among `forms` with few matching articles.
    """
    matches = selective.few_numbers()
    numbers = select(table.number).join(matches, matches.c[0] == table.number)
    return numbers.where(*[form.condition(table) for form in forms if form is not selective])


@lru_cache(maxsize=MAX_PLANS)
def _matching_among(table: KeyTable, forms: Sequence[FilterForm]) -> AnySelect:
    """Return a statement that selects the internal numbers of given articles that match all filters.

    The bound parameter `numbers` contains the internal numbers of the given articles.

    Args:
        table: The table of articles.
        forms: The SQL of the filters.
    """
    numbers = select(table.number).where(table.number.in_(bindparam("numbers", expanding=True)))
    return numbers.where(*[form.condition(table) for form in forms])


@lru_cache(maxsize=MAX_PLANS)
def _count(table: KeyTable, forms: Sequence[FilterForm], dialect: str) -> AnySelect:
    """Return the statement that counts the articles that match a search and all filters.

    Args:
        table: The table of articles.
        forms: The SQL of the filters.
        dialect: `sqlite` or `postgresql`.
    """
    conditions = [form.condition(table) for form in forms]
    is_found = is_hit(ARTICLE_INDEX.table, dialect, table.number)
    return select(func.count()).select_from(table.number.table).where(is_found, *conditions)


def forget_statements() -> None:
    """Clear the cache of statements, for tests that change `plans.MAX_SORTED_ROWS`."""
    matching.cache_clear()
