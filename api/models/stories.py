"""Stories: groups of articles that report the same event."""

from datetime import datetime
from math import ceil
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import Id, Number, UtcDateTime


class Story(Base):
    """A story: the articles that report one event. Every article is in exactly one story, perhaps alone.

    One article of the story is its founder, which gives the story its slug and title.

    Attributes:
        number: The internal number of the founder, also in `Article.story`.
        id: The public id, derived from the key of the founder.
        first_published_key: When its first article was published, or `UNDATED`.
        last_published_key: When its last article was published, or `UNDATED`.
        span_seconds: The time between these two articles, rounded up to seconds.
        takeaways: The numbers of its key points (distinct takeaways), in display order.
        entities: `[[entity number, article count]]`, for the entities that most of its articles mention.
        publications: `[[name, article count]]`, most articles first.
    """

    __tablename__ = "stories"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    id: Mapped[UUID] = mapped_column(Id, unique=True)
    article_count: Mapped[int]
    first_published_key: Mapped[datetime] = mapped_column(UtcDateTime)
    last_published_key: Mapped[datetime] = mapped_column(UtcDateTime)
    # Lists of stories before a time read the longest span of all stories, to limit which stories they test.
    span_seconds: Mapped[int] = mapped_column(index=True)
    takeaways: Mapped[list[int]] = mapped_column(JSON)
    entities: Mapped[list[list[int]]] = mapped_column(JSON)
    publications: Mapped[list[list[Any]]] = mapped_column(JSON)


def span_seconds(first: datetime, last: datetime) -> int:
    """Return the number of seconds between the first and the last article of a story, rounded up.

    Args:
        first: When the first article was published.
        last: When the last article was published.
    """
    return ceil((last - first).total_seconds())


_story, _has_several = Story, text("article_count > 1")
Index(None, _story.article_count, _story.number)
# Most stories have a single article. Lists leave these stories out by default, and so does the second index.
for _name, _condition in (("", None), ("_several", _has_several)):
    Index(
        f"ix_stories_last_published_key{_name}",
        _story.last_published_key,
        _story.number,
        sqlite_where=_condition,
        postgresql_where=_condition,
    )


class FormerStory(Base):
    """A story that no longer exists. Its articles joined a different story, or its founder was removed.

    The founder is the article that gave the story its id. Requests are redirected to the current story of
    the article `article_id`.

    Attributes:
        article_id: The id of the founder, or of another article from its story if the founder was removed.
    """

    __tablename__ = "former_stories"
    __table_args__ = ({"sqlite_with_rowid": False},)

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    founder_id: Mapped[UUID] = mapped_column(Id, index=True)
    article_id: Mapped[UUID] = mapped_column(Id, index=True)
