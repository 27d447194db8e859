"""Entities (people, organizations, places and so on), their names, and their mentions in articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, Text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, query_expression, relationship, synonym

from api.database.base import Base
from api.database.column_types import Id, SortedText, UtcDateTime
from api.models.sort_keys import parent

ENTITY_TYPES = ("person", "organization", "place", "policy", "product", "event")


class Entity(Base):
    """A person, organization, place, policy, product or event that articles mention.

    `origin` is `catalogue` if the entity comes from the file of known entities, or `extracted` if it was
    found in the text. `same_as` lists URLs of the same entity in other sources. `article_count` and
    `mention_count` cover all articles.
    """

    __tablename__ = "entities"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    slug: Mapped[str] = mapped_column(SortedText, unique=True)
    name: Mapped[str] = mapped_column(SortedText)
    type: Mapped[str] = mapped_column(Text)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str | None] = mapped_column(Text)
    same_as: Mapped[list[str]] = mapped_column(JSON)
    origin: Mapped[str] = mapped_column(Text)
    article_count: Mapped[int]
    mention_count: Mapped[int]
    # The number of articles that mention this entity together with a given entity. The query for co-mentioned
    # entities computes it.
    shared_article_count: Mapped[int | None] = query_expression()

    __table_args__ = (
        Index(None, "article_count", "id"),
        Index(None, "mention_count", "id"),
        Index(None, "name", "id"),
        Index(None, "type", "article_count", "id"),
        Index(None, "type", "mention_count", "id"),
        Index(None, "type", "name", "id"),
    )


class EntitySlug(Base):
    """A slug that leads to an entity: current, earlier, or inherited from an entity merged into it."""

    __tablename__ = "entity_slugs"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    entity_id: Mapped[UUID] = parent("entities", index=True)


class EntityId(Base):
    """The id of an entity (`old_id`) that was merged into the entity `entity_id`, for redirects."""

    __tablename__ = "entity_ids"

    old_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    entity_id: Mapped[UUID] = parent("entities", index=True)


class EntityName(Base):
    """A name or alias of an entity without case and diacritics, for finding entities by prefix."""

    __tablename__ = "entity_names"

    folded: Mapped[str] = mapped_column(SortedText, primary_key=True)
    entity_id: Mapped[UUID] = parent("entities", primary_key=True, index=True)


class ArticleEntity(Base):
    """An entity that an article mentions, with its mentions in this article.

    `mentions` is `[{part, index, start, end, text}]` in reading order, where `index` is the number of the
    paragraph or takeaway, or null in other parts. `salience` says how central the entity is to the article,
    from 0 to 1. `position` ranks the entities of the article from 1, the most salient first. `own_name` and
    `own_type` are the name and type that this article alone suggests for an extracted entity. They are null
    for an entity of the catalogue, the file of known entities.
    """

    __tablename__ = "article_entities"

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    entity_id: Mapped[UUID] = parent("entities", primary_key=True)
    position: Mapped[int]
    mention_count: Mapped[int]
    salience: Mapped[float]
    own_name: Mapped[str | None] = mapped_column(Text)
    own_type: Mapped[str | None] = mapped_column(Text)
    mentions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    # A covering index, for finding the articles that mention an entity. Reading the rows would be slow, since
    # `mentions` can be large.
    __table_args__ = (Index(None, "entity_id", "article_id"),)

    entity: Mapped[Entity] = relationship(viewonly=True)

    # The remaining fields of the schema MentionedEntity, taken from the entity.
    id: AssociationProxy[UUID] = association_proxy("entity", "id")
    slug: AssociationProxy[str] = association_proxy("entity", "slug")
    name: AssociationProxy[str] = association_proxy("entity", "name")
    type: AssociationProxy[str] = association_proxy("entity", "type")
    aliases: AssociationProxy[list[str]] = association_proxy("entity", "aliases")
    description: AssociationProxy[str | None] = association_proxy("entity", "description")
    same_as: AssociationProxy[list[str]] = association_proxy("entity", "same_as")
    article_count: AssociationProxy[int] = association_proxy("entity", "article_count")
    origin: AssociationProxy[str] = association_proxy("entity", "origin")


class TakeawayEntity(Base):
    """An entity that a takeaway, a key point of an article, mentions.

    The row repeats the sort keys of the takeaway, so that a single index can filter takeaways by entity and
    sort them.
    """

    __tablename__ = "takeaway_entities"

    takeaway_id: Mapped[UUID] = parent("takeaways", primary_key=True)
    entity_id: Mapped[UUID] = parent("entities", primary_key=True)
    article_id: Mapped[UUID] = mapped_column(Id)
    position: Mapped[int]
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)

    id = synonym("takeaway_id")


_entity, _place = TakeawayEntity.entity_id, TakeawayEntity.position
_article = TakeawayEntity.article_id
Index("ix_takeaway_entities_asc", _entity, TakeawayEntity.published_asc, _article, _place)
Index("ix_takeaway_entities_desc", _entity, TakeawayEntity.published_desc.desc(), _article.desc(), _place)
