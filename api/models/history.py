"""What was: each change of an article, and its content as it was before. Both outlive the article."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.db import Base, Id, Number, UtcDateTime

CREATED, UPDATED, REMOVED = "created", "updated", "removed"
CHANGES = (CREATED, UPDATED, REMOVED)


class Change(Base):
    """One change of one article; `slug` and `title` are those that it had then.

    `sequence` counts changes from 1, without gaps, in the order in which they were committed. `fields` names
    what an update changed. The last change of an article says whether it is there and at what revision.
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
        """The article as it was called then."""
        return {"id": self.article_id, "slug": self.slug, "title": self.title}


class Revision(Base):
    """A former revision of an article: its document, and `content`, made by
    `api.v1.article_content.article_content`.

    The present revision is the article itself, and is here when it is no longer that.
    """

    __tablename__ = "revisions"

    article_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text)
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    source: Mapped[bytes] = mapped_column(LargeBinary)
