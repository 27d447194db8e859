"""Expected lists of the API: for each list its path, its rows, and the order of its rows in plain Python."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.database.base import db, table_of
from api.models import (
    MAX_TAKEAWAYS,
    UNSCORED,
    Article,
    ArticleEntity,
    Change,
    Entity,
    RelatedLink,
    Story,
    Takeaway,
    published_at_of,
    takeaway_number,
)
from tests.api.answers import get
from tests.api.rows import STORY_SIZE, row_id, stored_number
from tests.api.specification import specification_of

Key = Callable[[Any], Any]

ARTICLE_0, ENTITY_0 = stored_number(0), stored_number(0)


@dataclass(frozen=True)
class Listing:
    """A list of the API, with the rows and the order that responses must have.

    The SQL statement `statement` selects these rows from the rows of `tests.api.rows`. `keys` maps the name
    of each order, such as `title`, to the function that returns the sort key of a row.
    """

    path: str
    statement: Any
    keys: dict[str, Key]
    # Orders rows with the same key, always descending.
    ties: Key = lambda row: row.number
    # Identifies an item.
    name: Key = lambda row: row.id
    # The least number of rows if there are eight articles.
    least: int = 8

    @property
    def documented(self) -> str:
        """Return the path of the list in the OpenAPI document, such as `/v1/articles/{article}/takeaways`."""
        path = self.path.replace("stories/slug-0", "stories/{story}")
        return path.replace("slug-0", "{article}").replace("entity-0", "{entity}")

    def parameters(self, app: Flask) -> dict[str, Any]:
        """Return the JSON Schema of each query parameter of the list in the OpenAPI document.

        The keys are the names of the parameters.
        """
        parameters = specification_of(app)["paths"][self.documented]["get"]["parameters"]
        return {each["name"]: each["schema"] for each in parameters if each["in"] == "query"}

    def sorts(self, app: Flask) -> tuple[list[str], str]:
        """Return the allowed values and the default value of the parameter `sort` of the list.

        The values are those of the OpenAPI document. The value `relevance` is left out, because its order
        depends on the database engine.
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
            rows = sorted(db.session.execute(self.statement), key=self.ties, reverse=True)
            known = [row for row in rows if key(row) is not None]
            unknown = [row for row in rows if key(row) is None]
            if descending:
                # `reverse` keeps the order of rows with equal keys.
                known.sort(key=key, reverse=True)
            else:
                known.sort(key=key)
            return [str(self.name(row)) for row in known + unknown]


def _published(row: Any) -> datetime | None:
    return published_at_of(row.published_key)


ARTICLE_KEYS: dict[str, Key] = {
    "published_at": _published,
    "created_at": lambda row: row.created_at,
    "updated_at": lambda row: row.updated_at,
    "title": lambda row: row.title,
}
STORY_KEYS: dict[str, Key] = {
    "last_published_at": lambda row: published_at_of(row.last_published_key),
    "article_count": lambda row: row.article_count,
}
ENTITY_KEYS: dict[str, Key] = {
    "article_count": lambda row: row.article_count,
    "mention_count": lambda row: row.mention_count,
    "name": lambda row: row.name,
}
CO_MENTIONED_KEYS: dict[str, Key] = {
    "shared_article_count": lambda row: len(_naming(row.number) & _naming(ENTITY_0)),
    "name": lambda row: row.name,
}
LINK_KEYS: dict[str, Key] = {
    "published_at": _published,
    "score": lambda row: None if row.score_key == UNSCORED else row.score_key,
}


def _naming(entity: int) -> set[int]:
    """Return the numbers of the articles that mention the entity with the number `entity`."""
    named = select(ArticleEntity.article).where(ArticleEntity.entity == entity)
    return set(db.session.scalars(named))


def _link_ties(row: Any) -> Any:
    return (row.article, row.precedence)


ARTICLES_OF, STORIES, TAKEAWAYS, ENTITIES, LINKS = (
    select(table_of(each)) for each in (Article, Story, Takeaway, Entity, RelatedLink)
)
NAMED = select(
    Entity.id, Entity.number, Entity.article_count, Entity.name, ArticleEntity.mention_count
).join_from(ArticleEntity, Entity, Entity.number == ArticleEntity.entity)
NAMING = ARTICLES_OF.join(ArticleEntity, ArticleEntity.article == Article.number)
TAKEAWAY_KEYS: dict[str, Key] = {"published_at": _published}

ARTICLES = Listing("/v1/articles", ARTICLES_OF, ARTICLE_KEYS)
TOP_LEVEL = [
    ARTICLES,
    Listing("/v1/entities", ENTITIES, ENTITY_KEYS),
    Listing("/v1/takeaways", TAKEAWAYS, TAKEAWAY_KEYS),
    Listing("/v1/related-links", LINKS, LINK_KEYS, _link_ties),
    Listing("/v1/stories", STORIES.where(Story.article_count > 1), STORY_KEYS, least=3),
]
STORY_ARTICLES = Listing(
    "/v1/stories/slug-0/articles",
    ARTICLES_OF.where(Article.story == ARTICLE_0),
    ARTICLE_KEYS,
    least=STORY_SIZE,
)
LISTINGS = [
    *TOP_LEVEL,
    STORY_ARTICLES,
    Listing(
        "/v1/articles/slug-0/takeaways",
        TAKEAWAYS.where(
            Takeaway.number.between(takeaway_number(ARTICLE_0, MAX_TAKEAWAYS), takeaway_number(ARTICLE_0, 1))
        ),
        TAKEAWAY_KEYS,
    ),
    Listing(
        "/v1/articles/slug-0/related", LINKS.where(RelatedLink.article == ARTICLE_0), LINK_KEYS, _link_ties
    ),
    Listing("/v1/articles/slug-0/entities", NAMED.where(ArticleEntity.article == ARTICLE_0), ENTITY_KEYS),
    Listing("/v1/entities/entity-0/articles", NAMING.where(ArticleEntity.entity == ENTITY_0), ARTICLE_KEYS),
    # Article 0 mentions all entities.
    Listing(
        "/v1/entities/entity-0/co-mentioned", ENTITIES.where(Entity.number != ENTITY_0), CO_MENTIONED_KEYS
    ),
    Listing(
        "/v1/articles/slug-0/revisions",
        select(table_of(Change)).where(Change.article_id == row_id("article", 0)),
        {"revision": lambda row: row.revision},
        ties=lambda row: row.revision,
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
