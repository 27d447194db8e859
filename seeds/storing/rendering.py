"""Store the JSON of articles (their renderings), so that the service does not build it at each request."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import Article, Rendering
from api.urls import settings
from api.v1.article_values import read_articles
from api.v1.renderings import item_of, render_values, rendering_key
from seeds.bulk import insert_rows, portions, update_rows
from seeds.console import progress
from seeds.storing.transactions import Transaction

# The number of articles that are rendered in one transaction. A larger number would block other writers for
# too long.
BATCH_SIZE = 100
ARTICLES, RENDERINGS = table_of(Article), table_of(Rendering)
ALL_ARTICLES = select(ARTICLES.c.number)
# Both sides of EXCEPT read only an index. A subquery would look up each number in the large rows of
# renderings.
UNRENDERED_ARTICLES = select(ARTICLES.c.number).except_(select(RENDERINGS.c.article))
DELETE_RENDERINGS = delete(RENDERINGS).where(RENDERINGS.c.article.in_(bindparam("numbers", expanding=True)))
SELECT_ITEMS = select(ARTICLES.c.number, ARTICLES.c.item_key).where(
    ARTICLES.c.number.in_(bindparam("numbers", expanding=True))
)
UPDATE_ITEM = update(ARTICLES).where(ARTICLES.c.number == bindparam("article"))


def render_articles(begin: Transaction, *, all_articles: bool = False) -> int:
    """Build and store the JSON (the rendering) of all articles, or only of articles without a rendering.

    A command deletes the rendering of an article when data in the rendering changes. By default, an existing
    rendering is kept even if this process would use a different JSON format or base URL. The service can run
    with other settings.

    Args:
        begin: Opens a write transaction.
        all_articles: Also replace the existing renderings.

    Returns:
        The number of articles that were rendered.
    """
    with begin() as connection:
        articles = sorted(connection.scalars(ALL_ARTICLES if all_articles else UNRENDERED_ARTICLES))
    for first in progress(range(0, len(articles), BATCH_SIZE), "Rendering"):
        with begin() as connection:
            _render(connection, articles[first : first + BATCH_SIZE], all_articles=all_articles)
    return len(articles)


def _render(connection: Connection, numbers: list[int], *, all_articles: bool) -> None:
    """Build and store the renderings of articles, and their JSON as items of a list.

    Args:
        connection: The connection, in a write transaction.
        numbers: The database numbers of the articles.
        all_articles: True to replace existing JSON of list items. If False, the JSON of a list item is only
            stored for articles without this JSON. The renderings are replaced in either case.
    """
    key, articles = rendering_key(), read_articles(connection, numbers, settings().base_url)
    item_keys = {row.number: row.item_key for row in connection.execute(SELECT_ITEMS, {"numbers": numbers})}
    delete_renderings(connection, numbers)
    insert_rows(
        connection,
        Rendering,
        [
            {"article": number, "rendering_key": key} | render_values(values)._asdict()
            for number, values in articles.items()
        ],
    )
    items = [
        {"article": number, "item_key": key, "item_json": item_of(values)}
        for number, values in articles.items()
        if all_articles or item_keys[number] is None
    ]
    update_rows(connection, UPDATE_ITEM, items)


def delete_renderings(connection: Connection, articles: Collection[int]) -> None:
    """Delete the stored JSON of `articles`, given by number, because its data has changed."""
    for several in portions(sorted(articles)):
        connection.execute(DELETE_RENDERINGS, {"numbers": several})
