"""The history of articles: changes and earlier revisions. Both are kept after an article is removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, Id, Number, UtcDateTime

CREATED, UPDATED, REMOVED = "created", "updated", "removed"
CHANGE_KINDS = (CREATED, UPDATED, REMOVED)


class Change(Base):
    """A change of an article, with the slug and title of the article at that time.

    `sequence` numbers the changes from 1, without gaps, in the order in which they were committed. `fields`
    lists the fields that an update changed. The last change of an article shows its revision and whether it
    was removed.
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
        """The article with its slug and title at that time."""
        return {"id": self.article_id, "slug": self.slug, "title": self.title}


class Revision(Base):
    """An earlier revision of an article: its document and its content.

    `content` is the result of `api.v1.article_content.article_content`. The table does not contain the
    current revision, which is the article itself. When a new revision replaces the current revision, the
    replaced revision is added to the table.
    """

    __tablename__ = "revisions"

    article_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[bytes] = mapped_column(LargeBinary)
