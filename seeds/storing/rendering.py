"""Store the JSON of articles (their renderings), so that the service does not build it at each request."""

from sqlalchemy import bindparam, select, update

from api.database.base import table_of
from api.models import Rendering
from api.v1.renderings import render, rendering_key
from seeds.bulk import update_rows
from seeds.console import progress
from seeds.storing.transactions import Transaction

# The number of articles that are rendered in one transaction. A larger number would block other writers for
# too long.
BATCH_SIZE = 100
RENDERINGS = table_of(Rendering)
ALL_ARTICLES = select(RENDERINGS.c.article_id)
STALE_ARTICLES = ALL_ARTICLES.where(RENDERINGS.c.rendering_key.is_(None))
UPDATE_RENDERING = update(RENDERINGS).where(RENDERINGS.c.article_id == bindparam("identity"))


def render_articles(begin: Transaction, *, all_articles: bool = False) -> int:
    """Build and store the JSON (the rendering) of all articles, or only of those that have none.

    A rendering is deleted when the data that it shows changes. By default, an existing rendering is kept even
    if it has a different JSON format or base URL than this process would use, because the service can run
    with other settings.

    Args:
        begin: Opens a write transaction.
        all_articles: Also replace the existing renderings.

    Returns:
        The number of articles that were rendered.
    """
    with begin() as connection:
        articles = list(connection.scalars(ALL_ARTICLES if all_articles else STALE_ARTICLES))
    for first in progress(range(0, len(articles), BATCH_SIZE), "Rendering"):
        with begin() as connection:
            renderings = render(connection, articles[first : first + BATCH_SIZE])
            common = {"rendering_key": rendering_key()}
            rows = [{"identity": each} | common | made._asdict() for each, made in renderings.items()]
            update_rows(connection, UPDATE_RENDERING, rows)
    return len(articles)
