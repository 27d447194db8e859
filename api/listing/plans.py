"""How a filtered collection is read, so that its cost does not grow with the corpus.

An index gives the rows that one filter admits in the order that is asked for, or it gives them in no order. A
page is read in one of two ways:

- *walk* an index in the order of the page, from the place of the cursor, passing over rows that another
  filter does not admit. The index is a filter's own where it has one in this order, else the collection's.
- *gather* what a filter admits and sort it, where that is no more than FEW rows.

A single filter with an index in the right order is walked. Otherwise each filter is asked how much it
admits, counting no further than FEW; the narrowest is gathered if it is that narrow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from api.db import AnySelect, db
from api.listing.keyset import Keyset, SortedKeyset
from api.listing.orders import Order

FEW = 2000

Holder = Any
"""A model, or an alias of a table that has its rows' ids and sort keys under the same names."""


def _none(_: str) -> None:
    return None


@dataclass(frozen=True)
class Filter:
    """One condition on the rows of a collection.

    `ids` selects the ids of what it admits, by an index; `condition` says the same of a row of a Holder;
    `walked` gives for a sort the Holder whose index has what is admitted in that order, or None; `counted` is
    as long as `ids`, where that is cheaper to count.
    """

    ids: AnySelect
    condition: Callable[[Holder], ColumnElement[bool]]
    walked: Callable[[str], Holder | None] = _none
    counted: AnySelect | None = None


@dataclass(frozen=True)
class Listing:
    """A collection: its model, what a page loads of it, and the orders that a Holder of its keys has."""

    model: type[Any]
    rows: AnySelect
    orders: Callable[[Holder], Mapping[str, Order]]

    def read(self, filters: Sequence[Filter], sort: str) -> Keyset:
        """Choose the way to read the rows that all `filters` admit in the order `sort`."""
        walked = [filter_.walked(sort) for filter_ in filters]
        if len(filters) != 1 or walked[0] is None:
            narrow = narrowest(filters)
            if narrow:
                return self._gather(narrow, filters, sort)
        return self._walk(next((holder for holder in walked if holder), self.model), filters, sort)

    def _walk(self, holder: Holder, filters: Sequence[Filter], sort: str) -> Keyset:
        rows = self.rows if holder is self.model else self.rows.join(holder, holder.id == self.model.id)
        conditions = [filter_.condition(holder) for filter_ in filters]
        return Keyset(rows.where(*conditions), self.orders(holder)[sort])

    def _gather(self, narrow: Filter, filters: Sequence[Filter], sort: str) -> Keyset:
        # The limit changes nothing but what the planners know.
        gathered = narrow.ids.limit(FEW).subquery("gathered")
        ids = select(self.model.id.label("identity")).join(gathered, gathered.c[0] == self.model.id)
        conditions = [filter_.condition(self.model) for filter_ in filters if filter_ is not narrow]
        order = self.orders(self.model)[sort]
        return SortedKeyset(ids.where(*conditions), order, self.rows, self.model.id)


def narrowest(filters: Sequence[Filter]) -> Filter | None:
    """Give the filter that admits the fewest rows, if those are FEW."""
    if not filters:
        return None
    counted = [filter_.ids if filter_.counted is None else filter_.counted for filter_ in filters]
    bounded = [each.limit(FEW + 1).subquery() for each in counted]
    counts = db.session.execute(
        select(*[select(func.count()).select_from(each).scalar_subquery() for each in bounded])
    ).one()
    least = min(counts)
    return filters[counts.index(least)] if least <= FEW else None
