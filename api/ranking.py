"""The order of relevance: what a search finds, the nearest first, ranked a block at a time.

To rank a hit costs more than to find it, and a common word has as many hits as there are articles. So hits
are taken in blocks, from the article seeded last, and each block is ranked in itself: up to BLOCK hits are in
the order of relevance alone, and the first page costs the same however many there are beyond.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Row, Subquery, func, literal, select, tuple_
from sqlalchemy.orm import aliased

from api.db import AnySelect, db
from api.models import Article
from api.paging import count_rows
from api.plans import FEW, Filter, narrowest
from api.search import Hits

BLOCK = 1000


@dataclass(frozen=True)
class Ranking:
    """The articles that `hits` and `filters` admit. A place: its block's first number, distance, number."""

    rows: AnySelect
    hits: Hits
    filters: Sequence[Filter]

    @property
    def types(self) -> list[type]:
        """The Python types of a place."""
        return [int, float, int]

    def page(self, place: list[Any] | None, count: int) -> list[Row[Any]]:
        """Give the first `count` rows after `place`."""
        top, *within = place or [self._last()]
        found: list[Row[Any]] = []
        while True:
            block = self._block(top)
            size, least = db.session.execute(select(func.count(), func.min(block.c.number))).one()
            if size:
                near = self._nearest(select(block.c.number), (least, top), within, count - len(found))
                found += db.session.execute(self._load(near, top)).all()
            if len(found) == count or size < BLOCK:
                return found
            top, within = least - 1, []

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
        articles = hits.with_terms(select(hits.number)).join(Article, Article.id == hits.terms.id)
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

    def _block(self, top: int) -> Subquery:
        number = self.hits.number
        rows = self._admitted().with_only_columns(number.label("number"), maintain_column_froms=True)
        return rows.where(number <= top).order_by(number.desc()).limit(BLOCK).subquery("block")

    def _nearest(self, block: AnySelect, bounds: tuple[int, int], within: list[Any], count: int) -> Subquery:
        hits = self.hits
        ranked = select(hits.number.label("number"), hits.distance.label("distance"))
        ranked = ranked.select_from(hits.index).where(hits.wanted, hits.number.between(*bounds))
        rank = ranked.where(hits.among(block)).subquery("ranked")
        order = (rank.c.distance, -rank.c.number)
        nearest = select(rank).order_by(*order).limit(count)
        if within:
            distance, number = within
            nearest = nearest.where(tuple_(*order) > tuple_(literal(distance), literal(-number)))
        return nearest.subquery("nearest")

    def _load(self, near: Subquery, top: int) -> AnySelect:
        # Only now the rows, when it is known which.
        terms = self.hits.terms
        rows = self.rows.add_columns(literal(top), near.c.distance, near.c.number)
        rows = rows.join(terms, terms.id == Article.id).join(near, near.c.number == terms.number)
        return rows.order_by(near.c.distance, -near.c.number)
