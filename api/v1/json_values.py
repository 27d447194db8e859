"""Functions that make the JSON values of responses from columns of the database.

The schema classes in `api.v1.schemas` describe the same values for the specification. Making the values
directly takes a fraction of the time of a schema.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from api.resources.fields import rfc3339

Values = dict[str, Any]
Content = Mapping[str, Any]


def article_links(slug: str, base_url: str) -> Values:
    """Return the `links` of the article with the slug `slug`."""
    address = f"{base_url}/v1/articles/{slug}"
    parts = ("takeaways", "entities", "related", "source", "revisions")
    return {"self": address} | {part: f"{address}/{part}" for part in parts}


def article_head(
    identity: UUID, content: Content, revision: int, created_at: datetime, updated_at: datetime
) -> Values:
    """Return the values of an article from `id` to `reading_minutes`, which lists show too.

    Args:
        identity: The id of the article.
        content: The result of `api.v1.article_content.article_content`.
        revision: The number of the current revision.
        created_at: The time at which the article was first loaded.
        updated_at: The time at which the article last changed.
    """
    return {
        "id": str(identity),
        "slug": content["slug"],
        "title": content["title"],
        "summary": content["summary"],
        "language": content["language"],
        "byline": content["byline"],
        "image": content["image"],
        "published_at": content["published_at"],
        "created_at": rfc3339(created_at),
        "updated_at": rfc3339(updated_at),
        "revision": revision,
        "word_count": content["word_count"],
        "reading_minutes": content["reading_minutes"],
    }
