"""The facet counts in `meta` of a list of articles: how many matching articles have each value.

The counts for all articles are stored in tables. With filters or a search, the matching articles are counted.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import bindparam, func, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.listing.plans import Filter
from api.models import (
    FIRST_DAY,
    FIRST_MONTH,
    FIRST_YEAR,
    Article,
    Entity,
    FacetCount,
    Story,
    date_value,
)
from api.search.ranking import Ranking
from api.v1.facet_lists import MAX_ENTITY_NUMBER, MatchingFacets, count_matching
from api.v1.json_values import Values
from api.v1.part_rows import NUMBERS

ENTITY, STORY = "entity", "story"
DATES = ("year", "month", "day")
# The lowest and the highest number of the values of each facet.
DATE_RANGES = {
    "day": (FIRST_MONTH + 1, FIRST_DAY),
    "month": (FIRST_YEAR + 1, FIRST_MONTH),
    "year": (2 * FIRST_YEAR, FIRST_YEAR),
}

STORED_ARTICLES, STORIES, ENTITIES, COUNTS = map(table_of, (Article, Story, Entity, FacetCount))
LIMIT = bindparam("facet_limit", type_=func.count().type)
IS_NAMED = COUNTS.c.name == bindparam("facet")
KEPT_DATES: AnySelect = (
    select(COUNTS.c.value, COUNTS.c.article_count)
    .where(IS_NAMED)
    .order_by(COUNTS.c.value.desc())
    .limit(LIMIT)
)
KEPT_VALUES: AnySelect = (
    select(COUNTS.c.value, COUNTS.c.article_count)
    .where(IS_NAMED)
    .order_by(COUNTS.c.article_count.desc(), COUNTS.c.value)
    .limit(LIMIT)
)
KEPT_ENTITIES: AnySelect = (
    select(ENTITIES.c.slug, ENTITIES.c.name, ENTITIES.c.article_count)
    .order_by(ENTITIES.c.article_count.desc(), ENTITIES.c.number.desc())
    .limit(LIMIT)
)
# A story has the number, the slug and the title of its founder, one of its articles.
KEPT_STORIES: AnySelect = (
    select(STORED_ARTICLES.c.slug, STORED_ARTICLES.c.title, STORIES.c.article_count)
    .join_from(STORIES, STORED_ARTICLES, STORED_ARTICLES.c.number == STORIES.c.number)
    .order_by(STORIES.c.article_count.desc(), STORIES.c.number.desc())
    .limit(LIMIT)
)
# Every article has exactly one language, so the counts of languages add up to the number of articles.
ARTICLE_COUNT = select(func.sum(COUNTS.c.article_count)).where(COUNTS.c.name == "language")
NAMED_VALUES = select(COUNTS.c.number, COUNTS.c.value).where(IS_NAMED, COUNTS.c.number.in_(NUMBERS))
ENTITY_LABELS = select(ENTITIES.c.number, ENTITIES.c.slug, ENTITIES.c.name).where(
    ENTITIES.c.number.in_(NUMBERS)
)
STORY_LABELS = select(STORED_ARTICLES.c.number, STORED_ARTICLES.c.slug, STORED_ARTICLES.c.title).where(
    STORED_ARTICLES.c.number.in_(NUMBERS)
)


def facet_meta(parameters: Mapping[str, Any], filters: Sequence[Filter], search: Ranking | None) -> Values:
    """Return the facet counts for the `meta` of a list of articles, or `{}` if none are requested.

    `facets` in the result has the counts. `counted` says how many articles are counted, and
    whether more match.

    Args:
        parameters: The validated query parameters.
        filters: The filters of the list, without the full-text search.
        search: The full-text search with these filters, or None.
    """
    names = parameters.get("facets", ())
    if not names:
        return {}
    limit = parameters["facet_limit"]
    counter: FacetCounter = KeptCounter()
    if search or filters:
        counter = MatchingCounter(count_matching(filters, search, has_stories=STORY in names))
    return {
        "facets": {name: counter.values(name, limit) for name in names},
        "counted": {"articles": counter.articles, "complete": counter.is_complete},
    }


class FacetCounter(Protocol):
    """The interface of classes that count articles by the values of facets.

    Attributes:
        articles: The number of articles that are counted.
        is_complete: False if more articles match than are counted.
    """

    @property
    def articles(self) -> int: ...

    @property
    def is_complete(self) -> bool: ...

    def values(self, name: str, limit: int) -> list[Values]:
        """Return the values of the facet `name` with their counts, in the form of `meta.facets`.

        The result has at most `limit` values: those with the most articles, most articles first. Of dates, it
        has the latest, in ascending order.
        """


class KeptCounter:
    """A FacetCounter for all articles.

    The counts are stored in tables that are updated whenever articles are loaded.
    """

    is_complete = True

    @property
    def articles(self) -> int:
        """The number of all articles."""
        return request_connection().scalar(ARTICLE_COUNT) or 0

    def values(self, name: str, limit: int) -> list[Values]:
        """Return the values of the facet `name` with their counts, in the form of `meta.facets`.

        The result has at most `limit` values: those with the most articles, most articles first. Of dates, it
        has the latest, in ascending order.
        """
        parameters = {"facet": name, "facet_limit": limit}
        if name in (ENTITY, STORY):
            statement = KEPT_ENTITIES if name == ENTITY else KEPT_STORIES
            rows = request_connection().execute(statement, {"facet_limit": limit})
            return [_value(slug, label, count) for slug, label, count in rows]
        if name in DATES:
            rows = request_connection().execute(KEPT_DATES, parameters)
            return [_value(value, value, count) for value, count in reversed(rows.all())]
        rows = request_connection().execute(KEPT_VALUES, parameters)
        return [_value(value, value, count) for value, count in rows]


class MatchingCounter:
    """A FacetCounter for the articles that match a query.

    `matching` is the result of `count_matching`: the article counts of all facet values and stories.
    """

    def __init__(self, matching: MatchingFacets) -> None:
        self._matching = matching

    @property
    def articles(self) -> int:
        """The number of articles that are counted. If too many articles match, not all are counted."""
        return self._matching.articles

    @property
    def is_complete(self) -> bool:
        """True if all matching articles are counted."""
        return self._matching.is_complete

    def values(self, name: str, limit: int) -> list[Values]:
        """Return the values of the facet `name` with their counts, in the form of `meta.facets`.

        The result has at most `limit` values: those with the most articles, most articles first. Of dates, it
        has the latest, in ascending order.
        """
        if name == ENTITY:
            entities = self._matching.facets.between(1, MAX_ENTITY_NUMBER)
            return _labelled(entities.largest(limit), ENTITY_LABELS)
        if name == STORY:
            return _labelled(self._matching.stories.largest(limit), STORY_LABELS)
        if name in DATES:
            # The numbers of later dates are lower.
            latest = self._matching.facets.between(*DATE_RANGES[name]).first(limit)
            dates = [(date_value(number), count) for number, count in latest.items()]
            return [_value(date, date, count) for date, count in reversed(dates)]
        hashed = self._matching.facets.between(FIRST_DAY + 1, -1)
        return _named(name, hashed.first(len(hashed.numbers)), limit)


def _value(value: str, label: str, count: int) -> Values:
    return {"value": value, "label": label, "count": count}


def _labelled(counts: Mapping[int, int], statement: AnySelect) -> list[Values]:
    """Return facet values for entities or stories, in the form of `meta.facets`.

    Args:
        counts: The number of articles by the number of the entity or story, in the order of the result.
        statement: Selects number, slug and label, for the numbers in the bound parameter `numbers`.
    """
    if not counts:
        return []
    rows = request_connection().execute(statement, {"numbers": list(counts)})
    labels = {number: (slug, label) for number, slug, label in rows}
    return [_value(*labels[number], count) for number, count in counts.items()]


def _named(name: str, counts: Mapping[int, int], limit: int) -> list[Values]:
    """Return the values of a facet, most articles first.

    Args:
        name: `entity_type`, `publication` or `language`.
        counts: The article counts of the values of all three facets, by the number of the value.
        limit: The maximum number of values.
    """
    if not counts:
        return []
    rows = request_connection().execute(NAMED_VALUES, {"facet": name, "numbers": list(counts)})
    found = sorted((-counts[number], value) for number, value in rows)
    return [_value(value, value, -count) for count, value in found[:limit]]
