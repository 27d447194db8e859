"""Articles as they are answered: read as bytes where seeding has made them, else made here."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from flask import Response, jsonify
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.orm import load_only

from api.db import AnySelect, Base, db
from api.models import Article, Rendering
from api.resources.lookup import SLUG_FORM, UUID_FORM, find_article
from api.resources.serialization import dump
from api.search.highlights import highlight
from api.search.query_language import Query
from api.urls import settings
from api.v1 import schemas
from api.v1.article_values import read_wholes
from api.web.representation import etag_of

# The code that decides what an answer is: what another version of it made is not answered.
CODE = (
    "api/resources/fields.py",
    "api/models/*.py",
    "api/resources/serialization.py",
    "api/urls.py",
    "api/v1/renderings.py",
    "api/v1/schemas/*.py",
    "api/v1/article_values.py",
)
ROOT = Path(__file__).parent.parent.parent

# The keys of an article, and those that it has in a list where no more is asked for.
WHOLE = tuple(schemas.Article().fields)
ITEM = tuple(name for name in WHOLE if name not in schemas.PARTS)


class Rendered(NamedTuple):
    """An article in JSON: `whole`, with the ETag of these bytes, and `item`, what a list has of it."""

    etag: str
    item: bytes
    whole: bytes


ARTICLES, RENDERINGS = (Base.metadata.tables[each.__tablename__] for each in (Article, Rendering))
STORED = select(RENDERINGS.c.etag, RENDERINGS.c.whole).where(RENDERINGS.c.made_for == bindparam("made_for"))
OF_ID = STORED.where(RENDERINGS.c.article_id == bindparam("reference"))
OF_SLUG = STORED.join(ARTICLES).where(ARTICLES.c.slug == bindparam("reference"))


def made_for() -> str:
    """Give a digest of what renderings depend on besides the database: the code, the base URL of links."""
    return _digest(settings().base_url)


@cache
def _digest(base_url: str) -> str:
    paths = (path for pattern in CODE for path in sorted(ROOT.glob(pattern)))
    made_of = b"".join(path.read_bytes() for path in paths) + base_url.encode()
    return sha256(made_of).hexdigest()[:16]


def render(connection: Connection, identities: Collection[UUID]) -> dict[UUID, Rendered]:
    """Make the JSON of those of the articles that are there."""
    articles = read_wholes(connection, identities) if identities else ()
    return {article.id: _rendered(dump(schemas.Article, article, {})) for article in articles}


def _rendered(values: dict[str, Any]) -> Rendered:
    whole = orjson.dumps(values)
    return Rendered(etag_of(whole), orjson.dumps({name: values[name] for name in ITEM}), whole)


def find_whole(reference: str) -> tuple[str, bytes]:
    """Give the ETag and the bytes of the article that `reference` names.

    Raises and redirects as `find_article` does.
    """
    stored = _find_stored(reference)
    if stored:
        return stored
    article = find_article(reference, load_only(Article.id, Article.slug))
    rendered = render(db.session.connection(), [article.id])[article.id]
    return rendered.etag, rendered.whole


def _find_stored(reference: str) -> tuple[str, bytes] | None:
    statement: AnySelect = OF_SLUG
    named: UUID | str = reference
    if UUID_FORM.fullmatch(reference):
        statement, named = OF_ID, UUID(reference)
    elif not SLUG_FORM.fullmatch(reference):
        return None
    row = db.session.execute(statement, {"reference": named, "made_for": made_for()}).one_or_none()
    return (row.etag, row.whole) if row else None


def answer_with(etag: str, whole: bytes, names: Sequence[str]) -> Response:
    """Answer an article with those of its keys that are asked for."""
    if len(names) < len(WHOLE):
        return jsonify(_chosen(whole, names))
    return Response(whole, mimetype="application/json", headers={"ETag": etag})


def list_items(identities: Sequence[UUID], names: Sequence[str], query: Query | None) -> list[Any]:
    """Give articles that are there as a list has them, with highlights of `query` if these are named."""
    column = "item" if set(names) <= set(ITEM) else "whole"
    there = _read(identities, column)
    missing = render(db.session.connection(), [each for each in identities if each not in there])
    there |= {each: getattr(article, column) for each, article in missing.items()}
    if tuple(names) == ITEM:
        return [orjson.Fragment(there[each]) for each in identities]
    return [_chosen(there[each], names, query) for each in identities]


def _read(identities: Sequence[UUID], column: str) -> dict[UUID, bytes]:
    rows = select(RENDERINGS.c.article_id, RENDERINGS.c[column])
    rows = rows.where(RENDERINGS.c.article_id.in_(identities), RENDERINGS.c.made_for == made_for())
    return {row[0]: row[1] for row in db.session.execute(rows)}


def _chosen(article: bytes, names: Sequence[str], query: Query | None = None) -> dict[str, Any]:
    values = orjson.loads(article)
    if query and "highlights" in names:
        values["highlights"] = highlight(query, searched_texts(values))
    return {name: values[name] for name in names}


def searched_texts(article: Mapping[str, Any]) -> dict[str, list[str]]:
    """Give the texts of a whole `article` in which a search looks, the weightiest part first."""
    analysis = article["analysis"] or {"heading": None, "paragraphs": []}
    return {
        "title": [article["title"]],
        "summary": [article["summary"] or ""],
        "takeaways": [takeaway["text"] for takeaway in article["takeaways"]],
        "analysis": [analysis["heading"] or "", *analysis["paragraphs"]],
        "body": [paragraph["text"] for paragraph in article["body"]],
    }
