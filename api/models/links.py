"""Links between articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Computed, ForeignKey, Index, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from api.db import Base, Id, UtcDateTime
from api.models.articles import Article
from api.models.sort_keys import parent

# More than a page can list, and room below the next score for every target.
COMPUTED, STEP = 1 << 48, 1 << 32


def link_place(position: int = 0, score: float | None = None, target: UUID | None = None) -> int:
    """Give the place of a link among its article's: listed ones as printed, then computed ones by score."""
    if score is None or target is None:
        return position
    return COMPUTED + round((1 - score) * 10_000) * STEP + (target.int >> 96)


class RelatedLink(Base):
    """An edge from one article to another; `target_id` is null while no article fits a listed title.

    `title` is what the page printed and `title_digest` its digest: null and empty where it printed none.
    `place` orders the links of an article (`link_place`); its `position` is counted when it is read, so that
    a link that comes or goes changes no other row.
    """

    __tablename__ = "related_links"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[UUID] = parent("articles")
    place: Mapped[int] = mapped_column(BigInteger)
    basis: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    title_digest: Mapped[str] = mapped_column(Text, index=True)
    printed_date: Mapped[str | None] = mapped_column(Text)
    # Checked at the end of a transaction: an import has links before the articles that they lead to.
    target_id: Mapped[UUID | None] = mapped_column(
        Id,
        ForeignKey("articles.id", ondelete="SET NULL", deferrable=True, initially="DEFERRED"),
        index=True,
    )
    resolved: Mapped[bool] = mapped_column(Computed("target_id IS NOT NULL", persisted=True))
    score: Mapped[float | None]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    published_asc: Mapped[datetime] = mapped_column(UtcDateTime)
    published_desc: Mapped[datetime] = mapped_column(UtcDateTime)
    score_asc: Mapped[float]
    score_desc: Mapped[float]

    article: Mapped[Article] = relationship(foreign_keys=[article_id], viewonly=True)
    target: Mapped[Article | None] = relationship(foreign_keys=[target_id], viewonly=True)

    # One edge at most from one article to another.
    __table_args__ = (UniqueConstraint("article_id", "target_id"),)


_before = aliased(RelatedLink)
RelatedLink.position = column_property(
    select(func.count())
    .where(_before.article_id == RelatedLink.article_id, _before.place <= RelatedLink.place)
    .correlate_except(_before)
    .scalar_subquery()
)
Index(None, RelatedLink.article_id, RelatedLink.place, unique=True)
# Each order, of all links and of those that a filter admits.
for _filtered in ([], [RelatedLink.basis], [RelatedLink.resolved]):
    for _ascending in (RelatedLink.published_asc, RelatedLink.score_asc):
        Index(None, *_filtered, _ascending, RelatedLink.article_id, RelatedLink.place)
    for _descending in (RelatedLink.published_desc, RelatedLink.score_desc):
        Index(None, *_filtered, _descending.desc(), RelatedLink.article_id.desc(), RelatedLink.place)
