"""The route of trends: the entities that articles mention more often in a window of time than before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from sqlalchemy import bindparam, func, select

from api.database.base import AnySelect, db, table_of
from api.database.request_connection import request_connection
from api.listing.keyset import Rows
from api.listing.pages import Page, make_page
from api.models import UNDATED, Entity
from api.resources.blueprint import Blueprint
from api.resources.fields import rfc3339
from api.timestamps import LAST_TIME
from api.urls import encode_query, settings
from api.v1 import query_parameters as queries
from api.v1 import schemas
from api.v1.facet_lists import (
    MAX_ENTITY_NUMBER,
    Counts,
    Integers,
    count_lists,
    integers,
    list_of,
    listed,
    listed_numbers,
)
from api.v1.json_values import Values
from api.v1.part_rows import read_references
from api.v1.sort_orders import ARTICLES

blueprint = Blueprint(
    "trends",
    __name__,
    url_prefix="/v1",
    description="See which entities articles mention more often than before.",
)

PREVIOUS_WINDOWS = 4
# This number is added to the expected number of articles, so that a single article is no trend.
SMOOTHING_ARTICLES = 1
# A score is rounded to this number of decimal places.
SCORE_DECIMALS = 4
# The number of articles whose facets are counted at once, which bounds the memory that is used.
PART_SIZE = 10_000
MICROSECOND = timedelta(microseconds=1)

ENTITIES = table_of(Entity)
PUBLISHED = ARTICLES.columns["published_key"]
START, END = bindparam("window_start", type_=PUBLISHED.type), bindparam("window_end", type_=PUBLISHED.type)
NEWEST: AnySelect = select(func.max(PUBLISHED))
PUBLISHED_WITHIN = (
    select(ARTICLES.number)
    .where(PUBLISHED > START, PUBLISHED <= END)
    .order_by(PUBLISHED, ARTICLES.number)
    .execution_options(stream_results=True)
)


@blueprint.resource("/trends", schemas.TrendPage, query=queries.TrendParameters)
def list_trends(parameters: dict[str, Any]) -> Page:
    """List trends.

    Returns the entities that a larger share of the articles mentions in a window of time than in the four
    windows before it together. The highest `score` comes first. The guide to numbers in the documentation has
    the formula. The counts are computed at each request, so the response time grows with the number of
    articles in the five windows.
    """
    trends = Trends(parameters["window"], parameters.get("until"), tuple(parameters.get("type", ())))
    return make_page(trends, parameters, trends.items)


@dataclass
class Trends:
    """The entities that articles mention more often in a window of time than in the four windows before it.

    `make_page` reads pages of trends from this class, which implements RowSource. Entities are sorted by
    descending score. Of entities with the same score, the entity that was loaded last comes first.

    Attributes:
        window: The length of the window.
        until: The end of the window, or None for the time of the newest article.
        types: The types of the entities, or an empty sequence for all types.
    """

    window: timedelta
    until: datetime | None
    types: Sequence[str]

    @property
    def key_types(self) -> list[type]:
        """The Python types of the values in a sort key, to decode the sort key in a cursor."""
        return [float, int, datetime]

    def page(self, after: Sequence[Any] | None, limit: int) -> tuple[Rows, bool]:
        """Return the first trends after the sort key `after`, or the first of all trends if `after` is None.

        Returns:
            At most `limit` rows, and True if there are more. The columns of a row are the internal number of
            the entity, the count of articles in the time window, the count of articles in the four windows
            before it, the score, the internal number again, and the end of the window. The last three columns
            are the sort key.
        """
        if after:
            # The window stays the same for all pages, also if newer articles are loaded meanwhile.
            self.until = after[-1]
        numbers, counts, previous, scores = self._ranked
        start = 0
        if after:
            score, number, _ = after
            is_later = (scores < score) | ((scores == score) & (numbers < number))
            start = int(np.argmax(is_later)) if is_later.any() else len(numbers)
        parts = (
            each[start : start + limit].tolist() for each in (numbers, counts, previous, scores, numbers)
        )
        rows = [(*columns, self._end) for columns in zip(*parts, strict=True)]
        return rows, len(numbers) > start + limit

    def total(self) -> int:
        """Return the number of all trends."""
        return len(self._ranked[0])

    def items(self, rows: Rows) -> list[Values]:
        """Return the JSON values of `rows`, which `page` returned."""
        entities = read_references(request_connection(), [row[0] for row in rows])
        # `published_after` is inclusive, and `published_before` is exclusive.
        bounds = {"published_after": self._start, "published_before": self._end}
        query = encode_query((name, rfc3339(_next(time))) for name, time in bounds.items())
        address = f"{settings().base_url}/v1/entities"
        return [
            {
                "entity": entities[number],
                "article_count": count,
                "previous_article_count": previous,
                "score": score,
                "links": {"articles": f"{address}/{entities[number]['slug']}/articles?{query}"},
            }
            for number, count, previous, score, *_ in rows
        ]

    @cached_property
    def _end(self) -> datetime:
        newest: datetime | None = self.until or request_connection().scalar(NEWEST)
        return newest or UNDATED

    @cached_property
    def _start(self) -> datetime:
        return _before(self._end, self.window)

    @cached_property
    def _ranked(self) -> tuple[Any, ...]:
        """The entities that are trends, as four arrays in the order of descending score.

        The arrays contain the numbers (internal keys) of the entities, the counts of articles in the window,
        the counts of articles in the four windows before it, and the scores.
        """
        current, articles = _count_entities(self._start, self._end)
        former, former_articles = _count_entities(
            _before(self._start, PREVIOUS_WINDOWS * self.window), self._start
        )
        numbers, counts = current.numbers, current.articles
        previous = former.of_numbers(numbers)
        expected = previous * (articles / former_articles) if former_articles else np.zeros(len(numbers))
        scores = np.round(counts / (expected + SMOOTHING_ARTICLES), SCORE_DECIMALS)
        chosen = np.flatnonzero((scores > 1) & self._has_type(numbers))
        chosen = chosen[np.lexsort((-numbers[chosen], -scores[chosen]))]
        return tuple(each[chosen] for each in (numbers, counts, previous, scores))

    def _has_type(self, numbers: Integers) -> Any:
        """Return an array that says for each entity whether its type is one of the requested types.

        `numbers` are the numbers (internal keys) of the entities. If the request does not filter by type, the
        result is a single True.
        """
        if not self.types:
            return np.True_
        dialect = db.engine.dialect.name
        table, number = listed_numbers(dialect)
        statement = select(list_of(ENTITIES.c.number, dialect)).join_from(
            table, ENTITIES, ENTITIES.c.number == number
        )
        statement = statement.where(ENTITIES.c.type.in_(self.types))
        found = request_connection().scalar(statement, {"listed": listed(numbers, dialect)})
        return np.isin(numbers, integers(found))


def _next(time: datetime) -> datetime:
    """Return the next time after `time` that the database can store."""
    return time + MICROSECOND if time < LAST_TIME else time


def _before(time: datetime, length: timedelta) -> datetime:
    """Return `time` minus `length`, or `UNDATED` if the result would be earlier.

    `UNDATED` is the earliest time. The database stores it for articles without a time of publication.
    """
    return time - length if time - UNDATED > length else UNDATED


def _count_entities(start: datetime, end: datetime) -> tuple[Counts, int]:
    """Count how many articles in a window of time mention each entity.

    An article is in the window if it was published after `start`, and not after `end`.

    Returns:
        The article counts of the entities, and the number of all articles in the window.
    """
    parts, articles = [], 0
    values = {"window_start": start, "window_end": end}
    with request_connection().execute(PUBLISHED_WITHIN, values) as rows:
        for part in rows.scalars().partitions(PART_SIZE):
            facets, _ = count_lists(np.array(part, np.int64))
            parts.append(facets.between(1, MAX_ENTITY_NUMBER))
            articles += len(part)
    return Counts.sum(parts), articles
