"""Store the JSON of articles (their renderings), so that the service does not build it at each request."""

from collections.abc import Collection

from sqlalchemy import Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import Article, Rendering
from api.urls import settings
from api.v1.article_values import read_articles
from api.v1.renderings import item_of, render_values, rendering_key
from seeds.bulk_statements import insert_rows, portions, update_rows
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
    """Build and store the JSON of all articles, or only of articles without stored JSON.

    Args:
        begin: Opens a write transaction.
        all_articles: True to replace existing JSON, too.

    Returns:
        The number of articles that were rendered.
    """
    # By default, existing renderings are kept: the service can run with another JSON format or base URL than
    # this process.
    with begin() as connection:
        articles = sorted(connection.scalars(ALL_ARTICLES if all_articles else UNRENDERED_ARTICLES))
    for first in progress(range(0, len(articles), BATCH_SIZE), "Rendering"):
        with begin() as connection:
            _render(connection, articles[first : first + BATCH_SIZE], replace_items=all_articles)
    return len(articles)


def _render(connection: Connection, numbers: list[int], *, replace_items: bool) -> None:
    """Build and store two kinds of JSON for articles: the complete JSON, and the shorter JSON for lists.

    Existing complete JSON is replaced.

    Args:
        connection: In a write transaction.
        numbers: The database numbers of the articles.
        replace_items: True to replace the existing JSON for lists, too.
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
        if replace_items or item_keys[number] is None
    ]
    update_rows(connection, UPDATE_ITEM, items)


def delete_renderings(connection: Connection, articles: Collection[int]) -> None:
    """Delete the renderings (stored JSON) of articles whose data has changed.

    `articles` are their database numbers.
    """
    for several in portions(sorted(articles)):
        connection.execute(DELETE_RENDERINGS, {"numbers": several})
