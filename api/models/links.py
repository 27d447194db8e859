"""Related links from an article to articles that its document lists, and to articles with a similar text."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import Id, Number, UtcDateTime
from api.models.sort_keys import article_number

# The highest value of `RelatedLink.precedence` of a computed link. The values of listed links are higher.
MAX_COMPUTED_PRECEDENCE = 1 << 48
# The number of values of `precedence` for each score. The first 32 bits of the target's id select one.
PLACES_PER_SCORE = 1 << 32


def link_precedence(position: int = 0, score: float | None = None, target: UUID | None = None) -> int:
    """Return the value of `RelatedLink.precedence`, which sorts the links of an article, highest first.

    Listed links come first, in the order of the document. Computed links follow, by descending score.

    Args:
        position: The place of a listed link in the list of the document.
        score: The similarity from 0 to 1 of a computed link, or None for a listed link.
        target: The id of the article that a computed link leads to. Decides between equal scores.
    """
    # Scores are equal if they agree when rounded to four decimal places.
    if score is None or target is None:
        return 2 * MAX_COMPUTED_PRECEDENCE - position
    return round(score * 10_000) * PLACES_PER_SCORE + PLACES_PER_SCORE - 1 - (target.int >> 96)


class RelatedLink(Base):
    """A link from an article to a related article, its target. `basis` is `listed` or `computed`.

    A listed link is printed on the article page. A computed link leads to an article with a similar text.

    Attributes:
        number: Identifies the row. The API does not show it.
        article: The internal number of the article that the link starts from.
        precedence: Sorts the links of an article, the highest first (see `link_precedence`).
        title: The printed title of the target of a listed link, otherwise null. `title_hash` is its hash.
        target: The internal number of the target. Null while no article with the printed title is known.
        reasons: Pairs: `[entity number, weight]`, `["term", weight]`, or `[null, weight]` for a
            near-duplicate.
        published_key: The time of publication of `article`, or `UNDATED`.
        score_key: The similarity of the two articles from 0 to 1, or `UNSCORED`.
    """

    __tablename__ = "related_links"

    number: Mapped[int] = mapped_column(Number, primary_key=True)
    id: Mapped[UUID] = mapped_column(Id, unique=True)
    article: Mapped[int] = article_number()
    precedence: Mapped[int] = mapped_column(BigInteger)
    basis: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None] = mapped_column(Text)
    title_hash: Mapped[int | None] = mapped_column(BigInteger)
    printed_date: Mapped[str | None] = mapped_column(Text)
    # Checked at the end of the transaction, since an import inserts links before their target articles.
    target: Mapped[int | None] = mapped_column(
        Number, ForeignKey("articles.number", ondelete="SET NULL", deferrable=True, initially="DEFERRED")
    )
    reasons: Mapped[list[list[Any]]] = mapped_column(JSON)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime)
    score_key: Mapped[float]


_link = RelatedLink
_is_listed = text("title_hash IS NOT NULL")
_is_resolved, _is_unresolved = text("target IS NOT NULL"), text("target IS NULL")
Index(None, _link.article, _link.precedence, unique=True)
# At most one link from one article to another. The index also finds the links to an article. It has no links
# without a target, since SQLite would otherwise read all of them from this index and sort them.
Index(
    None,
    _link.target,
    _link.article,
    unique=True,
    sqlite_where=_is_resolved,
    postgresql_where=_is_resolved,
)
Index(None, _link.title_hash, sqlite_where=_is_listed, postgresql_where=_is_listed)
# The orders of all links. Most links are computed and resolved, so the few others have indexes of their own.
for _name, _condition in (("", None), ("_listed", _is_listed), ("_unresolved", _is_unresolved)):
    for _key in (_link.published_key, _link.score_key):
        Index(
            f"ix_related_links_{_key.key}{_name}",
            _key,
            _link.article,
            _link.precedence,
            sqlite_where=_condition,
            postgresql_where=_condition,
        )
