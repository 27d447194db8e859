"""Facets: the values (entities, entity types, publications, languages) by which articles are filtered."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID, uuid5

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column, synonym

from api.database.base import Base
from api.database.column_types import Id, UtcDateTime
from api.models.sort_keys import parent

# The namespace of facet ids, which are UUIDs of version 5 (RFC 9562, 5.5).
FACET_NAMESPACE = UUID("0d5f3c6e-93f1-4f0b-8a55-6f2e0c1d7b92")


@lru_cache(maxsize=4_096)
def facet_id(name: str, value: str) -> UUID:
    """Return the id of a facet, a value by which articles are filtered.

    `name` is the query parameter: `entity_type`, `publication` or `language`. The facet of an entity has the
    id of the entity instead.
    """
    return uuid5(FACET_NAMESPACE, f"{name}:{value}")


class ArticleFacet(Base):
    """A facet of an article, that is, a value by which articles are filtered.

    `facet` is the id of an entity, or the `facet_id` of an entity type, a publication or a language. The row
    repeats the sort keys of the article, so that a single index can filter articles and sort them.
    """

    __tablename__ = "article_facets"
    __table_args__ = (
        Index(None, "facet", "published_asc", "article_id"),
        Index(None, "facet", "published_desc", "article_id"),
        Index(None, "facet", "created_at", "article_id"),
        Index(None, "facet", "updated_at", "article_id"),
        {"sqlite_with_rowid": False},
    )

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    facet: Mapped[UUID] = mapped_column(Id, primary_key=True)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    id = synonym("article_id")
