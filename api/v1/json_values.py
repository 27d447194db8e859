"""Functions that make the JSON values of responses from columns of the database.

The schema classes in `api.v1.schemas` describe the same values for the specification. The argument `base_url`
is always the prefix of all links.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from api.models import UNSCORED
from api.resources.fields import rfc3339

# Making these values directly takes a fraction of the time of a schema.
Values = dict[str, Any]
Content = Mapping[str, Any]


def stored_json(text: str) -> orjson.Fragment:
    """Wrap `text`, which is JSON already, so that `orjson.dumps` copies it unchanged."""
    return orjson.Fragment(text)


def article_reference(identity: UUID, slug: str, title: str) -> Values:
    """Return a short reference to an article, `{id, slug, title}`, as other resources contain it."""
    return {"id": str(identity), "slug": slug, "title": title}


def entity_reference(identity: UUID, slug: str, name: str, entity_type: str) -> Values:
    """Return a short reference to an entity, `{id, slug, name, type}`, as other resources contain it."""
    return {"id": str(identity), "slug": slug, "name": name, "type": entity_type}


def article_links(slug: str, base_url: str) -> Values:
    """Return the member `links` in the JSON of the article with the slug `slug`.

    `base_url` is the prefix of the URLs.
    """
    address = f"{base_url}/v1/articles/{slug}"
    parts = ("takeaways", "entities", "related", "source", "revisions")
    return {"self": address} | {part: f"{address}/{part}" for part in parts}


def article_head(
    identity: UUID, content: Content, revision: int, created_at: datetime, updated_at: datetime
) -> Values:
    """Return the JSON values that an article also has in lists, such as `title` and `summary`.

    Args:
        identity: The id of the article.
        content: The result of `api.v1.article_content.article_content`.
        revision: The number of the current revision.
        created_at: When the article was first loaded.
        updated_at: When it last changed.
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


def takeaway_part(identity: UUID, position: int, text: str, evidence: str) -> Values:
    """Return a takeaway as a part of the JSON of its article.

    Args:
        identity: The id of the takeaway.
        position: Its position in the article, from 1.
        text: Its text.
        evidence: The JSON text in the column `Takeaway.evidence`.
    """
    return {
        "id": str(identity),
        "position": position,
        "text": text,
        "evidence": stored_json(evidence),
    }


def takeaway_links(identity: UUID, article_slug: str, base_url: str) -> Values:
    """Return the member `links` in the JSON of a takeaway.

    `identity` is the id of the takeaway, and `article_slug` the slug of its article. `base_url` is the prefix
    of the URLs.
    """
    return {
        "self": f"{base_url}/v1/takeaways/{identity}",
        "article": f"{base_url}/v1/articles/{article_slug}",
    }


def entity_values(row: Any, base_url: str, *, mention_count: int | None = None) -> Values:
    """Return the complete JSON values of an entity.

    Args:
        row: A row of the table `entities`, with `aliases` and `same_as` as JSON texts.
        base_url: The prefix of the URLs.
        mention_count: The number of mentions to show, or None for the mentions in all articles.
    """
    address = f"{base_url}/v1/entities/{row.slug}"
    return entity_reference(row.id, row.slug, row.name, row.type) | {
        "aliases": stored_json(row.aliases),
        "description": row.description,
        "same_as": stored_json(row.same_as),
        "article_count": row.article_count,
        "mention_count": row.mention_count if mention_count is None else mention_count,
        "origin": row.origin,
        "links": {
            "self": address,
            "articles": f"{address}/articles",
            "co_mentioned": f"{address}/co-mentioned",
        },
    }


def mention_values(mentions: Sequence[Sequence[Any]]) -> list[Values]:
    """Return the JSON values of the mentions of an entity in an article, as dicts.

    Each of `mentions` is a list `[part, index, start, end, text]` (see `ArticleMentions`). The dicts have
    these keys.
    """
    return [
        {"part": part, "index": index, "start": start, "end": end, "text": text}
        for part, index, start, end, text in mentions
    ]


def reason_entities(reasons: Sequence[Sequence[Any]]) -> list[int]:
    """Return the internal numbers of the entities in `reasons`, a value of `RelatedLink.reasons`."""
    return [subject for subject, _ in reasons if isinstance(subject, int)]


def link_values(
    row: Any,
    reasons: Sequence[Sequence[Any]],
    entities: Mapping[int, Values],
    article: Values,
    base_url: str,
    *,
    position: int,
) -> Values:
    """Return a related link with all its values.

    Args:
        row: A row with the columns of `api.v1.part_rows.LINK_COLUMNS`.
        reasons: The value of the column `RelatedLink.reasons`.
        entities: The short JSON of the entities in `reasons`, by entity number.
        article: The short JSON of the article with the link.
        base_url: The prefix of the URLs.
        position: The position in the article, from 1.
    """
    target = None
    if row.target_id is not None:
        target = article_reference(row.target_id, row.target_slug, row.target_title)
    return {
        "id": str(row.id),
        "position": position,
        "basis": row.basis,
        "title": row.title or row.target_title,
        "score": None if row.score_key == UNSCORED else row.score_key,
        "reasons": [_reason(subject, weight, entities) for subject, weight in reasons],
        "article": article,
        "target": target,
        "links": {
            "self": f"{base_url}/v1/related-links/{row.id}",
            "article": f"{base_url}/v1/articles/{article['slug']}",
            "target": target and f"{base_url}/v1/articles/{row.target_slug}",
        },
    }


def _reason(subject: int | str | None, weight: float, entities: Mapping[int, Values]) -> Values:
    if subject is None:
        return {"kind": "near_duplicate", "weight": weight}
    if isinstance(subject, str):
        return {"kind": "shared_term", "term": subject, "weight": weight}
    entity = entities[subject]
    shown = {name: entity[name] for name in ("id", "slug", "name")}
    return {"kind": "shared_entity", "entity": shown, "weight": weight}
