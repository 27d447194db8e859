"""The history of articles: changes and earlier revisions. Both are kept when an article is removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import Id, Number, UtcDateTime

CREATED, UPDATED, REMOVED = "created", "updated", "removed"
CHANGE_KINDS = (CREATED, UPDATED, REMOVED)


class Change(Base):
    """An entry of the change feed: an article was created, updated or removed.

    `sequence` numbers the changes from 1, without gaps, in the order in which they were committed. `fields`
    lists the fields that an update changed. `slug` and `title` are the slug and title that the article had
    when the change was committed.
    """

    __tablename__ = "changes"

    sequence: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    article_id: Mapped[UUID] = mapped_column(Id)
    slug: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    revision: Mapped[int]
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fields: Mapped[list[str]] = mapped_column(JSON)

    __table_args__ = (Index(None, "article_id", "revision", "sequence"),)

    @property
    def article(self) -> dict[str, Any]:
        """The `id` of the article, and the `slug` and `title` that it had when this change was committed."""
        return {"id": self.article_id, "slug": self.slug, "title": self.title}


class Revision(Base):
    """An earlier revision of an article: the bytes of its document (`source`) and the parsed `content`.

    `content` is the result of `api.v1.article_content.article_content`. The current revision is in the tables
    of the article. It is copied to this table before a new revision replaces it or the article is removed.
    """

    __tablename__ = "revisions"

    article_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[bytes] = mapped_column(LargeBinary)
