"""What articles are about, by which seeding finds related ones; no request reads these tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, UtcDateTime
from api.models.sort_keys import parent


class ArticleFeatures(Base):
    """The weighed words and entities of an article, a vector of length 1; see `seeds.linking.features`.

    `names` lists the features, heaviest first; `weights` has their weights (`seeds.linking.feature_vectors`).
    """

    __tablename__ = "article_features"

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    names: Mapped[list[str]] = mapped_column(JSON)
    weights: Mapped[bytes] = mapped_column(LargeBinary)


class Posting(Base):
    """One of the weightiest features of an article, so that articles are found by what they share.

    `feature` is a hash, `weight` in ten-thousandths, so that sums of products are exact on both engines.
    Rows of one feature lie together in the order of publication.
    """

    __tablename__ = "postings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feature: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    article_id: Mapped[UUID] = parent("articles", primary_key=True, index=True)
    weight: Mapped[int]
