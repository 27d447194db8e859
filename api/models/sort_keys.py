"""Columns that several tables share: cascading foreign keys, and sort columns that are never null.

Each nullable sort key has two more columns, `…_asc` and `…_desc`, in which null is replaced by the highest or
the lowest value. Null then sorts last in both directions, and keyset pagination needs only a
single row-value comparison, which can use an index.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import MappedColumn, mapped_column

from api.database.column_types import Id

UNDATED_ASC, UNDATED_DESC = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
UNSCORED_ASC, UNSCORED_DESC = 2.0, -1.0


def parent(table: str, **options: Any) -> MappedColumn[UUID]:
    """Return a foreign key column that refers to the `id` of `table`, with ON DELETE CASCADE.

    `options` are keyword arguments of `mapped_column`, such as `primary_key`.
    """
    return mapped_column(Id, ForeignKey(f"{table}.id", ondelete="CASCADE"), **options)


def published_keys(published_at: datetime | None) -> dict[str, datetime]:
    """Return the values of the columns `published_asc` and `published_desc`, by column.

    The columns sort rows in ascending and descending order. Both values are `published_at`. If it is None,
    they are the latest and the earliest time, so that undated rows come last in both orders.
    """
    return {"published_asc": published_at or UNDATED_ASC, "published_desc": published_at or UNDATED_DESC}


def score_keys(score: float | None) -> dict[str, float]:
    """Return the values of the columns `score_asc` and `score_desc`, by column.

    The columns sort rows in ascending and descending order. Both values are `score`, the similarity of two
    articles from 0 to 1. If it is None, they are 2 and -1, so that rows without a score come last in both
    orders.
    """
    if score is None:
        return {"score_asc": UNSCORED_ASC, "score_desc": UNSCORED_DESC}
    return {"score_asc": score, "score_desc": score}
