"""The tables of articles, their source documents, their slugs and their takeaways (key points)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.database.base import Base
from api.database.column_types import Id, SortedText, UtcDateTime
from api.models.entities import Entity
from api.models.sort_keys import parent

WORDS_PER_MINUTE = 200


class Corpus(Base):
    """A table with a single row about the whole database.

    `revision` increases with every change of the data. `secret_key` signs the cursors of pages if the
    settings contain no key.
    """

    __tablename__ = "corpus"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    secret_key: Mapped[str] = mapped_column(Text)


class Article(Base):
    """An article parsed from one document.

    `id` is derived from `key`, which is the URL or else the file name of the document. `content_digest` and
    `derived_digest` show whether the parsed content, and the data derived from it, have changed.
    """

    __tablename__ = "articles"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    key: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    content_digest: Mapped[str] = mapped_column(Text)
    derived_digest: Mapped[str] = mapped_column(Text)
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

    source: Mapped["SourceDocument"] = relationship(viewonly=True)

    __table_args__ = (
        Index(None, "published_asc", "id"),
        Index(None, "published_desc", "id"),
        Index(None, "created_at", "id"),
        Index(None, "updated_at", "id"),
        Index(None, "title", "id"),
    )


def paragraphs(body: Iterable[str]) -> list[dict[str, Any]]:
    """Return the texts in `body` as `[{paragraph, text}]`, where `paragraph` is the number, starting at 1."""
    return [{"paragraph": number, "text": text} for number, text in enumerate(body, 1)]


def reading_minutes(word_count: int) -> int:
    """Return the minutes it takes to read `word_count` words at 200 words per minute, rounded up."""
    return -(-word_count // WORDS_PER_MINUTE)


class SourceDocument(Base):
    """The bytes of the file that an article was parsed from. Lists of articles do not read this table.

    `folder` is the absolute path of the folder that the file was last loaded from. The API never shows it.
    """

    __tablename__ = "sources"

    article_id: Mapped[UUID] = parent("articles", primary_key=True)
    folder: Mapped[str] = mapped_column(Text, index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ArticleSlug(Base):
    """A current or earlier slug of an article.

    Requests with an earlier slug are redirected. Slugs are never given to a different article, even after the
    article was removed.
    """

    __tablename__ = "article_slugs"

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    article_id: Mapped[UUID] = mapped_column(Id, index=True)


class Takeaway(Base):
    """A key point of an article, as listed in its document, with the body paragraphs that support it.

    `position` is its number in the list, starting at 1. `evidence` is `[{paragraph, score}]`, best first: the
    numbers of these paragraphs and how much of the takeaway each supports, from 0 to 1. `published_asc` and
    `published_desc` repeat the time of publication of the article, for sorting.
    """

    __tablename__ = "takeaways"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[UUID] = parent("articles")
    position: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)

    article: Mapped[Article] = relationship(viewonly=True)
    entities: Mapped[list[Entity]] = relationship(
        secondary="takeaway_entities", order_by="Entity.slug", viewonly=True
    )


Index(None, Takeaway.article_id, Takeaway.position, unique=True)
Index(None, Takeaway.published_asc, Takeaway.article_id, Takeaway.position)
Index(None, Takeaway.published_desc.desc(), Takeaway.article_id.desc(), Takeaway.position)
