"""What an article states: the fields that its document and sidecar say, as they are served.

What is derived from these (entities, evidence, where links lead) is no part of it. An article has a new
revision exactly when this differs.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from api.models.articles import paragraphs, reading_minutes
from api.resources.fields import rfc3339

# The fields, in the order of an article.
FIELDS = (
    *("slug", "title", "summary", "language", "byline", "image", "published_at", "word_count"),
    *("reading_minutes", "body", "analysis", "takeaways", "related", "source"),
)


def article_content(
    columns: Mapping[str, Any], takeaways: Iterable[str], related: Iterable[tuple[str, str | None]]
) -> dict[str, Any]:
    """Give the fields by name, as JSON has them, of an article's `columns`.

    `takeaways` are their texts, `related` the listed titles, each with the date printed under it.
    """
    published_at = columns["published_at"]
    signature = {name: columns[name] for name in ("author", "role", "publication")}
    image = {name: columns[f"image_{name}"] for name in ("caption", "url")}
    return {
        "slug": columns["slug"],
        "title": columns["title"],
        "summary": columns["summary"],
        "language": columns["language"],
        "byline": signature if signature["publication"] is not None else None,
        "image": image if any(image.values()) else None,
        "published_at": published_at and rfc3339(published_at),
        "word_count": columns["word_count"],
        "reading_minutes": reading_minutes(columns["word_count"]),
        "body": paragraphs(columns["body"]),
        "analysis": columns["analysis"],
        "takeaways": [{"position": at, "text": text} for at, text in enumerate(takeaways, 1)],
        "related": [
            {"position": at, "title": title, "date": date} for at, (title, date) in enumerate(related, 1)
        ],
        "source": {name: columns[f"source_{name}"] for name in ("name", "sha256", "bytes")},
    }
