"""The term index for ranking by relevance: which articles contain a term, and how often.

The index consists of segments. A segment is written once and describes up to 65,536 articles.

The terms of a segment are divided by their hashes into buckets. A bucket is compressed as a whole, so a
search reads a few kilobytes for each word.

New articles wait in `PendingTerms` until there are enough for a segment. `api.search.term_lists` encodes the
bytes.
"""

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import Number


class PendingTerms(Base):
    """The terms of an article that is not yet in a segment (a part of the term index).

    `number` identifies the article, and `length` is its number of words. `terms` has the hash and the
    weighted frequency of each term.
    """

    __tablename__ = "pending_terms"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    length: Mapped[int]
    terms: Mapped[bytes] = mapped_column(LargeBinary)


class TermSegment(Base):
    """A segment, a part of the term index that covers a group of articles.

    Segments of one level are merged into a segment of the next level.

    Attributes:
        number: Identifies the segment. Numbers increase, but can have gaps.
        level: 1 for a segment that was not merged from others.
        first: The lowest internal number of its articles.
        last: The highest internal number of its articles.
        articles: The number and the length of each article. The length of a removed article is 0.
    """

    __tablename__ = "term_segments"

    number: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    level: Mapped[int]
    first: Mapped[int] = mapped_column(Number)
    last: Mapped[int] = mapped_column(Number)
    articles: Mapped[bytes] = mapped_column(LargeBinary)


class TermBucket(Base):
    """A bucket: the terms of a segment whose hashes begin with the same bits, and the articles of each term.

    `place` combines the numbers of the segment and of the bucket (see `api.search.term_lists.bucket_place`).
    """

    __tablename__ = "term_buckets"

    place: Mapped[int] = mapped_column(Number, primary_key=True, autoincrement=False)
    terms: Mapped[bytes] = mapped_column(LargeBinary)
