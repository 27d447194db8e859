"""What the tables share: keys of parents, and sort keys that are never null.

Two columns stand beside each nullable sort key, `…_asc` and `…_desc`: the key with null replaced by the
highest and the lowest value, so that null is last in either direction and a keyset comparison is one
row-value comparison that an index answers.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import MappedColumn, mapped_column

from api.db import Id

UNDATED_ASC, UNDATED_DESC = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
UNSCORED_ASC, UNSCORED_DESC = 2.0, -1.0


def parent(table: str, **options: Any) -> MappedColumn[UUID]:
    """Make the column that refers to a row of `table` and goes with it."""
    return mapped_column(Id, ForeignKey(f"{table}.id", ondelete="CASCADE"), **options)


def published_keys(published_at: datetime | None) -> dict[str, datetime]:
    """Give the two sort columns of `published_at`."""
    return {"published_asc": published_at or UNDATED_ASC, "published_desc": published_at or UNDATED_DESC}


def score_keys(score: float | None) -> dict[str, float]:
    """Give the two sort columns of `score`."""
    if score is None:
        return {"score_asc": UNSCORED_ASC, "score_desc": UNSCORED_DESC}
    return {"score_asc": score, "score_desc": score}
