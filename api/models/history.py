"""The history of articles: changes and earlier revisions. Both are kept when an article is removed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import JSON, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import CompressedBytes, Id, Number, UtcDateTime

CREATED, UPDATED, REMOVED = "created", "updated", "removed"
CHANGE_KINDS = (CREATED, UPDATED, REMOVED)


class Change(Base):
    """An entry of the change feed: an article was created, updated or removed.

    `sequence` numbers the changes from 1, without gaps, in the order of their database commits. `fields`
    lists what an update changed. `slug` and `title` are those at this commit.
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


class Revision(Base):
    """An earlier revision of an article: its document and the parsed content, both compressed.

    `document` and `content` have the same form as in `api.models.articles.ArticleDocument`.
    """

    # The current revision is in the tables of the article. It is copied to this table before a new revision
    # replaces it or the article is removed.

    __tablename__ = "revisions"

    article_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text)
    document: Mapped[bytes] = mapped_column(CompressedBytes)
    content: Mapped[bytes] = mapped_column(LargeBinary)
