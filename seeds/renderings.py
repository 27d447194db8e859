"""Renderings made: after a run those that it left stale, or all of them by `flask seed render`."""

from sqlalchemy import BindParameter, bindparam, select, union_all, update

from api.db import Base
from api.execution import run_each
from api.models import Rendering
from api.v1.renderings import made_for, render
from seeds.console import progress
from seeds.transactions import Transaction

# Articles that one transaction renders: with more others would wait for long, with fewer each costs more.
PAGE = 100
RENDERINGS = Base.metadata.tables[Rendering.__tablename__]
_own = RENDERINGS.c.made_for
_wanted: BindParameter[str] = bindparam("made_for")
ALL = select(RENDERINGS.c.article_id)
# Three ranges of an index, which has nothing in them where nothing is stale.
STALE = union_all(*(ALL.where(each) for each in (_own.is_(None), _own < _wanted, _own > _wanted)))
WRITE = update(RENDERINGS).where(RENDERINGS.c.article_id == bindparam("identity"))


def render_articles(begin: Transaction, *, anew: bool = False) -> int:
    """Render the articles whose rendering is stale, or `anew` all of them; gives how many."""
    with begin() as connection:
        articles = list(connection.scalars(ALL if anew else STALE, {"made_for": made_for()}))
    for first in progress(range(0, len(articles), PAGE), "Rendering"):
        with begin() as connection:
            made = render(connection, articles[first : first + PAGE])
            common = {"made_for": made_for()}
            rows = [{"identity": each} | common | one._asdict() for each, one in made.items()]
            run_each(connection, WRITE, rows)
    return len(articles)
