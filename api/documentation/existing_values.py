"""Find values that requests on the documentation page can use, such as the slug of a stored article.

Visitors thus get results from the database of this service.
"""

from typing import Any

from sqlalchemy import Connection, select

from api.database.base import AnySelect, table_of
from api.models import Article, Entity, RelatedLink, Story, Takeaway

ARTICLES, ENTITIES, LINKS = table_of(Article), table_of(Entity), table_of(RelatedLink)
STORIES, TAKEAWAYS = table_of(Story), table_of(Takeaway)

# The location, `path` or `query`, of each parameter for which `existing_values` finds a value.
PARAMETER_LOCATIONS = dict.fromkeys(("article", "story", "entity", "takeaway", "related_link"), "path")
PARAMETER_LOCATIONS["min_articles"] = "query"

# Each statement reads one row by an index, so its cost does not depend on the size of the corpus.
NEWEST_ARTICLE: AnySelect = (
    select(ARTICLES.c.slug).order_by(ARTICLES.c.published_key.desc(), ARTICLES.c.number.desc()).limit(1)
)
NEWEST_LINK: AnySelect = (
    select(LINKS.c.id.label("related_link"), ARTICLES.c.slug.label("article"))
    .join_from(LINKS, ARTICLES, ARTICLES.c.number == LINKS.c.article)
    .order_by(LINKS.c.published_key.desc(), LINKS.c.article.desc(), LINKS.c.precedence.desc())
    .limit(1)
)
# A story has the number and the slug of its founder, one of its articles.
LARGEST_STORY: AnySelect = (
    select(ARTICLES.c.slug, STORIES.c.article_count)
    .join_from(STORIES, ARTICLES, ARTICLES.c.number == STORIES.c.number)
    .order_by(STORIES.c.article_count.desc(), STORIES.c.number.desc())
    .limit(1)
)
MOST_FREQUENT_ENTITY: AnySelect = (
    select(ENTITIES.c.slug).order_by(ENTITIES.c.article_count.desc(), ENTITIES.c.number.desc()).limit(1)
)
NEWEST_TAKEAWAY: AnySelect = (
    select(TAKEAWAYS.c.id).order_by(TAKEAWAYS.c.published_key.desc(), TAKEAWAYS.c.number.desc()).limit(1)
)


def existing_values(connection: Connection) -> dict[str, Any]:
    """Return a value for each parameter in PARAMETER_LOCATIONS, so that example requests find something.

    A parameter is left out if the database contains no resource for it. `min_articles` is left out unless
    every story has a single article.
    """
    # `article` is the slug of an article with related links, if there is one.
    values: dict[str, Any] = {
        "article": connection.scalar(NEWEST_ARTICLE),
        "entity": connection.scalar(MOST_FREQUENT_ENTITY),
        "takeaway": connection.scalar(NEWEST_TAKEAWAY),
    }
    link, story = connection.execute(NEWEST_LINK).first(), connection.execute(LARGEST_STORY).first()
    if link:
        values |= {"article": link.article, "related_link": link.related_link}
    if story:
        values["story"] = story.slug
        # By default, the list of stories leaves out stories with a single article.
        values["min_articles"] = 1 if story.article_count == 1 else None
    return {name: _json_value(value) for name, value in values.items() if value is not None}


def _json_value(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)
