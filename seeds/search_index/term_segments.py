"""Maintain the term index, from which searches compute relevance.

New articles are written to `pending_terms`. Every `SEGMENT_ARTICLES` pending articles become a segment of
level 1. Every `MERGED_SEGMENTS` segments of a level become one segment of the next level, without removed
articles. A segment is also rewritten if most of its articles were removed.
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select, update

from api.database.base import table_of
from api.models import PendingTerms, TermBucket, TermSegment
from api.search.term_lists import (
    BUCKET_BITS,
    ArticleList,
    TermLists,
    bucket_place,
    decode_bucket,
    encode_buckets,
    join_articles,
    pack_articles,
    segment_of,
    unpack_articles,
    unpack_terms,
)

SEGMENT_ARTICLES, MERGED_SEGMENTS = 256, 4
# Pending articles are counted when an article is added whose number is a multiple of this.
COUNT_INTERVAL = 32
# The number of buckets of each segment that are read together when segments are merged.
BUCKETS_TOGETHER = 64
REMOVED = -1
PENDING, SEGMENTS, BUCKETS = table_of(PendingTerms), table_of(TermSegment), table_of(TermBucket)
COUNT_PENDING = select(func.count()).select_from(PENDING)
FIRST_PENDING = select(PENDING).order_by(PENDING.c.number).limit(bindparam("articles"))
DELETE_PENDING = delete(PENDING).where(PENDING.c.number == bindparam("article"))
OVERLAPPING_SEGMENTS = select(SEGMENTS).where(
    SEGMENTS.c.first <= bindparam("highest"), SEGMENTS.c.last >= bindparam("lowest")
)
LEVEL = select(SEGMENTS).where(SEGMENTS.c.level == bindparam("level")).order_by(SEGMENTS.c.number)
NEXT_SEGMENT = select(func.coalesce(func.max(SEGMENTS.c.number), 0) + 1)
SET_ARTICLES = (
    update(SEGMENTS).where(SEGMENTS.c.number == bindparam("segment")).values(articles=bindparam("remaining"))
)
DELETE_SEGMENT = delete(SEGMENTS).where(SEGMENTS.c.number == bindparam("segment"))
PLACES = BUCKETS.c.place.between(bindparam("lowest"), bindparam("highest"))
READ_BUCKETS, DELETE_BUCKETS = select(BUCKETS).where(PLACES), delete(BUCKETS).where(PLACES)


class Segment(NamedTuple):
    """A segment, a part of the term index, that was read from the database.

    Attributes:
        number: Identifies the segment.
        level: 1 for a segment of new articles, and higher for a merged segment.
        articles: The number and the length of each article. The length of a removed article is 0.
    """

    number: int
    level: int
    articles: ArticleList


def add_terms(connection: Connection, packed: Mapping[int, tuple[int, bytes]]) -> None:
    """Add articles to the term index, which searches use to compute relevance.

    Args:
        connection: In a write transaction.
        packed: The number of words and the packed terms (see `pack_terms`) of each article, by its database
            number.
    """
    rows = [{"number": each, "length": length, "terms": terms} for each, (length, terms) in packed.items()]
    connection.execute(insert(PENDING), rows)
    if not any(number % COUNT_INTERVAL == 0 for number in packed):
        return
    for _ in range(connection.scalars(COUNT_PENDING).one() // SEGMENT_ARTICLES):
        _make_segment(connection)
    for level, next_level in pairwise(BUCKET_BITS):
        segments = _read_segments(connection, LEVEL, {"level": level})
        for start in range(0, len(segments) - MERGED_SEGMENTS + 1, MERGED_SEGMENTS):
            _merge(connection, segments[start : start + MERGED_SEGMENTS], next_level)


def remove_terms(connection: Connection, numbers: Collection[int]) -> None:
    """Remove the articles with the database numbers `numbers` from the term index.

    Searches compute relevance from this index. `connection` must be in a write transaction.
    """
    connection.execute(DELETE_PENDING, [{"article": number} for number in numbers])
    bounds = {"lowest": min(numbers), "highest": max(numbers)}
    for segment in _read_segments(connection, OVERLAPPING_SEGMENTS, bounds):
        articles = segment.articles
        removed = np.isin(articles.numbers, [*numbers]) & (articles.lengths > 0)
        if removed.any():
            remaining = articles._replace(lengths=np.where(removed, 0, articles.lengths))
            values = {"segment": segment.number, "remaining": pack_articles(remaining)}
            connection.execute(SET_ARTICLES, values)
            if np.count_nonzero(remaining.lengths) * 2 < len(removed):
                _merge(connection, [segment._replace(articles=remaining)], segment.level)


def clear_terms(connection: Connection) -> None:
    """Remove all articles from the term index. `connection` must be in a write transaction."""
    for table in (PENDING, SEGMENTS, BUCKETS):
        connection.execute(delete(table))


def _make_segment(connection: Connection) -> None:
    """Move pending articles to a new segment, a part of the term index.

    The `SEGMENT_ARTICLES` pending articles with the lowest numbers are moved. The new segment has level 1,
    the lowest level.
    """
    rows = connection.execute(FIRST_PENDING, {"articles": SEGMENT_ARTICLES}).all()
    numbers, lengths = (np.array([getattr(row, name) for row in rows]) for name in ("number", "length"))
    number = _insert_segment(connection, ArticleList(numbers, lengths), 1)
    _insert_buckets(connection, number, unpack_terms([row.terms for row in rows]), 1)
    connection.execute(DELETE_PENDING, [{"article": row.number} for row in rows])


def _read_segments(
    connection: Connection, statement: Select[Any], values: Mapping[str, int]
) -> list[Segment]:
    rows = connection.execute(statement, values)
    return [Segment(row.number, row.level, unpack_articles(row.articles)) for row in rows]


def _merge(connection: Connection, segments: Sequence[Segment], level: int) -> None:
    """Merge segments, parts of the term index, into a new segment without the removed articles.

    If no article remains, only delete the segments.

    Args:
        connection: In a write transaction.
        segments: Segments of the same level (size class).
        level: The level of the new segment.
    """
    articles = join_articles(segment.articles for segment in segments)
    remains = articles.lengths > 0
    new_places = np.where(remains, np.cumsum(remains) - 1, REMOVED)
    counts = [len(segment.articles.numbers) for segment in segments]
    starts = np.cumsum([0, *counts[:-1]])
    offsets = {segment.number: start for segment, start in zip(segments, starts, strict=True)}
    remaining = ArticleList(articles.numbers[remains], articles.lengths[remains])
    number = _insert_segment(connection, remaining, level) if remains.any() else 0
    for first in range(0, 1 << BUCKET_BITS[segments[0].level], BUCKETS_TOGETHER):
        # The order of the segments is that of the new places, as `encode_buckets` requires.
        lists = []
        for segment in offsets:
            bounds = {
                "lowest": bucket_place(segment, first),
                "highest": bucket_place(segment, first + BUCKETS_TOGETHER - 1),
            }
            for row in connection.execute(READ_BUCKETS, bounds).all():
                old = decode_bucket(row.terms)
                lists.append(old._replace(places=new_places[offsets[segment_of(row.place)] + old.places]))
        if lists and number:
            _insert_buckets(connection, number, _remaining(lists), level)
    for segment in offsets:
        bounds = {"lowest": bucket_place(segment, 0), "highest": bucket_place(segment + 1, 0) - 1}
        connection.execute(DELETE_BUCKETS, bounds)
        connection.execute(DELETE_SEGMENT, {"segment": segment})


def _remaining(several: Sequence[TermLists]) -> TermLists:
    """Join the terms of several segments, but omit the terms of removed articles.

    In `several`, the terms of removed articles have the value `REMOVED` in `places`.
    """
    joined = TermLists(*map(np.concatenate, zip(*several, strict=True)))
    remains = joined.places != REMOVED
    return TermLists(*(each[remains] for each in joined))


def _insert_segment(connection: Connection, articles: ArticleList, level: int) -> int:
    """Insert a segment, a part of the term index, and return its number.

    `articles` are the articles of the segment. `level` is 1 for a segment of new articles, and higher for a
    segment that was merged from other segments.
    """
    number: int = connection.scalars(NEXT_SEGMENT).one()
    bounds = {"first": int(articles.numbers.min()), "last": int(articles.numbers.max())}
    values = bounds | {"articles": pack_articles(articles)}
    connection.execute(insert(SEGMENTS), {"number": number, "level": level, **values})
    return number


def _insert_buckets(connection: Connection, segment: int, lists: TermLists, level: int) -> None:
    rows = [
        {"place": bucket_place(segment, bucket), "terms": data}
        for bucket, data in encode_buckets(lists, level)
    ]
    if rows:
        connection.execute(insert(BUCKETS), rows)
