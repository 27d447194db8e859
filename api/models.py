"""The tables: what a seeding stores and the API reads.

Two columns stand beside each nullable sort key, `…_asc` and `…_desc`: the key with null replaced by the
highest and the lowest value, so that null is last in either direction and a keyset comparison is one
row-value comparison that an index answers.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column, relationship

from api.db import Base, SortedText, UtcDateTime

UNDATED_ASC, UNDATED_DESC = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
UNSCORED_ASC, UNSCORED_DESC = 2.0, -1.0

ENTITY_TYPES = ("person", "organization", "place", "policy", "product", "event")
WORDS_A_MINUTE = 200


def _parent(table: str, **options: Any) -> MappedColumn[UUID]:
    return mapped_column(Uuid, ForeignKey(f"{table}.id", ondelete="CASCADE"), **options)


class Corpus(Base):
    """The one row about the database as a whole."""

    __tablename__ = "corpus"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    secret_key: Mapped[str] = mapped_column(Text)


class Article(Base):
    """The record parsed from one document; `key` is the document's, from which `id` is derived."""

    __tablename__ = "articles"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    content_digest: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(SortedText)
    title_digest: Mapped[str] = mapped_column(Text, index=True)
    summary: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    author: Mapped[str | None] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    publication: Mapped[str | None] = mapped_column(Text)
    image_caption: Mapped[str | None] = mapped_column(Text)
    image_url: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int]
    word_count: Mapped[int]
    body: Mapped[list[str]] = mapped_column(JSON)
    analysis: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    source_name: Mapped[str] = mapped_column(Text)
    source_sha256: Mapped[str] = mapped_column(Text)
    source_bytes: Mapped[int]

    source: Mapped["Source"] = relationship(viewonly=True)
    takeaways: Mapped[list["Takeaway"]] = relationship(
        back_populates="article", order_by="Takeaway.position", viewonly=True
    )
    entities: Mapped[list["ArticleEntity"]] = relationship(
        back_populates="article", order_by="ArticleEntity.position", viewonly=True
    )
    related: Mapped[list["RelatedLink"]] = relationship(
        back_populates="article",
        foreign_keys="RelatedLink.article_id",
        order_by="RelatedLink.position",
        viewonly=True,
    )

    __table_args__ = (
        Index(None, "published_asc", "id"),
        Index(None, "published_desc", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "title", "id"),
    )

    @property
    def paragraphs(self) -> list[dict[str, Any]]:
        """The body's paragraphs with their numbers."""
        return [{"paragraph": number, "text": text} for number, text in enumerate(self.body, 1)]

    @property
    def reading_minutes(self) -> int:
        """Minutes that the body and the analysis take, rounded up."""
        return -(-self.word_count // WORDS_A_MINUTE)


class Source(Base):
    """The bytes of an article's document, apart from the row that every list reads."""

    __tablename__ = "sources"

    article_id: Mapped[UUID] = _parent("articles", primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ArticleSlug(Base):
    """Every slug that an article has or had, so that no other takes it and old links are redirected."""

    __tablename__ = "article_slugs"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    article_id: Mapped[UUID] = _parent("articles", index=True)


class Takeaway(Base):
    """One numbered key point of an article."""

    __tablename__ = "takeaways"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    article_id: Mapped[UUID] = _parent("articles")
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)

    article: Mapped[Article] = relationship(back_populates="takeaways", viewonly=True)
    entities: Mapped[list["Entity"]] = relationship(
        secondary="takeaway_entities", order_by="Entity.slug", viewonly=True
    )


Index(None, Takeaway.article_id, Takeaway.position, unique=True)
Index(None, Takeaway.published_asc, Takeaway.article_id, Takeaway.position)
Index(None, Takeaway.published_desc.desc(), Takeaway.article_id.desc(), Takeaway.position)


class Entity(Base):
    """A person, organization, place, policy, product or event that articles mention."""

    __tablename__ = "entities"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    slug: Mapped[str] = mapped_column(SortedText, unique=True)
    name: Mapped[str] = mapped_column(SortedText)
    type: Mapped[str] = mapped_column(Text)
    aliases: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str | None] = mapped_column(Text)
    same_as: Mapped[list[str]] = mapped_column(JSON)
    origin: Mapped[str] = mapped_column(Text)
    article_count: Mapped[int]
    mention_count: Mapped[int]

    __table_args__ = (
        Index(None, "article_count", "id"),
        Index(None, "mention_count", "id"),
        Index(None, "name", "id"),
    )


class ArticleEntity(Base):
    """An entity in an article: all its mentions there, and its salience from 0 to 1.

    `mentions` is `[{part, index, start, end, text}]` in reading order; `position` ranks the article's
    entities from 1, the most salient first.
    """

    __tablename__ = "article_entities"

    article_id: Mapped[UUID] = _parent("articles", primary_key=True)
    entity_id: Mapped[UUID] = _parent("entities", primary_key=True, index=True)
    position: Mapped[int]
    mention_count: Mapped[int]
    salience: Mapped[float]
    mentions: Mapped[list[dict[str, Any]]] = mapped_column(JSON)

    article: Mapped[Article] = relationship(back_populates="entities", viewonly=True)
    entity: Mapped[Entity] = relationship(viewonly=True)

    # Under an article an entity is shown as itself, but for the article's own counts.
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
    """An entity named in a takeaway."""

    __tablename__ = "takeaway_entities"

    takeaway_id: Mapped[UUID] = _parent("takeaways", primary_key=True)
    entity_id: Mapped[UUID] = _parent("entities", primary_key=True, index=True)


class RelatedLink(Base):
    """An edge from one article to another; `target_id` is null while no article fits a listed title."""

    __tablename__ = "related_links"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    article_id: Mapped[UUID] = _parent("articles")
    position: Mapped[int]
    basis: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    title_digest: Mapped[str] = mapped_column(Text, index=True)
    printed_date: Mapped[str | None] = mapped_column(Text)
    target_id: Mapped[UUID | None] = mapped_column(
        Uuid, ForeignKey("articles.id", ondelete="SET NULL"), index=True
    )
    score: Mapped[float | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)
    score_asc: Mapped[float]
    score_desc: Mapped[float]

    article: Mapped[Article] = relationship(
        back_populates="related", foreign_keys=[article_id], viewonly=True
    )
    target: Mapped[Article | None] = relationship(foreign_keys=[target_id], viewonly=True)

    # One edge at most from one article to another.
    __table_args__ = (UniqueConstraint("article_id", "target_id"),)


Index(None, RelatedLink.article_id, RelatedLink.position, unique=True)
Index(None, RelatedLink.published_asc, RelatedLink.article_id, RelatedLink.position)
Index(None, RelatedLink.published_desc.desc(), RelatedLink.article_id.desc(), RelatedLink.position)
Index(None, RelatedLink.score_asc, RelatedLink.article_id, RelatedLink.position)
Index(None, RelatedLink.score_desc.desc(), RelatedLink.article_id.desc(), RelatedLink.position)


def published_keys(published_at: datetime | None) -> dict[str, datetime]:
    """Give the two sort columns of `published_at`."""
    return {"published_asc": published_at or UNDATED_ASC, "published_desc": published_at or UNDATED_DESC}


def score_keys(score: float | None) -> dict[str, float]:
    """Give the two sort columns of `score`."""
    if score is None:
        return {"score_asc": UNSCORED_ASC, "score_desc": UNSCORED_DESC}
    return {"score_asc": score, "score_desc": score}
