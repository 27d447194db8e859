"""Sort keys that are never null, and foreign keys to articles and entities.

If a sort key is unknown, the column contains the lowest value instead of null. One index then serves
ascending and descending lists. `api.listing.keyset` puts unknown keys last in both.
"""

from datetime import UTC, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import MappedColumn, mapped_column

from api.database.column_types import Number

UNDATED = datetime.min.replace(tzinfo=UTC)
UNSCORED = -1.0
# The low bits of the number of a takeaway, which hold its place in the article.
POSITION_BITS = 12
MAX_TAKEAWAYS = (1 << POSITION_BITS) - 1
# The number of a takeaway, which contains the number of its article, has 63 bits.
MAX_ARTICLE_NUMBER = (1 << (63 - POSITION_BITS)) - 1


def published_key(published_at: datetime | None) -> datetime:
    """Return the value of the columns `published_key`: `published_at`, or `UNDATED` if it is None."""
    return published_at or UNDATED


def published_at_of(key: datetime) -> datetime | None:
    """Return the time of publication that `key`, a value of a column `published_key`, stands for.

    Return None for `UNDATED`, which is stored for articles without a time of publication.
    """
    return None if key == UNDATED else key


def score_key(score: float | None) -> float:
    """Return the value of the column `score_key`: `score`, or `UNSCORED` if it is None."""
    return UNSCORED if score is None else score


def takeaway_number(article: int, position: int) -> int:
    """Return the number of a takeaway, the primary key of its row.

    In descending order of the numbers, the newest article comes first. Takeaways of one article keep their
    order.

    Args:
        article: The number of the article.
        position: The place of the takeaway in the article, from 1 to `MAX_TAKEAWAYS`.
    """
    return (article << POSITION_BITS) + MAX_TAKEAWAYS - position


def takeaway_range(article: int) -> tuple[int, int]:
    """Return the lowest and the highest number that a takeaway of the article with this number can have."""
    return takeaway_number(article, MAX_TAKEAWAYS), takeaway_number(article, 1)


def takeaway_place(number: int) -> tuple[int, int]:
    """Return the internal number of the article and the position of a takeaway.

    Both are computed from `number`, the internal number of the takeaway.
    """
    return number >> POSITION_BITS, MAX_TAKEAWAYS - (number & MAX_TAKEAWAYS)


def article_number(*, primary_key: bool = False, index: bool | None = None) -> MappedColumn[int]:
    """Return a foreign key column for the internal number of an article.

    If the article is removed, the rows with its number are deleted.
    """
    return _number_of("articles", primary_key=primary_key, index=index)


def entity_number(*, primary_key: bool = False, index: bool | None = None) -> MappedColumn[int]:
    """Return a foreign key column for the internal number of an entity.

    If the entity is removed, the rows with its number are deleted.
    """
    return _number_of("entities", primary_key=primary_key, index=index)


def _number_of(table: str, *, primary_key: bool, index: bool | None) -> MappedColumn[int]:
    parent = ForeignKey(f"{table}.number", ondelete="CASCADE")
    return mapped_column(Number, parent, primary_key=primary_key, index=index, autoincrement=False)
