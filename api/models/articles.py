"""The tables of articles, their documents, their slugs and their takeaways (key points)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import CompressedBytes, Id, Number, SortedText, UtcDateTime
from api.models.sort_keys import article_number

WORDS_PER_MINUTE = 200


class Corpus(Base):
    """A table with a single row about the whole database.

    Attributes:
        revision: A number that increases with every committed change.
        secret_key: Signs cursors if the settings contain no key.
        last_article: The highest number that an article ever had.
        last_entity: The same for entities.
        analyzer_version: The version of the analyzer that made the terms of the full-text index.
    """

    # Numbers of articles and entities are never used again.

    __tablename__ = "corpus"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]
    secret_key: Mapped[str] = mapped_column(Text)
    last_article: Mapped[int] = mapped_column(Number)
    last_entity: Mapped[int] = mapped_column(Number)
    analyzer_version: Mapped[int]


CORPUS_REVISION = select(Corpus.revision)


class Article(Base):
    """The part of an article that lists need: its sort keys, and its JSON as an item of a list.

    The complete content is in `ArticleDocument`, and the complete JSON in `Rendering`.

    Attributes:
        number: The internal key. Articles are numbered in the order in which they were loaded. A correction
            keeps the number.
        id: The public id, derived from `key`.
        key: The URL of the document, or else its file name without the extension.
        slug: The current slug. `ArticleSlug` has all slugs.
        title_hash: The hash of the title (`seeds.identifiers.title_hash`), to find listed articles.
        published_key: When the article was published, or `UNDATED`.
        story: The number of the story of the article.
        content_digest: The SHA-256 of the content, which shows if a document has changed.
        derived_digest: The SHA-256 of the data that is derived from the content.
        item_key: A hash of the format of `item_json` (`api.v1.renderings.rendering_key`), or null.
    """

    # An article that returns after its removal gets a new number.

    __tablename__ = "articles"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(Id, unique=True)
    key: Mapped[str] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(SortedText)
    title_hash: Mapped[int] = mapped_column(BigInteger, index=True)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime)
    story: Mapped[int] = mapped_column(Number)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revision: Mapped[int]
    content_digest: Mapped[bytes] = mapped_column(LargeBinary)
    derived_digest: Mapped[bytes] = mapped_column(LargeBinary)
    item_key: Mapped[int | None] = mapped_column(BigInteger)
    item_json: Mapped[bytes | None] = mapped_column(LargeBinary)

    # SQLite appends the primary key to each index. PostgreSQL does not, so the number is named.
    __table_args__ = (
        Index(None, "published_key", "number"),
        Index(None, "created_at", "number"),
        Index(None, "updated_at", "number"),
        Index(None, "title", "number"),
        Index(None, "story", "published_key", "number"),
    )


def paragraphs(body: Iterable[str]) -> list[dict[str, Any]]:
    """Return the texts in `body` as `[{paragraph, text}]`, where `paragraph` is the number, starting at 1."""
    return [{"paragraph": number, "text": text} for number, text in enumerate(body, 1)]


def reading_minutes(word_count: int) -> int:
    """Return the minutes it takes to read `word_count` words at 200 words per minute, rounded up."""
    return -(-word_count // WORDS_PER_MINUTE)


class Folder(Base):
    """The absolute path of a folder from which documents were loaded. The API never shows this path."""

    __tablename__ = "folders"

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    path: Mapped[str] = mapped_column(Text, unique=True)


class ArticleDocument(Base):
    """The document of an article and the content that was parsed from it, both compressed.

    `content` is JSON (`api.v1.article_content.article_content`), compressed with the document as preset
    dictionary. `folder` is the number of the folder that the file was last loaded from.
    """

    __tablename__ = "documents"

    article: Mapped[int] = article_number(primary_key=True)
    folder: Mapped[int] = mapped_column(Number, index=True)
    source_name: Mapped[str] = mapped_column(Text)
    document: Mapped[bytes] = mapped_column(CompressedBytes)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class ArticleSlug(Base):
    """A current or earlier slug of an article.

    Requests with an earlier slug are redirected. A slug is never given to a different article. `article_id`
    is the public id.
    """

    __tablename__ = "article_slugs"
    __table_args__ = ({"sqlite_with_rowid": False},)

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    article_id: Mapped[UUID] = mapped_column(Id, index=True)


class Takeaway(Base):
    """A key point of an article, as listed in its document, with the body paragraphs that support it.

    `number` combines the article and the position (see `takeaway_number`).
    `evidence` is `[{paragraph, score}]`, best first, with scores from 0 to 1.
    """

    __tablename__ = "takeaways"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(Id, unique=True)
    text: Mapped[str] = mapped_column(Text)
    evidence: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index(None, "published_key", "number"),)
