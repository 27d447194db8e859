"""The rows of a seeded database, by document, and how long it takes to insert them and nothing else."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, or_, select

from api.db import db
from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleSlug,
    ArticleTerms,
    Entity,
    EntityName,
    EntitySlug,
    Posting,
    RelatedLink,
    Source,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
)
from seeds.execution import insert_rows
from seeds.transactions import transactions

Row = Mapping[str, Any]
Rows = list[tuple[type[Any], Sequence[Row]]]
PARTS = (Source, ArticleSlug, Takeaway, ArticleEntity, TakeawayEntity, ArticleFacet, ArticleFeatures, Posting)


def insert_plainly(seeded: Engine, empty: Engine) -> float:
    """Copy all documents of one database into another; gives the seconds that the insertions took.

    Those of a document are one transaction, with each entity that no document before it has.
    """
    seconds = 0.0
    with seeded.connect() as source, transactions(empty, print) as begin:
        for rows in _documents(source):
            started = time.perf_counter()
            with begin() as connection:
                for model, each in rows:
                    insert_rows(connection, model, each)
            seconds += time.perf_counter() - started
    return seconds


def _documents(source: Connection) -> Iterator[Rows]:
    """Yield the rows of one document after the other, in the order of their seeding."""
    articles: set[UUID] = set()
    entities: set[UUID] = set()
    for article in source.scalars(select(ArticleTerms.article_id).order_by(ArticleTerms.number)).all():
        articles.add(article)
        rows: Rows = [(Article, _rows(source, Article, Article.id == article))]
        parts = {part: _rows(source, part, part.article_id == article) for part in PARTS}
        new = {row["entity_id"] for row in parts[ArticleEntity]} - entities
        entities |= new
        rows += [(Entity, _rows(source, Entity, Entity.id.in_(new)))]
        rows += [
            (named, _rows(source, named, named.entity_id.in_(new))) for named in (EntitySlug, EntityName)
        ]
        rows += parts.items()
        rows += [(ArticleTerms, _rows(source, ArticleTerms, ArticleTerms.article_id == article))]
        takeaways = [row["id"] for row in parts[Takeaway]]
        rows += [(TakeawayTerms, _rows(source, TakeawayTerms, TakeawayTerms.takeaway_id.in_(takeaways)))]
        links = _rows(
            source, RelatedLink, or_(RelatedLink.article_id == article, RelatedLink.target_id == article)
        )
        ends = [({row["article_id"], row["target_id"]} - {None}, row) for row in links]
        yield [*rows, (RelatedLink, [row for both, row in ends if both <= articles])]


def _rows(source: Connection, model: type[Any], condition: ColumnElement[bool]) -> list[Row]:
    table = db.metadata.tables[model.__tablename__]
    columns = [column for column in table.columns if column.computed is None]
    return [dict(row) for row in source.execute(select(*columns).where(condition)).mappings()]
