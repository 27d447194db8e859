"""Renderings made: after a run those that it left stale, or all of them by `flask seed render`."""

from sqlalchemy import bindparam, select, update

from api.db import table_of
from api.models import Rendering
from api.v1.renderings import render, rendering_key
from seeds.bulk import update_rows
from seeds.console import progress
from seeds.storing.transactions import Transaction

# Articles that one transaction renders: with more others would wait for long, with fewer each costs more.
PAGE = 100
RENDERINGS = table_of(Rendering)
ALL = select(RENDERINGS.c.article_id)
STALE = ALL.where(RENDERINGS.c.rendering_key.is_(None))
WRITE = update(RENDERINGS).where(RENDERINGS.c.article_id == bindparam("identity"))


def render_articles(begin: Transaction, *, anew: bool = False) -> int:
    """Render the articles whose rendering is stale, or `anew` all of them; gives how many.

    One that is for another version or base URL is not stale: it may be this process that has the wrong one.
    """
    with begin() as connection:
        articles = list(connection.scalars(ALL if anew else STALE))
    for first in progress(range(0, len(articles), PAGE), "Rendering"):
        with begin() as connection:
            made = render(connection, articles[first : first + PAGE])
            common = {"rendering_key": rendering_key()}
            rows = [{"identity": each} | common | one._asdict() for each, one in made.items()]
            update_rows(connection, WRITE, rows)
    return len(articles)
