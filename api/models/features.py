"""Feature vectors (weighted words and entities) of articles, for the computation of related links.

Seeding computes the links. No request reads these tables.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import CompressedJson, UtcDateTime
from api.models.sort_keys import article_number

LATEST = datetime.max.replace(tzinfo=UTC)


class ArticleFeatures(Base):
    """The feature vector of an article: its words and entities with weights, normalized to length 1.

    `seeds.linking.feature_vectors` defines the form of the column `features`.
    """

    __tablename__ = "article_features"

    article: Mapped[int] = article_number(primary_key=True)
    features: Mapped[list[Any]] = mapped_column(CompressedJson)


class Posting(Base):
    """A row of the inverted index, which finds articles by their features (words and entities).

    Only the features with the highest weights in an article have postings. `feature` is the hash of a
    feature, and `weight` its weight in the article, in ten-thousandths. `tie`, the beginning of the article's
    id, orders articles of the same time.
    """

    # The weight is an integer, so that sums of products are exact on SQLite and PostgreSQL. The primary key
    # stores the rows of a feature together, in the order of publication of the articles. Articles without a
    # date come last. If an article is removed, its feature vector says which postings to delete.

    __tablename__ = "postings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feature: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    tie: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    article: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    weight: Mapped[int]


def posting_key(published_at: datetime | None) -> datetime:
    """Return `published_at` as the value of `Posting.published_key`. None becomes a time after all others."""
    return published_at or LATEST


def posting_tie(identity: UUID) -> int:
    """Return the value of `Posting.tie`: the first 47 bits of `identity`, the id of the article."""
    return identity.int >> 81
