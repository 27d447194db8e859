"""The JSON of articles: stored JSON (a rendering) if it is current, otherwise made for the request."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from flask import Response, jsonify
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import load_only

from api.database.base import AnySelect, Base, db
from api.models import Article, Rendering
from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN, find_article
from api.resources.serialization import dump
from api.search.highlights import highlight
from api.search.query_language import Query
from api.urls import settings
from api.v1 import schemas
from api.v1.article_values import read_articles
from api.v1.json_values import Content, article_head, article_links
from api.web.representation import etag_of

# Raise this number whenever the form of the JSON of an article changes: stored JSON of other formats is not
# served. tests/api/v1/test_rendering_format.py fails until the number is raised.
RENDERING_FORMAT = 1

ARTICLE_KEYS = tuple(schemas.Article().fields)
# The keys of an article in a list, unless `fields` or `include` requests other keys.
ITEM_KEYS = tuple(name for name in ARTICLE_KEYS if name not in schemas.PARTS)


class RenderedArticle(NamedTuple):
    """The JSON of an article: complete (`article_json` with its `etag`) and as a list item (`item_json`)."""

    etag: str
    item_json: bytes
    article_json: bytes


ARTICLES, RENDERINGS = (Base.metadata.tables[each.__tablename__] for each in (Article, Rendering))
SELECT_RENDERING = select(RENDERINGS.c.etag, RENDERINGS.c.article_json).where(
    RENDERINGS.c.rendering_key == bindparam("rendering_key")
)
SELECT_BY_ID = SELECT_RENDERING.where(RENDERINGS.c.article_id == bindparam("reference"))
SELECT_BY_SLUG = SELECT_RENDERING.join(ARTICLES).where(ARTICLES.c.slug == bindparam("reference"))


def rendering_key() -> int:
    """Return the number that names the format of the JSON of articles and the base URL of its links.

    It is a hash. Stored JSON with a different key is not served.
    """
    return _hash_of(f"{RENDERING_FORMAT} {settings().base_url}")


@lru_cache(maxsize=16)
def _hash_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def render_item(
    identity: UUID, content: Content, *, revision: int, created_at: datetime, updated_at: datetime
) -> bytes:
    """Return the JSON of an article as an item of a list, for the column `item_json` of its row.

    The column `item_key` of the row then has the value of `rendering_key`.

    Args:
        identity: The id of the article.
        content: The result of `api.v1.article_content.article_content`.
        revision: The number of the current revision.
        created_at: The time at which the article was first loaded.
        updated_at: The time at which the article last changed.
    """
    head = article_head(identity, content, revision, created_at, updated_at)
    return orjson.dumps(head | {"links": article_links(content["slug"], settings().base_url)})


def render(connection: Connection, identities: Collection[UUID]) -> dict[UUID, RenderedArticle]:
    """Return the JSON of the articles with the ids `identities`, by id. Unknown ids are left out."""
    articles = read_articles(connection, identities) if identities else ()
    return {article.id: _render_values(dump(schemas.Article, article, {})) for article in articles}


def _render_values(values: dict[str, Any]) -> RenderedArticle:
    article_json = orjson.dumps(values)
    item_json = orjson.dumps({name: values[name] for name in ITEM_KEYS})
    return RenderedArticle(etag_of(article_json), item_json, article_json)


def find_article_json(reference: str) -> tuple[str, bytes]:
    """Return the ETag and the JSON of the article with the id or slug `reference`.

    Raises:
        HTTPException: There is no such article (404 or 410), or `reference` is an earlier slug (redirect).
    """
    stored = _find_stored(reference)
    if stored:
        return stored
    article = find_article(reference, load_only(Article.id, Article.slug))
    rendered = render(db.session.connection(), [article.id])[article.id]
    return rendered.etag, rendered.article_json


def select_rendering(reference: str) -> tuple[AnySelect, UUID | str]:
    """Return the statement that selects the ETag and the stored JSON of an article, and a value for it.

    To run the statement, bind the returned value to its parameter `reference` and the result of the function
    `rendering_key` to its parameter `rendering_key`.

    Args:
        reference: The id or slug of the article. The returned value is the id as a UUID, or the slug.
    """
    if UUID_PATTERN.fullmatch(reference):
        return SELECT_BY_ID, UUID(reference)
    return SELECT_BY_SLUG, reference


def _find_stored(reference: str) -> tuple[str, bytes] | None:
    if not (UUID_PATTERN.fullmatch(reference) or SLUG_PATTERN.fullmatch(reference)):
        return None
    statement, value = select_rendering(reference)
    parameters = {"reference": value, "rendering_key": rendering_key()}
    row = db.session.execute(statement, parameters).one_or_none()
    return (row.etag, row.article_json) if row else None


def article_response(etag: str, article_json: bytes, names: Sequence[str]) -> Response:
    """Return the response with the JSON of an article, reduced to the keys in `names`.

    If `names` contains all keys, the body is `article_json` unchanged, with its `etag`.
    """
    if len(names) < len(ARTICLE_KEYS):
        return jsonify(_select_keys(article_json, names))
    return Response(article_json, mimetype="application/json", headers={"ETag": etag})


def list_items(identities: Sequence[UUID], names: Sequence[str], query: Query | None) -> list[Any]:
    """Return the articles with the ids `identities` as items of a list. All of them must exist.

    Each item is a dictionary, or its stored JSON as an `orjson.Fragment` if `names` are the default keys.

    Args:
        identities: The ids, in the order of the list.
        names: The keys of each item.
        query: The full-text search, or None if there is none. The key `highlights` needs a search, since it
            contains the passages that match it.
    """
    column = "item_json" if set(names) <= set(ITEM_KEYS) else "article_json"
    found = _read_stored(identities, column)
    missing = render(db.session.connection(), [each for each in identities if each not in found])
    found |= {identity: getattr(rendered, column) for identity, rendered in missing.items()}
    if tuple(names) == ITEM_KEYS:
        return [orjson.Fragment(found[identity]) for identity in identities]
    return [_select_keys(found[identity], names, query) for identity in identities]


def _read_stored(identities: Sequence[UUID], column: str) -> dict[UUID, bytes]:
    rows = select(RENDERINGS.c.article_id, RENDERINGS.c[column]).where(
        RENDERINGS.c.article_id.in_(identities), RENDERINGS.c.rendering_key == rendering_key()
    )
    return {row[0]: row[1] for row in db.session.execute(rows)}


def _select_keys(article_json: bytes, names: Sequence[str], query: Query | None = None) -> dict[str, Any]:
    values = orjson.loads(article_json)
    if query and "highlights" in names:
        values["highlights"] = highlight(query, searched_texts(values))
    return {name: values[name] for name in names}


def searched_texts(article: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return the texts of `article` (its JSON values) that full-text search covers, by part of the article.

    The keys are `title`, `summary`, `takeaways`, `analysis` and `body`, in the order in which highlights are
    shown.
    """
    analysis = article["analysis"] or {"heading": None, "paragraphs": []}
    return {
        "title": [article["title"]],
        "summary": [article["summary"] or ""],
        "takeaways": [takeaway["text"] for takeaway in article["takeaways"]],
        "analysis": [analysis["heading"] or "", *analysis["paragraphs"]],
        "body": [paragraph["text"] for paragraph in article["body"]],
    }
