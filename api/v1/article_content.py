"""The content of an article: the fields that come from its document and from the YAML file next to it.

Data that is computed from the texts, such as entities, is not part of the content. An article gets a new
revision exactly when its content changes.
"""

import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from api.models.articles import paragraphs, reading_minutes
from api.resources.fields import rfc3339

# The names of the fields of `article_content`, in the order of its result.
CONTENT_FIELDS = (
    *("slug", "title", "summary", "language", "byline", "image", "published_at", "word_count"),
    *("reading_minutes", "body", "analysis", "takeaways", "related", "source"),
)


def article_content(
    columns: Mapping[str, Any], takeaways: Iterable[str], related: Iterable[tuple[str, str | None]]
) -> dict[str, Any]:
    """Return the content of an article as JSON values. The keys of the result are `CONTENT_FIELDS`.

    Args:
        columns: The values of its row in the table `articles`.
        takeaways: The texts of its takeaways (key points).
        related: The title of each related article that the page lists, and its date or None.
    """
    published_at = columns["published_at"]
    byline = {name: columns[name] for name in ("author", "role", "publication")}
    image = {name: columns[f"image_{name}"] for name in ("caption", "url")}
    return {
        "slug": columns["slug"],
        "title": columns["title"],
        "summary": columns["summary"],
        "language": columns["language"],
        "byline": byline if any(byline.values()) else None,
        "image": image if any(image.values()) else None,
        "published_at": published_at and rfc3339(published_at),
        "word_count": columns["word_count"],
        "reading_minutes": reading_minutes(columns["word_count"]),
        "body": paragraphs(columns["body"]),
        "analysis": columns["analysis"],
        "takeaways": [{"position": position, "text": text} for position, text in enumerate(takeaways, 1)],
        "related": [
            {"position": position, "title": title, "date": date}
            for position, (title, date) in enumerate(related, 1)
        ],
        "source": {name: columns[f"source_{name}"] for name in ("name", "sha256", "bytes")},
    }


def pack_content(content: Mapping[str, Any], document: bytes) -> bytes:
    """Compress `content` as JSON, with `document` as the preset dictionary (RFC 1950, 2.2).

    `content` is the result of `article_content`. `document` has the bytes of the article's file.
    `unpack_content` needs the same bytes.
    """
    compressor = zlib.compressobj(zdict=document)
    return compressor.compress(orjson.dumps(content)) + compressor.flush()


def unpack_content(data: bytes, document: bytes) -> dict[str, Any]:
    """Return the content of an article from `data`, the result of `pack_content`.

    `document` must be the same bytes of the file that `pack_content` was called with.
    """
    decompressor = zlib.decompressobj(zdict=document)
    content: dict[str, Any] = orjson.loads(decompressor.decompress(data) + decompressor.flush())
    return content
