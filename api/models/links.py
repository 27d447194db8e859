"""Related links between articles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Computed, ForeignKey, Index, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from api.db import Base, Id, UtcDateTime
from api.models.articles import Article
from api.models.sort_keys import parent

# The lowest place of a computed link. The places of listed links are lower.
FIRST_COMPUTED_PLACE = 1 << 48
# The number of places for each score. The first 32 bits of the target's id select one of these places.
PLACES_PER_SCORE = 1 << 32


def link_place(position: int = 0, score: float | None = None, target: UUID | None = None) -> int:
    """Return a number that sorts the links of an article.

    Listed links come first, in printed order. Computed links follow, by descending score.
    """
    if score is None or target is None:
        return position
    return FIRST_COMPUTED_PLACE + round((1 - score) * 10_000) * PLACES_PER_SCORE + (target.int >> 96)


class RelatedLink(Base):
    """A link from one article to another.

    `target_id` is null as long as no article has the listed title. `title` is the listed title and
    `title_digest` its digest. In a computed link, `title` is null and `title_digest` is empty. `place` orders
    the links of an article (see `link_place`). `position` is computed at each read, so that adding or
    removing a link does not change other rows.
    """

    __tablename__ = "related_links"

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    article_id: Mapped[UUID] = parent("articles")
    place: Mapped[int] = mapped_column(BigInteger)
    basis: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    title_digest: Mapped[str] = mapped_column(Text, index=True)
    printed_date: Mapped[str | None] = mapped_column(Text)
    # Checked at the end of the transaction, since an import inserts links before their target articles.
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

    # At most one link from one article to another.
    __table_args__ = (UniqueConstraint("article_id", "target_id"),)


_preceding = aliased(RelatedLink)
RelatedLink.position = column_property(
    select(func.count())
    .where(_preceding.article_id == RelatedLink.article_id, _preceding.place <= RelatedLink.place)
    .correlate_except(_preceding)
    .scalar_subquery()
)
Index(None, RelatedLink.article_id, RelatedLink.place, unique=True)
# An index for each order of all links, and for each order of the links that a filter selects.
for _filtered in ([], [RelatedLink.basis], [RelatedLink.resolved]):
    for _ascending in (RelatedLink.published_asc, RelatedLink.score_asc):
        Index(None, *_filtered, _ascending, RelatedLink.article_id, RelatedLink.place)
    for _descending in (RelatedLink.published_desc, RelatedLink.score_desc):
        Index(None, *_filtered, _descending.desc(), RelatedLink.article_id.desc(), RelatedLink.place)
