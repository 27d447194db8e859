"""The JSON of articles, which is stored in the database. If stored JSON is outdated, new JSON is made.

A rendering is the stored JSON of an article, compressed with gzip. The column `part_ends` says where the
value of each key ends in the JSON. Single values are cut out without parsing the JSON.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from struct import Struct
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from isal import isal_zlib
from sqlalchemy import Connection, bindparam, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import Article, ArticleSlug, Rendering
from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN, find_article
from api.search.highlights import highlight
from api.search.query_language import Query
from api.urls import settings
from api.v1 import schemas
from api.v1.article_values import read_articles
from api.v1.json_values import Content, Values, article_head, article_links, article_reference
from api.web.representation import compress, etag_of

# Raise this number whenever the form of the JSON of an article changes: stored JSON of other formats is not
# served. tests/api/v1/test_rendering_format.py fails until the number is raised.
RENDERING_FORMAT = 2

ARTICLE_KEYS = tuple(schemas.Article().fields)
KEY_PLACES = {name: place for place, name in enumerate(ARTICLE_KEYS)}
# The keys of an article in a list, unless `fields` or `include` requests other keys.
ITEM_KEYS = tuple(name for name in ARTICLE_KEYS if name not in schemas.PARTS)
# The value of `wbits` that selects the gzip format.
GZIP_FORMAT = 16 + isal_zlib.MAX_WBITS
# The placeholder for the slug in a template. Neither a slug nor a URL contains a space.
SLUG = b"the slug"
PART_ENDS = Struct(f"<{len(ARTICLE_KEYS)}I")

ARTICLES, RENDERINGS, SLUGS = (table_of(each) for each in (Article, Rendering, ArticleSlug))
SELECT_RENDERING = (
    select(RENDERINGS.c.etag, RENDERINGS.c.part_ends, RENDERINGS.c.json_gzip)
    .join_from(RENDERINGS, ARTICLES, ARTICLES.c.number == RENDERINGS.c.article)
    .where(RENDERINGS.c.rendering_key == bindparam("rendering_key"))
)
SELECT_BY_ID = SELECT_RENDERING.where(ARTICLES.c.id == bindparam("reference"))
# Of all slugs of the article, only the current slug is answered.
SELECT_BY_SLUG = SELECT_RENDERING.join(SLUGS, SLUGS.c.article_id == ARTICLES.c.id).where(
    SLUGS.c.slug == bindparam("reference"), ARTICLES.c.slug == SLUGS.c.slug
)


class RenderedArticle(NamedTuple):
    """The stored JSON of an article: a row of the table `renderings`.

    Attributes:
        etag: The ETag of the uncompressed JSON.
        part_ends: The byte positions where the values end in the uncompressed JSON, packed by PART_ENDS.
        json_gzip: The JSON, compressed with gzip.
    """

    etag: str
    part_ends: bytes
    json_gzip: bytes

    @property
    def byte_count(self) -> int:
        """The number of bytes of the uncompressed JSON."""
        size: int = PART_ENDS.unpack(self.part_ends)[-1] + 1
        return size

    def article_json(self) -> bytes:
        """Return the JSON of the article, uncompressed."""
        return isal_zlib.decompress(self.json_gzip, GZIP_FORMAT, self.byte_count)

    def parts(self, names: Sequence[str]) -> bytes:
        """Return the JSON of the article with only the keys `names`.

        `names` must have the same order as the keys in the JSON.
        """
        return b"{" + self.members(names) + b"}"

    def members(self, names: Sequence[str]) -> bytes:
        """Return the members (`"key":value`) with the keys `names`, separated by commas, without braces.

        `names` must have the same order as the keys in the JSON. The JSON is decompressed only up to the last
        of these members.
        """
        ends, runs = PART_ENDS.unpack(self.part_ends), _runs(tuple(names))
        begin = isal_zlib.decompressobj(GZIP_FORMAT).decompress(self.json_gzip, ends[runs[-1][1]])
        # A key begins after the comma behind the value of the key before it, or after the first brace.
        return b",".join([begin[ends[first - 1] + 1 if first else 1 : ends[last]] for first, last in runs])


@lru_cache(maxsize=1000)
def _runs(names: tuple[str, ...]) -> list[tuple[int, int]]:
    """Divide `names` into runs of keys that directly follow each other in the JSON of an article.

    A run is a pair: the indexes of its first and last key among all keys. `names` must be in the order of the
    JSON.
    """
    runs: list[tuple[int, int]] = []
    for place in map(KEY_PLACES.__getitem__, names):
        first = runs.pop()[0] if runs and runs[-1][1] == place - 1 else place
        runs.append((first, place))
    return runs


def rendering_key() -> int:
    """Return a hash of the JSON format of articles and of the base URL of their links.

    The hash is stored with the JSON of an article. Stored JSON with a different hash is outdated, and is not
    served.
    """
    return _hash_of(f"{RENDERING_FORMAT} {settings().base_url}")


@lru_cache(maxsize=16)
def _hash_of(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


def render_item(
    identity: UUID,
    content: Content,
    story: UUID,
    *,
    revision: int,
    created_at: datetime,
    updated_at: datetime,
) -> bytes:
    """Return the JSON of an article as an item of a list, for its column `item_json`.

    The caller must store the result of `rendering_key` in `item_key`. The article must be the founder of its
    story: the article that gives the story its slug and title.

    Args:
        identity: The id of the article.
        content: The result of `api.v1.article_content.article_content`.
        story: The id of the story.
        created_at: When the article was first loaded.
        updated_at: When it last changed.
    """
    head = article_head(identity, content, revision, created_at, updated_at)
    head["story"] = article_reference(story, content["slug"], content["title"])
    return orjson.dumps(head | {"links": article_links(content["slug"], settings().base_url)})


def item_of(values: Mapping[str, Any]) -> bytes:
    """Return the JSON of an article as an item of a list.

    `values` are all JSON values of the article.
    """
    return orjson.dumps({name: values[name] for name in ITEM_KEYS})


def render_values(values: Values) -> RenderedArticle:
    """Return the rendering of an article, that is, its compressed JSON, given all its JSON values."""
    members = [orjson.dumps({name: values[name]})[1:-1] for name in ARTICLE_KEYS]
    ends, end = [], 0
    for member in members:
        end += 1 + len(member)
        ends.append(end)
    article_json = b"{" + b",".join(members) + b"}"
    return RenderedArticle(etag_of(article_json), PART_ENDS.pack(*ends), compress(article_json))


def render(connection: Connection, numbers: Collection[int]) -> dict[int, RenderedArticle]:
    """Return new renderings (compressed JSON) of articles, by the internal number of the article.

    They are made from the current data in the database. Numbers of articles that do not exist are ignored.
    """
    articles = read_articles(connection, numbers, settings().base_url) if numbers else {}
    return {number: render_values(values) for number, values in articles.items()}


def select_rendering(reference: str) -> tuple[AnySelect, UUID | str]:
    """Return a statement that selects the stored JSON of the article with the id or slug `reference`.

    A row has the values of a `RenderedArticle`. The second result is the value of the bound parameter
    `reference`. The other bound parameter, `rendering_key`, is the result of `rendering_key()`.
    """
    if UUID_PATTERN.fullmatch(reference):
        return SELECT_BY_ID, UUID(reference)
    return SELECT_BY_SLUG, reference


def find_rendering(reference: str) -> RenderedArticle:
    """Return the stored JSON of the article with the id or slug `reference`, or new JSON if none is stored.

    Raises:
        HTTPException: There is no such article (404 or 410), or `reference` is an earlier slug (redirect).
    """
    if UUID_PATTERN.fullmatch(reference) or SLUG_PATTERN.fullmatch(reference):
        statement, value = select_rendering(reference)
        parameters: dict[str, UUID | str | int] = {"reference": value, "rendering_key": rendering_key()}
        row = request_connection().execute(statement, parameters).one_or_none()
        if row:
            return RenderedArticle(row.etag, row.part_ends, row.json_gzip)
    number = find_article(reference).number
    return render(request_connection(), [number])[number]


def part_items(rows: Sequence[Any], names: tuple[str, ...], query: Query | None) -> list[Any]:
    """Return articles as items of a list, in the order of `rows`, as values for `orjson.dumps`.

    Args:
        rows: For each article, its number, its slug, `rendering_key`, `part_ends` and `json_gzip`. The last
            three are None if no JSON is stored.
        names: The keys of each item, in the order of the JSON.
        query: The full-text search for the key `highlights`, or None.
    """
    key = rendering_key()
    missing = [row.number for row in rows if row.rendering_key != key]
    made = render(request_connection(), missing)
    renderings = (made.get(row.number) or RenderedArticle("", row.part_ends, row.json_gzip) for row in rows)
    if query and "highlights" in names:
        return [_with_highlights(each, names, query) for each in renderings]
    if names[-1:] != ("links",) or len(names) == 1:
        return [orjson.Fragment(each.parts(names)) for each in renderings]
    # The links are at the end of the rendering, but depend only on the slug. Most parts are before the end.
    links, others = _links_template(settings().base_url), names[:-1]
    return [
        orjson.Fragment(b'{%b,"links":%b}' % (each.members(others), links.replace(SLUG, row.slug.encode())))
        for row, each in zip(rows, renderings, strict=True)
    ]


@lru_cache(maxsize=16)
def _links_template(base_url: str) -> bytes:
    """Return the JSON of the `links` of an article, with SLUG in place of the slug."""
    return orjson.dumps(article_links(SLUG.decode(), base_url))


def _with_highlights(rendering: RenderedArticle, names: Sequence[str], query: Query) -> dict[str, Any]:
    values = orjson.loads(rendering.article_json())
    values["highlights"] = highlight(query, searched_texts(values))
    return {name: values[name] for name in names}


def list_items(rows: Sequence[Any], names: Sequence[str]) -> list[Any]:
    """Return articles as items of a list, in the order of `rows`, as values for `orjson.dumps`.

    Args:
        rows: For each article, its number and the columns `item_key` and `item_json` (the stored item).
            Missing and outdated items are made anew.
        names: The keys of each item, all from ITEM_KEYS.
    """
    key = rendering_key()
    missing = [row.number for row in rows if row.item_key != key]
    items = {}
    if missing:
        articles = read_articles(request_connection(), missing, settings().base_url)
        items = {number: item_of(values) for number, values in articles.items()}
    texts = (items.get(row.number, row.item_json) for row in rows)
    if tuple(names) == ITEM_KEYS:
        return [orjson.Fragment(text) for text in texts]
    return [{name: values[name] for name in names} for values in map(orjson.loads, texts)]


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
