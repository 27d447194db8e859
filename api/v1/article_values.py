"""Articles with all their parts as plain values, which the schemas serialize: four statements for any number.

Not as objects of the ORM: these take three times as long, and point at one another in circles, which made
CPython 3.11 crash as it collected some thousands of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, select

from api.db import Base
from api.execution import fetch
from api.models import Article, ArticleEntity, Entity, RelatedLink, Takeaway
from api.models.articles import paragraphs, reading_minutes

ARTICLES, NAMED, LINKS = (
    Base.metadata.tables[each.__tablename__] for each in (Article, ArticleEntity, RelatedLink)
)
WANTED: BindParameter[UUID] = bindparam("identities")
OF_ARTICLES = select(ARTICLES).where(ARTICLES.c.id.in_(WANTED))
TAKEAWAYS = (
    select(Takeaway.article_id, Takeaway.id, Takeaway.position, Takeaway.text, Takeaway.evidence)
    .where(Takeaway.article_id.in_(WANTED))
    .order_by(Takeaway.article_id, Takeaway.position)
)
ENTITIES = (
    select(NAMED.c.article_id, Entity.id, Entity.slug, Entity.name, Entity.type)
    .add_columns(NAMED.c.mention_count, NAMED.c.salience)
    .join_from(NAMED, Entity)
    .where(NAMED.c.article_id.in_(WANTED))
    .order_by(NAMED.c.article_id, NAMED.c.position)
)
TARGETS = ARTICLES.alias("targets")
RELATED = (
    select(LINKS.c.article_id, LINKS.c.id, LINKS.c.basis, LINKS.c.title, LINKS.c.score, LINKS.c.reasons)
    .add_columns(LINKS.c.target_id, TARGETS.c.slug, TARGETS.c.title.label("target_title"))
    .join_from(LINKS, TARGETS, LINKS.c.target_id == TARGETS.c.id, isouter=True)
    .where(LINKS.c.article_id.in_(WANTED))
    .order_by(LINKS.c.article_id, LINKS.c.place)
)


class Reference(NamedTuple):
    """What names an article."""

    id: UUID
    slug: str
    title: str


def read_wholes(connection: Connection, identities: Collection[UUID]) -> list[Any]:
    """Give those of the articles that are there, each with all that `api.v1.schemas.Article` serializes."""
    wanted = {"identities": list(identities)}
    parts = [_by_article(fetch(connection, each, wanted)) for each in (TAKEAWAYS, ENTITIES, RELATED)]
    return [_whole(row, *(part[row.id] for part in parts)) for row in fetch(connection, OF_ARTICLES, wanted)]


def _by_article(rows: Iterable[Any]) -> defaultdict[UUID, list[Any]]:
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.article_id].append(row)
    return found


def _whole(row: Any, takeaways: list[Any], entities: list[Any], links: list[Any]) -> SimpleNamespace:
    named = Reference(row.id, row.slug, row.title)
    return SimpleNamespace(
        **row._asdict(),
        paragraphs=paragraphs(row.body),
        reading_minutes=reading_minutes(row.word_count),
        takeaways=takeaways,
        entities=entities,
        related=[_link(named, place, link) for place, link in enumerate(links, 1)],
    )


def _link(article: Reference, position: int, row: Any) -> SimpleNamespace:
    own = {name: getattr(row, name) for name in ("id", "basis", "title", "score", "reasons")}
    target = row.target_id and Reference(row.target_id, row.slug, row.target_title)
    return SimpleNamespace(**own, position=position, article=article, target=target)
