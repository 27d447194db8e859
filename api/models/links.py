"""Links between articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Computed, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from api.db import Base, Id, UtcDateTime
from api.models.articles import Article
from api.models.keys import parent


class RelatedLink(Base):
    """An edge from one article to another; `target_id` is null while no article fits a listed title.

    `title_digest` is that of the title as printed, and empty where none was.
    """

    __tablename__ = "related_links"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[UUID] = parent("articles")
    position: Mapped[int]
    basis: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    title_digest: Mapped[str] = mapped_column(Text, index=True)
    printed_date: Mapped[str | None] = mapped_column(Text)
    target_id: Mapped[UUID | None] = mapped_column(
        Id, ForeignKey("articles.id", ondelete="SET NULL"), index=True
    )
    resolved: Mapped[bool] = mapped_column(Computed("target_id IS NOT NULL", persisted=True))
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
# Each order, of all links and of those that a filter admits.
for _filtered in ([], [RelatedLink.basis], [RelatedLink.resolved]):
    for _ascending in (RelatedLink.published_asc, RelatedLink.score_asc):
        Index(None, *_filtered, _ascending, RelatedLink.article_id, RelatedLink.position)
    for _descending in (RelatedLink.published_desc, RelatedLink.score_desc):
        Index(None, *_filtered, _descending.desc(), RelatedLink.article_id.desc(), RelatedLink.position)
