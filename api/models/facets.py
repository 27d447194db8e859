"""Facets: the values (entities, entity types, publications, languages) by which articles are filtered."""

from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import UtcDateTime
from api.models.sort_keys import article_number

FACET_HASH_BYTES = 5


@lru_cache(maxsize=4_096)
def facet_number(name: str, value: str) -> int:
    """Return the number of a facet, a value by which articles are filtered.

    `name` is the query parameter: `entity_type`, `publication` or `language`. The facet of an entity has the
    number of the entity, which is positive. The numbers of other facets are negative: they are hashes, so
    that no table has to be read to find them.
    """
    digest = blake2b(f"{name}:{value}".encode(), digest_size=FACET_HASH_BYTES).digest()
    return -1 - int.from_bytes(digest, "big")


class ArticleFacet(Base):
    """A facet of an article, that is, a value by which articles are filtered.

    `facet` is the number of an entity, or the `facet_number` of an entity type, a publication or a language.
    The row repeats the sort keys of the article, so that a single index can filter articles and sort them.
    """

    __tablename__ = "article_facets"
    __table_args__ = (
        Index(None, "facet", "published_key", "article"),
        Index(None, "facet", "created_at", "article"),
        Index(None, "facet", "updated_at", "article"),
        {"sqlite_with_rowid": False},
    )

    article: Mapped[int] = article_number(primary_key=True)
    facet: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
