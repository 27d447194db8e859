"""Expected lists of the API: for each list its path, its rows, and the order of its rows in plain Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from api.database.base import db
from api.models import Article, ArticleEntity, Change, Entity, RelatedLink, Takeaway
from tests.api.answers import get
from tests.api.rows import row_id
from tests.api.specification import specification_of

Key = Callable[[Any], Any]

ARTICLE_0, ENTITY_0 = row_id("article", 0), row_id("entity", 0)


@dataclass(frozen=True)
class Listing:
    """A list of the API, with the rows and the order that responses must have.

    The rows are those of `tests.api.rows`.
    """

    path: str
    statement: Any
    keys: dict[str, Key]
    # The keys that break ties: first those in the direction of the sort, then those that always ascend.
    unique: Key = lambda row: row.id
    tail: Key = lambda _: 0
    # The key that identifies an item.
    name: Key = lambda row: row.id

    @property
    def documented(self) -> str:
        """Return the path of the list in the OpenAPI document: `/v1/articles/{article}/takeaways`."""
        return self.path.replace("slug-0", "{article}").replace("entity-0", "{entity}")

    def parameters(self, app: Flask) -> dict[str, Any]:
        """Return the schema of each query parameter of this list in the OpenAPI document, by name."""
        parameters = specification_of(app)["paths"][self.documented]["get"]["parameters"]
        return {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}

    def sorts(self, app: Flask) -> tuple[list[str], str]:
        """Return the values of `sort` for this list in the OpenAPI document, and the default value.

        The value `relevance` is left out, because its order depends on the database engine.
        """
        schema = self.parameters(app)["sort"]
        # The order of relevance depends on the engine.
        return [name for name in schema["enum"] if name != "relevance"], schema.get(
            "default", "-published_at"
        )

    def ordered(self, app: Flask, sort: str) -> list[str]:
        """Return the ids of all rows in the order `sort`, such as `-title`.

        Rows without a value come last in both directions.
        """
        key, descending = self.keys[sort.lstrip("-")], sort.startswith("-")
        with app.app_context():
            rows = sorted(db.session.scalars(self.statement), key=self.tail)
            known = [row for row in rows if key(row) is not None]
            unknown = [row for row in rows if key(row) is None]
            known.sort(key=lambda row: (key(row), self.unique(row)), reverse=descending)
            unknown.sort(key=self.unique, reverse=descending)
            return [str(self.name(row)) for row in known + unknown]


ARTICLE_KEYS: dict[str, Key] = {
    "published_at": lambda row: row.published_at,
    "created_at": lambda row: row.created_at,
    "updated_at": lambda row: row.updated_at,
    "title": lambda row: row.title,
}
ENTITY_KEYS: dict[str, Key] = {
    "article_count": lambda row: row.article_count,
    "mention_count": lambda row: row.mention_count,
    "name": lambda row: row.name,
}
ARTICLE_ENTITY_KEYS: dict[str, Key] = {
    "article_count": lambda row: row.entity.article_count,
    "mention_count": lambda row: row.mention_count,
    "name": lambda row: row.entity.name,
}
CO_MENTIONED_KEYS: dict[str, Key] = {
    "shared_article_count": lambda row: len(_naming(row.id) & _naming(ENTITY_0)),
    "name": lambda row: row.name,
}
PART_KEYS: dict[str, Key] = {
    "published_at": lambda row: row.article.published_at,
    "score": lambda row: row.score,
}


def _naming(entity: UUID) -> set[UUID]:
    """Return the ids of the articles that mention the entity with the id `entity`."""
    named = select(ArticleEntity.article_id).where(ArticleEntity.entity_id == entity)
    return set(db.session.scalars(named))


def _parts(path: str, statement: Any) -> Listing:
    return Listing(path, statement, PART_KEYS, lambda row: row.article_id, lambda row: row.position)


TAKEAWAYS = select(Takeaway).options(joinedload(Takeaway.article))
LINKS = select(RelatedLink).options(joinedload(RelatedLink.article))
NAMED = select(ArticleEntity).options(joinedload(ArticleEntity.entity))
NAMING = select(Article).join(ArticleEntity, ArticleEntity.article_id == Article.id)

ARTICLES = Listing("/v1/articles", select(Article), ARTICLE_KEYS)
TOP_LEVEL = [
    ARTICLES,
    Listing("/v1/entities", select(Entity), ENTITY_KEYS),
    _parts("/v1/takeaways", TAKEAWAYS),
    _parts("/v1/related-links", LINKS),
]
LISTINGS = [
    *TOP_LEVEL,
    _parts("/v1/articles/slug-0/takeaways", TAKEAWAYS.where(Takeaway.article_id == ARTICLE_0)),
    _parts("/v1/articles/slug-0/related", LINKS.where(RelatedLink.article_id == ARTICLE_0)),
    Listing(
        "/v1/articles/slug-0/entities",
        NAMED.where(ArticleEntity.article_id == ARTICLE_0),
        ARTICLE_ENTITY_KEYS,
        unique=lambda row: row.entity_id,
        name=lambda row: row.entity_id,
    ),
    Listing(
        "/v1/entities/entity-0/articles", NAMING.where(ArticleEntity.entity_id == ENTITY_0), ARTICLE_KEYS
    ),
    # Article 0 mentions all entities.
    Listing(
        "/v1/entities/entity-0/co-mentioned", select(Entity).where(Entity.id != ENTITY_0), CO_MENTIONED_KEYS
    ),
    Listing(
        "/v1/articles/slug-0/revisions",
        select(Change).where(Change.article_id == ARTICLE_0),
        {"revision": lambda row: row.revision},
        unique=lambda row: row.revision,
        name=lambda row: row.revision,
    ),
]


def walk(client: FlaskClient, target: str) -> Iterator[Any]:
    """Yield the JSON of each page of a list, from `target` on, following `links.next` to the end."""
    following: str | None = target
    while following:
        body = get(client, following)
        yield body
        following = body["links"]["next"]


def identifiers(*pages: Any) -> list[str]:
    """Return the ids of the items on `pages`, in order. Revisions have numbers instead of ids."""
    return [str(item.get("id") or item["revision"]) for page in pages for item in page["data"]]
