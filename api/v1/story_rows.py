"""Statements that select stories, and functions that make the JSON values of stories."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Text, cast, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import Story, published_at_of
from api.resources.fields import rfc3339
from api.urls import settings
from api.v1.json_values import Values, article_reference
from api.v1.part_rows import ARTICLES, NUMBERS, TAKEAWAY_ROWS, TAKEAWAYS, read_references

STORIES = table_of(Story)


def _of_founder(name: str) -> Any:
    """Return a subquery for the column `name` of a story's founder.

    The founder is the article from which the story takes its id, slug and title.
    """
    # Unlike a join, a subquery in the columns is left out of the statement that counts stories.
    founder = select(ARTICLES.c[name]).where(ARTICLES.c.number == STORIES.c.number).correlate(STORIES)
    return founder.scalar_subquery()


STORY_ROWS: AnySelect = select(
    *(STORIES.c.number, STORIES.c.id, STORIES.c.article_count),
    *(STORIES.c.first_published_key, STORIES.c.last_published_key),
    cast(STORIES.c.takeaways, Text).label("takeaways"),
    cast(STORIES.c.entities, Text).label("entities"),
    cast(STORIES.c.publications, Text).label("publications"),
    *(_of_founder("id").label("lead_id"), _of_founder("slug").label("slug")),
    _of_founder("title").label("title"),
)
SELECT_TAKEAWAYS = TAKEAWAY_ROWS.where(TAKEAWAYS.c.number.in_(NUMBERS))


def story_items(rows: Sequence[Any], names: Collection[str]) -> list[Values]:
    """Return the JSON values of stories, with only the keys `names`.

    `rows` are rows that STORY_ROWS selects. Entities and takeaways are read only if `names` contains their
    keys.
    """
    connection, base_url = request_connection(), settings().base_url
    entities, takeaways = _loaded(rows, "entities", names), _loaded(rows, "takeaways", names)
    references = read_references(connection, sorted({number for each in entities for number, _ in each}))
    key_points = _read_key_points(connection, {number for each in takeaways for number in each})
    items = []
    for row, own_entities, own_takeaways in zip(rows, entities, takeaways, strict=True):
        values = story_values(row, base_url)
        values["entities"] = [
            references[number] | {"article_count": count}
            for number, count in own_entities
            if number in references
        ]
        values["takeaways"] = _existing(own_takeaways, key_points)
        items.append({name: values[name] for name in names})
    return items


def story_values(row: Any, base_url: str) -> Values:
    """Return the JSON values of a story with all keys. Its `entities` and `takeaways` are empty lists.

    Args:
        row: A row of STORY_ROWS.
        base_url: The prefix of the URLs in the values, from BRIEFS_BASE_URL.
    """
    address = f"{base_url}/v1/stories/{row.slug}"
    first, last = published_at_of(row.first_published_key), published_at_of(row.last_published_key)
    return {
        "id": str(row.id),
        "slug": row.slug,
        "title": row.title,
        "article_count": row.article_count,
        "publications": [
            {"name": name, "article_count": count} for name, count in orjson.loads(row.publications)
        ],
        "first_published_at": first and rfc3339(first),
        "last_published_at": last and rfc3339(last),
        "lead": article_reference(row.lead_id, row.slug, row.title),
        "entities": [],
        "takeaways": [],
        "links": {"self": address, "articles": f"{address}/articles"},
    }


def _loaded(rows: Iterable[Any], column: str, names: Collection[str]) -> list[list[Any]]:
    """Return the parsed list in the JSON column `column` of each row.

    If `names`, the requested keys, does not contain the column, the lists are empty.
    """
    return [orjson.loads(getattr(row, column)) if column in names else [] for row in rows]


def _read_key_points(connection: Connection, numbers: Collection[int]) -> Mapping[int, Values]:
    """Return takeaways as key points of stories, by the number (internal key) of the takeaway.

    A key point is `{id, text, article}`. Its `article` is a reference. `numbers` are the numbers of the
    takeaways.
    """
    if not numbers:
        return {}
    rows = connection.execute(SELECT_TAKEAWAYS, {"numbers": sorted(numbers)})
    return {
        row.number: {
            "id": str(row.id),
            "text": row.text,
            "article": article_reference(row.article_id, row.article_slug, row.article_title),
        }
        for row in rows
    }


def _existing(numbers: Iterable[int], values: Mapping[int, Values]) -> list[Values]:
    return [values[number] for number in numbers if number in values]
