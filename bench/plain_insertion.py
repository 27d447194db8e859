"""Measure how long it takes only to insert rows, to find out how much of seeding is the database."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Engine, or_, select

from api.database.base import db
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
from seeds.bulk import insert_rows
from seeds.storing.transactions import transactions

Row = Mapping[str, Any]
Rows = list[tuple[type[Any], Sequence[Row]]]
PART_MODELS = (
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


def insert_rows_of_documents(seeded: Engine, before: Engine, skip: int = 0) -> float:
    """Copy the rows of documents into a second database, and return the seconds that this takes.

    The rows of each document are inserted in one transaction.

    Args:
        seeded: The database to copy from.
        before: The database to copy into, in the state before the documents were seeded.
        skip: The number of documents that both databases already contain.
    """
    seconds = 0.0
    with seeded.connect() as source, transactions(before, print) as begin:
        with begin() as connection:
            existing_ids = {
                model: set(connection.scalars(select(model.id))) for model in (Article, Entity, RelatedLink)
            }
        for rows in _documents(source, skip, existing_ids):
            started = time.perf_counter()
            with begin() as connection:
                for model, each in rows:
                    insert_rows(connection, model, each)
            seconds += time.perf_counter() - started
    return seconds


def _documents(source: Connection, skip: int, existing_ids: Mapping[type[Any], set[UUID]]) -> Iterator[Rows]:
    """Yield, for each document, the rows that seeding it has added to the database.

    Args:
        source: A connection to the database with the rows.
        skip: The number of documents to leave out at the beginning.
        existing_ids: For each model, the ids of rows that the other database already contains. These rows are
            left out. The ids of yielded articles and entities are added.
    """
    articles, entities = existing_ids[Article], existing_ids[Entity]
    ordered = select(ArticleTerms.article_id).order_by(ArticleTerms.number).offset(skip)
    for article in source.scalars(ordered).all():
        articles.add(article)
        rows: Rows = [(Article, _rows(source, Article, Article.id == article))]
        parts = {part: _rows(source, part, part.article_id == article) for part in PART_MODELS}
        new = {row["entity_id"] for row in parts[ArticleEntity]} - entities
        entities |= new
        rows += [(Entity, _rows(source, Entity, Entity.id.in_(new)))]
        rows += [
            (model, _rows(source, model, model.entity_id.in_(new))) for model in (EntitySlug, EntityName)
        ]
        rows += parts.items()
        rows += [(ArticleTerms, _rows(source, ArticleTerms, ArticleTerms.article_id == article))]
        takeaways = [row["id"] for row in parts[Takeaway]]
        rows += [(TakeawayTerms, _rows(source, TakeawayTerms, TakeawayTerms.takeaway_id.in_(takeaways)))]
        links = _rows(
            source, RelatedLink, or_(RelatedLink.article_id == article, RelatedLink.target_id == article)
        )
        # A link to a later article belongs to the rows of that article.
        new_links = [
            row
            for row in links
            if {row["article_id"], row["target_id"]} - {None} <= articles
            and row["id"] not in existing_ids[RelatedLink]
        ]
        yield [*rows, (RelatedLink, new_links)]


def _rows(source: Connection, model: type[Any], condition: ColumnElement[bool]) -> list[Row]:
    table = db.metadata.tables[model.__tablename__]
    columns = [column for column in table.columns if column.computed is None]
    return [dict(row) for row in source.execute(select(*columns).where(condition)).mappings()]
