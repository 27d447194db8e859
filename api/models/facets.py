"""Facets: properties of articles, such as the language or the month.

A facet value, such as the language `en`, is identified by a number. For a list of articles, the API can count
the articles with each value. All facets except dates can be filters.
"""

import struct
from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import BigInteger, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.database.column_types import Number, SortedText, UtcDateTime
from api.models.sort_keys import article_number

FACET_HASH_BYTES = 5
# The numbers of dates are lower than all hashes. The numbers of days, months and years count down from these
# numbers.
FIRST_DAY, FIRST_MONTH, FIRST_YEAR = -1 << 42, -1 << 43, -1 << 44
MONTHS = 12


class NamedFacet(NamedTuple):
    """A facet value that is not an entity, such as `NamedFacet("language", "en")`.

    Attributes:
        name: The name of the facet: `entity_type`, `publication`, `language`, `year`, `month` or `day`.
        value: The value as a text.
    """

    name: str
    value: str


@lru_cache(maxsize=4_096)
def facet_number(name: str, value: str) -> int:
    """Return the number (below 0) of a facet value, such as the language `en`.

    `name` is `entity_type`, `publication` or `language`. Language tags that differ only in case have the same
    number.
    """
    # The number is a hash, so that no table has to be read to find it. The facet value of an entity has the
    # internal number of the entity, which is positive.
    if name == "language":
        value = value.lower()
    digest = blake2b(f"{name}:{value}".encode(), digest_size=FACET_HASH_BYTES).digest()
    return -1 - int.from_bytes(digest, "big")


@lru_cache(maxsize=4_096)
def date_facets(day: date) -> dict[int, NamedFacet]:
    """Return the facet values of an article published on `day`: its year, month and day, by number.

    The values are texts such as `2026`, `2026-04` and `2026-04-21`. Later dates have lower numbers.
    """
    text = day.isoformat()
    return {
        FIRST_DAY - day.toordinal(): NamedFacet("day", text),
        FIRST_MONTH - (day.year * MONTHS + day.month - 1): NamedFacet("month", text[:7]),
        FIRST_YEAR - day.year: NamedFacet("year", text[:4]),
    }


def date_value(number: int) -> str:
    """Return the text of a date facet, such as `2026-04`, given the number of its facet value.

    The text is a year, a month or a day.
    """
    if number <= FIRST_YEAR:
        return f"{FIRST_YEAR - number:04}"
    if number <= FIRST_MONTH:
        year, month = divmod(FIRST_MONTH - number, MONTHS)
        return f"{year:04}-{month + 1:02}"
    return date.fromordinal(FIRST_DAY - number).isoformat()


def language_value(language: str) -> str:
    """Return a language tag with the capitals that RFC 5646 recommends, such as `zh-Hans` or `en-GB`."""
    first, *others = language.lower().split("-")
    return "-".join([first, *({2: str.upper, 4: str.title}.get(len(each), str)(each) for each in others)])


def pack_facets(numbers: Collection[int]) -> bytes:
    """Return the numbers of facet values as bytes for the column `FacetList.facets`.

    Each number takes 8 bytes.
    """
    return struct.pack(f"<{len(numbers)}q", *numbers)


def unpack_facets(facets: bytes) -> tuple[int, ...]:
    """Return the numbers that `pack_facets` packed into the bytes `facets`.

    Each number identifies a facet value, such as the language `en`.
    """
    return struct.unpack(f"<{len(facets) // 8}q", facets)


class ArticleFacet(Base):
    """A facet value of an article, such as its language, for filters of articles.

    `facet` is the number of an entity, or the `facet_number` of an entity type, a publication or a language.
    """

    # The row repeats the times by which lists of articles are sorted, so that a single index can filter and
    # sort articles.

    __tablename__ = "article_facets"
    __table_args__ = (
        Index(None, "facet", "published_key", "article"),
        Index(None, "facet", "created_at", "article"),
        Index(None, "facet", "updated_at", "article"),
        {"sqlite_with_rowid": False},
    )

    article: Mapped[int] = article_number(primary_key=True)
    facet: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    published_key: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class FacetList(Base):
    """All facet values of an article, such as its language and its entities.

    Attributes:
        article: The internal number of the article.
        story: The internal number of its story, as in `Article.story`.
        facets: The numbers of its facet values, each in 8 bytes (see `pack_facets`).
    """

    # The values are counted by reading up to 10,000 of these rows for a request. The rows are therefore
    # small. With the copy of `story`, the large rows of articles are not read.

    __tablename__ = "facet_lists"

    article: Mapped[int] = article_number(primary_key=True)
    story: Mapped[int] = mapped_column(Number)
    facets: Mapped[bytes] = mapped_column(LargeBinary)


class FacetCount(Base):
    """How many articles have a facet value: an entity type, a publication, a language or a date.

    Attributes:
        number: The number of the facet value, computed from `name` and `value`.
        name: The name of the facet, such as `language`.
        value: The value of the facet, such as `en`.
    """

    # The tables of entities and stories have their own `article_count`.

    __tablename__ = "facet_counts"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(SortedText)
    article_count: Mapped[int]

    __table_args__ = (Index(None, "name", "article_count"), Index(None, "name", "value"))
