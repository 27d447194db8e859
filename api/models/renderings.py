"""Stored renderings: the finished JSON of each article, so that requests need not build it."""

from sqlalchemy import BigInteger, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from api.database.base import Base
from api.models.sort_keys import article_number


class Rendering(Base):
    """The stored JSON of an article, compressed with gzip, as clients receive it.

    If the rendering is missing or outdated, the JSON is made for each request.

    Attributes:
        article: The internal number of the article.
        rendering_key: A hash of the format of the JSON and the base URL of its links.
        etag: The ETag of the uncompressed JSON.
        part_ends: For each key, the offset in the uncompressed JSON at which its value ends.
        json_gzip: The JSON in the gzip format (RFC 1952).
    """

    # A seeding command that changes the data of an article deletes the rendering, and stores a new rendering
    # before the command ends. The offsets in `part_ends` serve to cut single parts from the JSON.

    __tablename__ = "renderings"

    article: Mapped[int] = article_number(primary_key=True)
    rendering_key: Mapped[int] = mapped_column(BigInteger)
    etag: Mapped[str] = mapped_column(Text)
    part_ends: Mapped[bytes] = mapped_column(LargeBinary)
    json_gzip: Mapped[bytes] = mapped_column(LargeBinary)

    # A small index from which seeding reads which articles have a rendering.
    __table_args__ = (Index(None, "rendering_key", "article"),)
