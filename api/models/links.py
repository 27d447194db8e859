"""Related links: from an article to the articles that its document lists or that have a similar text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, Computed, ForeignKey, Index, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, aliased, column_property, mapped_column, relationship

from api.database.base import Base
from api.database.column_types import Id, UtcDateTime
from api.models.articles import Article
from api.models.sort_keys import parent

# The lowest value of `RelatedLink.place` of a computed link. The values of listed links are lower.
FIRST_COMPUTED_PLACE = 1 << 48
# The number of values of `place` for each score. The first 32 bits of the target's id select one of them.
PLACES_PER_SCORE = 1 << 32


def link_place(position: int = 0, score: float | None = None, target: UUID | None = None) -> int:
    """Return the value of `RelatedLink.place`, by which the links of an article are sorted.

    Listed links come first, in the order of the document. Computed links follow, by descending score.

    Args:
        position: For a listed link, its number in the list of the document. Ignored for a computed link.
        score: For a computed link, the similarity of the two articles, from 0 to 1. None for a listed link.
        target: For a computed link, the id of the article that the link leads to. It decides the order of
            links whose scores are equal in four decimal places. None for a listed link.
    """
    if score is None or target is None:
        return position
    return FIRST_COMPUTED_PLACE + round((1 - score) * 10_000) * PLACES_PER_SCORE + (target.int >> 96)


class RelatedLink(Base):
    """A link from an article to a related article, its target. `basis` is `listed` or `computed`.

    A listed link is printed on the article page. `title` is the printed title of the target, and
    `title_digest` is the digest of this title. `target_id` is null as long as the article with this title is
    unknown. A computed link leads to an article with a similar text: `title` is null and `title_digest` is
    empty. `place` sorts the links of an article (see `link_place`). `position`, the number of the link in its
    article, is computed at each read, so that adding a link does not change other rows.
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
# An index for each order of all links, and for each order of the links with a given basis or a given
# `resolved`.
for _filtered in ([], [RelatedLink.basis], [RelatedLink.resolved]):
    for _ascending in (RelatedLink.published_asc, RelatedLink.score_asc):
        Index(None, *_filtered, _ascending, RelatedLink.article_id, RelatedLink.place)
    for _descending in (RelatedLink.published_desc, RelatedLink.score_desc):
        Index(None, *_filtered, _descending.desc(), RelatedLink.article_id.desc(), RelatedLink.place)
