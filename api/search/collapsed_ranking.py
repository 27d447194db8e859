"""Rank the hits of a search by relevance, and keep only the most relevant article of each story."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from api.database.base import AnySelect
from api.database.request_connection import request_connection
from api.listing.orders import KeyTable, key_table
from api.search.ranking import Ranking

# The highest number of hits whose stories are read together.
MAX_COLLAPSED_TOGETHER = 1600


@dataclass(frozen=True)
class CollapsedRanking:
    """The hits of a search, with only the most relevant article of each story.

    `ranking` has all hits of the search. Both classes implement RowSource, from which pages are read.
    """

    ranking: Ranking

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, to decode the sort key in a cursor."""
        return self.ranking.key_types

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[list[Sequence[Any]], bool]:
        """Return at most `limit` rows after the sort key `after`, and True if more rows follow.

        Each row is the internal number of an article and its sort key. None as `after` means the first page.
        """
        found: list[Sequence[Any]] = []
        size, has_more = limit + 1, True
        while has_more and len(found) <= limit:
            rows, has_more = self.ranking.page(after, size)
            found += self._first_of_stories(rows)
            after = rows[-1][1:] if rows else after
            size = min(size * 4, MAX_COLLAPSED_TOGETHER)
        return found[:limit], len(found) > limit

    def total(self) -> int:
        """Return the number of all articles that match the search and all filters.

        Several articles of the same story are all counted, although `page` returns only one of them.
        """
        return self.ranking.total()

    def _first_of_stories(self, rows: Sequence[Sequence[Any]]) -> list[Sequence[Any]]:
        """Return the rows whose article is the most relevant hit of its story.

        Args:
            rows: Rows that begin with the internal number of an article.
        """
        if not rows:
            return []
        numbers = [row[0] for row in rows]
        members = request_connection().execute(_members(self.ranking.table), {"numbers": numbers})
        stories: dict[int, int] = {row.number: row.story for row in members}
        best: dict[int, int] = {}
        for _, number in sorted(self.ranking.hits_among([*stories]), key=lambda hit: (hit[0], -hit[1])):
            best.setdefault(stories[number], number)
        return [row for row in rows if best.get(stories.get(row[0], 0)) == row[0]]


@cache
def _members(table: KeyTable) -> AnySelect:
    """Return the statement that selects all articles in the same stories as given articles.

    The given articles are the bound parameter `numbers`. Each selected row has the internal numbers of an
    article and its story.
    """
    own, story = key_table(table.table.alias()), table.columns["story"]
    stories = select(own.columns["story"]).where(own.number.in_(bindparam("numbers", expanding=True)))
    return select(table.number, story).where(story.in_(stories))
