"""The order of relevance: the hits of a search, best first, ranked one block of hits at a time.

Ranking a hit takes longer than finding it, and a search for a common word can find every article. The hits
are therefore divided into blocks of BLOCK_SIZE, beginning with the articles that were loaded last. Each block
is ranked separately. If a search has at most BLOCK_SIZE hits, they are ordered by relevance alone. The cost
of the first page does not grow with the number of hits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from api.database.base import AnySelect, db
from api.listing.keyset import count_rows
from api.listing.plans import MAX_SORTED_ROWS, Filter, most_selective
from api.models import Article
from api.search.engines import Hits

BLOCK_SIZE = 1000


@dataclass(frozen=True)
class Ranking:
    """The ids of the articles that a full-text search finds and all filters match, by blocks and relevance.

    The search index numbers the articles in the order in which they were first loaded. The BLOCK_SIZE hits
    with the highest numbers are the first block, the BLOCK_SIZE hits below them the next, and so on, so that
    a page ranks only the hits of a few blocks. Within a block, the hits nearest to the query come first.

    The sort key of a hit has three values: a number that no hit of its block exceeds, which identifies the
    block; the distance from the query; and the number of the hit.
    """

    hits: Hits
    filters: Sequence[Filter]

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, with which a sort key is read from a cursor."""
        return [int, float, int]

    def page(self, after: list[Any] | None, count: int) -> list[Sequence[Any]]:
        """Return the first `count` rows after the sort key `after`, or of all rows if `after` is None.

        Each row is the id of an article, followed by the values of its sort key.
        """
        top, *within = after or [self._highest_number()]
        last: tuple[Any, ...] = (within[0], -within[1]) if within else ()
        rows: list[Sequence[Any]] = []
        while True:
            block = self._rank_block(top)
            best = nsmallest(count - len(rows), (hit for hit in block if hit > last))
            rows += self._load(best, top) if best else []
            if len(rows) == count or len(block) < BLOCK_SIZE:
                return rows
            top, last = min(-number for _, number in block) - 1, ()

    def _highest_number(self) -> int:
        # The cursor contains this number, so that articles that are loaded later do not shift the blocks.
        return db.session.scalar(select(func.max(self.hits.terms.number))) or 0

    def total(self) -> int:
        """Return the number of all articles that the search finds and all filters match."""
        return count_rows(self._matching_numbers())

    def _matching_numbers(self) -> AnySelect:
        hits = self.hits
        if not self.filters:
            return hits.numbers()
        if self.selective:
            # The database intersects both sets of numbers before it reads rows of articles.
            return hits.numbers().where(hits.among(self._numbers_of(self.selective)))
        articles = hits.with_terms(select(hits.number.label("number"))).join(
            Article, Article.id == hits.terms.id
        )
        return articles.where(hits.condition, *[each.condition(Article) for each in self.filters])

    def _numbers_of(self, selective: Filter) -> AnySelect:
        terms, matches = aliased(self.hits.terms), selective.ids.limit(MAX_SORTED_ROWS).subquery("matches")
        numbers = select(terms.number).join(matches, matches.c[0] == terms.id)
        numbers = numbers.join(Article, Article.id == terms.id)
        return numbers.where(*[each.condition(Article) for each in self.filters if each is not selective])

    @cached_property
    def selective(self) -> Filter | None:
        """The filter that matches the fewest articles, or None if no filter matches few enough."""
        return most_selective(self.filters)

    def _rank_block(self, top: int) -> list[tuple[float, int]]:
        """Return the hits of a block, each as its distance from the query and its negative row number.

        The block contains the BLOCK_SIZE hits with the highest row numbers up to `top` in the search index.
        Sorting the tuples orders the hits by relevance and then by descending row number.
        """
        hits = self.hits
        ranked = select(hits.distance, -hits.number).select_from(hits.index)
        if self.filters or not hits.can_rank_directly:
            block = self._newest(self._matching_numbers(), top)
            lowest = db.session.scalar(select(func.min(block.subquery().c.number)))
            if lowest is None:
                return []
            ranked = ranked.where(hits.ranking_condition, hits.number.between(lowest, top), hits.among(block))
        else:
            ranked = self._newest(ranked.where(hits.condition), top)
        return [(distance, number) for distance, number in db.session.execute(ranked)]

    def _newest(self, numbers: AnySelect, top: int) -> AnySelect:
        number = self.hits.number
        return numbers.where(number <= top).order_by(number.desc()).limit(BLOCK_SIZE)

    def _load(self, best: Sequence[tuple[float, int]], top: int) -> list[Sequence[Any]]:
        # Ids are read only for the hits of the page.
        terms = self.hits.terms
        rows = select(terms.number, terms.id).where(terms.number.in_([-number for _, number in best]))
        ids = {row.number: row.id for row in db.session.execute(rows)}
        return [(ids[-number], top, distance, -number) for distance, number in best]
