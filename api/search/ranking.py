"""The order of relevance: what a search finds, the nearest first, ranked a block at a time.

To rank a hit costs more than to find it, and a common word has as many hits as there are articles. So hits
are taken in blocks, from the article seeded last, and each block is ranked in itself: up to BLOCK hits are in
the order of relevance alone, and the first page costs the same however many there are beyond.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from api.db import AnySelect, db
from api.listing.keyset import count_rows
from api.listing.plans import FEW, Filter, narrowest
from api.models import Article
from api.search.engines import Hits

BLOCK = 1000


@dataclass(frozen=True)
class Ranking:
    """The ids of the articles that `hits` and `filters` admit.

    A place is the first number of a hit's block, its distance and its number.
    """

    hits: Hits
    filters: Sequence[Filter]

    @property
    def types(self) -> list[type]:
        """The Python types of a place."""
        return [int, float, int]

    def page(self, place: list[Any] | None, count: int) -> list[Sequence[Any]]:
        """Give the first `count` rows after `place`."""
        top, *after = place or [self._last()]
        within: tuple[Any, ...] = (after[0], -after[1]) if after else ()
        found: list[Sequence[Any]] = []
        while True:
            block = self._block(top)
            near = nsmallest(count - len(found), (hit for hit in block if hit > within))
            found += self._load(near, top) if near else []
            if len(found) == count or len(block) < BLOCK:
                return found
            top, within = min(-number for _, number in block) - 1, ()

    def _last(self) -> int:
        # Named in the cursor, so that what is seeded later moves no article into the next block.
        return db.session.scalar(select(func.max(self.hits.terms.number))) or 0

    def total(self) -> int:
        """Count all the hits."""
        return count_rows(self._admitted())

    def _admitted(self) -> AnySelect:
        hits = self.hits
        if not self.filters:
            return hits.numbers()
        if self.narrow:
            # Looked for among the hits before anything of these is looked up.
            return hits.numbers().where(hits.among(self._numbers_of(self.narrow)))
        articles = hits.with_terms(select(hits.number.label("number"))).join(
            Article, Article.id == hits.terms.id
        )
        return articles.where(hits.condition, *[each.condition(Article) for each in self.filters])

    def _numbers_of(self, narrow: Filter) -> AnySelect:
        terms, gathered = aliased(self.hits.terms), narrow.ids.limit(FEW).subquery("gathered")
        numbers = select(terms.number).join(gathered, gathered.c[0] == terms.id)
        numbers = numbers.join(Article, Article.id == terms.id)
        return numbers.where(*[each.condition(Article) for each in self.filters if each is not narrow])

    @cached_property
    def narrow(self) -> Filter | None:
        """The filter that admits the fewest, if those are few."""
        return narrowest(self.filters)

    def _block(self, top: int) -> list[tuple[float, int]]:
        """Give distance and turned number of the hits from `top` down: so the nearest come first."""
        hits = self.hits
        ranked = select(hits.distance, -hits.number).select_from(hits.index)
        if self.filters or not hits.is_ranked_as_found:
            block = self._newest(self._admitted(), top)
            least = db.session.scalar(select(func.min(block.subquery().c.number)))
            if least is None:
                return []
            ranked = ranked.where(hits.wanted, hits.number.between(least, top), hits.among(block))
        else:
            ranked = self._newest(ranked.where(hits.condition), top)
        return [(distance, number) for distance, number in db.session.execute(ranked)]

    def _newest(self, admitted: AnySelect, top: int) -> AnySelect:
        number = self.hits.number
        return admitted.where(number <= top).order_by(number.desc()).limit(BLOCK)

    def _load(self, near: Sequence[tuple[float, int]], top: int) -> list[Sequence[Any]]:
        # Only now the ids, when it is known whose.
        terms = self.hits.terms
        rows = select(terms.number, terms.id).where(terms.number.in_([-number for _, number in near]))
        ids = {row.number: row.id for row in db.session.execute(rows)}
        return [(ids[-number], top, distance, -number) for distance, number in near]
