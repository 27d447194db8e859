"""Entities (people, organizations, places and so on), their names, and their mentions in articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import CompressedJson, Id, Number, SortedText, UtcDateTime
from api.models.sort_keys import article_number, entity_number

ENTITY_TYPES = ("person", "organization", "place", "policy", "product", "event")


class Entity(Base):
    """A person, organization, place, policy, product or event that articles mention.

    `number` follows the order of first mentions. `EntitySlug` has all slugs. `origin` is `catalogue` (from
    the file of known entities) or `extracted` (found in the text). `same_as` lists URLs of the same entity in
    other sources. `article_count` and `mention_count` cover all articles.
    """

    __tablename__ = "entities"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(Id, unique=True)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(SortedText)
    type: Mapped[str] = mapped_column(Text)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str | None] = mapped_column(Text)
    same_as: Mapped[list[str]] = mapped_column(JSON)
    origin: Mapped[str] = mapped_column(Text)
    article_count: Mapped[int]
    mention_count: Mapped[int]

    __table_args__ = (
        Index(None, "article_count", "number"),
        Index(None, "mention_count", "number"),
        Index(None, "name", "number"),
        Index(None, "type", "article_count", "number"),
        Index(None, "type", "mention_count", "number"),
        Index(None, "type", "name", "number"),
    )


class EntitySlug(Base):
    """A slug that leads to an entity: current, earlier, or inherited from an entity merged into it."""

    __tablename__ = "entity_slugs"
    __table_args__ = ({"sqlite_with_rowid": False},)

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    entity: Mapped[int] = entity_number(index=True)


class EntityId(Base):
    """The id of an entity (`old_id`) that was merged into a different entity, for redirects."""

    __tablename__ = "entity_ids"

    old_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    entity: Mapped[int] = entity_number(index=True)


class EntityName(Base):
    """A name or alias of an entity without case and diacritics, for finding entities by prefix."""

    __tablename__ = "entity_names"
    __table_args__ = ({"sqlite_with_rowid": False},)

    folded: Mapped[str] = mapped_column(SortedText, primary_key=True)
    entity: Mapped[int] = entity_number(primary_key=True, index=True)


class ArticleEntity(Base):
    """An entity that an article mentions. The mentions are in `ArticleMentions`.

    `position` ranks the entities of the article by salience, from 1. `salience` is from 0 to 1. `own_name`
    and `own_type` are what this article alone suggests for an extracted entity. They are null for an entity
    of the catalogue (the file of known entities).
    """

    __tablename__ = "article_entities"

    article: Mapped[int] = article_number(primary_key=True)
    entity: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    position: Mapped[int]
    mention_count: Mapped[int]
    salience: Mapped[float]
    own_name: Mapped[str | None] = mapped_column(Text)
    own_type: Mapped[str | None] = mapped_column(Text)

    __table_args__ = ({"sqlite_with_rowid": False},)


class ArticleMentions(Base):
    """All mentions of entities in an article, compressed.

    `mentions` has a list for each entity, in the order of `ArticleEntity.position`.
    Each mention is `[part, index, start, end, text]`, in reading order. `index` is the number of the
    paragraph or takeaway in `part`, or null. Offsets count code points.
    """

    __tablename__ = "article_mentions"

    article: Mapped[int] = article_number(primary_key=True)
    mentions: Mapped[list[list[list[Any]]]] = mapped_column(CompressedJson)


class TakeawayEntity(Base):
    """An entity that a takeaway (a key point of an article) mentions.

    `takeaway` is the internal number of the takeaway. `published_key` and `takeaway` repeat its sort key.
    """

    # With the sort key, a single index can filter takeaways by entity and sort them.

    __tablename__ = "takeaway_entities"

    takeaway: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    entity: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "entity", "published_key", "takeaway"), {"sqlite_with_rowid": False})
