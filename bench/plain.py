"""The rows of a seeded database, by document, and how long it takes to insert them and nothing else."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, or_, select

from api.db import db
from api.execution import insert_rows
from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleSlug,
    ArticleTerms,
    Change,
    Entity,
    EntityName,
    EntitySlug,
    Posting,
    RelatedLink,
    SourceDocument,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
)
from seeds.storing.transactions import transactions

Row = Mapping[str, Any]
Rows = list[tuple[type[Any], Sequence[Row]]]
PARTS = (
    SourceDocument,
    ArticleSlug,
    Change,
    Takeaway,
    ArticleEntity,
    TakeawayEntity,
    ArticleFacet,
    ArticleFeatures,
    Posting,
)


def insert_plainly(seeded: Engine, before: Engine, after: int = 0) -> float:
    """Copy documents of one database into another as it was before; gives the seconds that this took.

    They are those seeded after the first `after` articles. The rows of a document are one transaction, with
    each entity that no document before it has.
    """
    seconds = 0.0
    with seeded.connect() as source, transactions(before, print) as begin:
        with begin() as connection:
            there = {
                model: set(connection.scalars(select(model.id))) for model in (Article, Entity, RelatedLink)
            }
        for rows in _documents(source, after, there):
            started = time.perf_counter()
            with begin() as connection:
                for model, each in rows:
                    insert_rows(connection, model, each)
            seconds += time.perf_counter() - started
    return seconds


def _documents(source: Connection, after: int, there: Mapping[type[Any], set[UUID]]) -> Iterator[Rows]:
    """Yield the rows of one document after the other, but those whose ids are `there`."""
    articles, entities = there[Article], there[Entity]
    ordered = select(ArticleTerms.article_id).order_by(ArticleTerms.number).offset(after)
    for article in source.scalars(ordered).all():
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
        # A link to an article that comes later comes with that.
        ends = [({row["article_id"], row["target_id"]} - {None}, row) for row in links]
        new_links = [row for both, row in ends if both <= articles and row["id"] not in there[RelatedLink]]
        yield [*rows, (RelatedLink, new_links)]


def _rows(source: Connection, model: type[Any], condition: ColumnElement[bool]) -> list[Row]:
    table = db.metadata.tables[model.__tablename__]
    columns = [column for column in table.columns if column.computed is None]
    return [dict(row) for row in source.execute(select(*columns).where(condition)).mappings()]
