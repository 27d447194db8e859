"""Feature vectors of articles, from which seeding computes related links. No request reads them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, BigInteger, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import UtcDateTime
from api.models.sort_keys import parent


class ArticleFeatures(Base):
    """The feature vector of an article: its words and entities with weights, normalized to length 1.

    `names` lists the words and entities by descending weight (see `seeds.linking.article_features`).
    `weights` contains their weights, encoded by `seeds.linking.feature_vectors`. `terms` says how the article
    writes each word: a term, a pair of an entity's name and id, or null (see `seeds.linking.written_terms`).
    It is NULL in rows from before migration 0005.
    """

    __tablename__ = "article_features"

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    names: Mapped[list[str]] = mapped_column(JSON)
    terms: Mapped[list[str | list[str] | None] | None] = mapped_column(JSON(none_as_null=True))
    weights: Mapped[bytes] = mapped_column(LargeBinary)


class Posting(Base):
    """An entry of the inverted index from features (words and entities) to the articles that contain them.

    Only the features with the highest weights in an article have postings. `feature` is the hash of a
    feature. `weight` is its weight in the feature vector of the article, in ten-thousandths. It is an
    integer, so that sums of products are exact on SQLite and PostgreSQL. The primary key stores the rows of a
    feature together, in the order in which the articles were published.
    """

    __tablename__ = "postings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    feature: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    article_id: Mapped[UUID] = parent("articles", primary_key=True, index=True)
    weight: Mapped[int]
