"""Measure how long it takes only to insert rows, to find out how much of seeding is the database."""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, func, select

from api.database.base import table_of
from api.models import (
    MAX_TAKEAWAYS,
    Article,
    ArticleDocument,
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleMentions,
    ArticleSlug,
    Change,
    Entity,
    EntityName,
    EntitySlug,
    Folder,
    Posting,
    RelatedLink,
    Takeaway,
    TakeawayEntity,
    takeaway_number,
)
from seeds.bulk import insert_rows
from seeds.storing.search_rows import SearchTerms, insert_search_rows, read_search_terms
from seeds.storing.transactions import transactions

Row = Mapping[str, Any]
# The number of documents in a transaction, as `flask seed load` has it.
BATCH_SIZE = 100
PART_MODELS = (
    ArticleDocument,
    ArticleEntity,
    ArticleMentions,
    ArticleFacet,
    ArticleFeatures,
    Posting,
)
TAKEAWAY_COLUMNS = ((Takeaway, Takeaway.number), (TakeawayEntity, TakeawayEntity.takeaway))
ENTITY_COLUMNS = ((Entity, Entity.number), (EntitySlug, EntitySlug.entity), (EntityName, EntityName.entity))


class Batch(NamedTuple):
    """The rows that seeding several documents has added to the database.

    `rows` has pairs of a model and its rows, in the order in which they can be inserted, and `terms` the
    search terms by the number of the article.
    """

    rows: Sequence[tuple[type[Any], Sequence[Row]]]
    terms: dict[int, SearchTerms]


def insert_rows_of_documents(seeded: Engine, before: Engine, skip: int = 0) -> float:
    """Copy the rows of documents into a second database, and return the seconds that this takes.

    The rows of `BATCH_SIZE` documents are inserted in one transaction.

    Args:
        seeded: The database to copy from.
        before: The database to copy into, in the state before the documents were seeded.
        skip: The number of documents that both databases already contain.
    """
    seconds = 0.0
    with seeded.connect() as source, transactions(before, print) as begin:
        with begin() as connection:
            folders = connection.scalars(select(Folder.number)).all()
            last_entity = connection.scalar(select(func.max(Entity.number))) or 0
            insert_rows(connection, Folder, _rows(source, Folder, Folder.number.not_in(folders)))
        for batch in _batches(source, skip, last_entity):
            started = time.perf_counter()
            with begin() as connection:
                for model, each in batch.rows:
                    insert_rows(connection, model, each)
                insert_search_rows(connection, batch.terms)
            seconds += time.perf_counter() - started
    return seconds


def _batches(source: Connection, skip: int, last_entity: int) -> Iterator[Batch]:
    """Yield the rows of batches of documents.

    Args:
        source: A connection to the database with the rows.
        skip: The number of documents to leave out at the beginning.
        last_entity: The highest number of an entity that the other database already contains.
    """
    numbers = source.scalars(select(Article.number).order_by(Article.number).offset(skip)).all()
    for start in range(0, len(numbers), BATCH_SIZE):
        several = numbers[start : start + BATCH_SIZE]
        first, last = several[0], several[-1]
        in_batch = Article.number.between(first, last)
        ids = select(Article.id).where(in_batch)
        mentioned = select(func.max(ArticleEntity.entity)).where(ArticleEntity.article.between(first, last))
        highest = max(source.scalar(mentioned) or 0, last_entity)
        ends = takeaway_number(first, MAX_TAKEAWAYS), takeaway_number(last, 0)
        # A link to a later article belongs to the batch of that article.
        later_end = func.coalesce(RelatedLink.target, 0)
        is_link = func.max if source.dialect.name == "sqlite" else func.greatest
        conditions: list[tuple[type[Any], ColumnElement[bool]]] = [
            (Article, in_batch),
            *((model, column.between(last_entity + 1, highest)) for model, column in ENTITY_COLUMNS),
            *((model, model.article.between(first, last)) for model in PART_MODELS),
            *((model, column.between(*ends)) for model, column in TAKEAWAY_COLUMNS),
            (ArticleSlug, ArticleSlug.article_id.in_(ids)),
            (Change, Change.article_id.in_(ids)),
            (RelatedLink, is_link(RelatedLink.article, later_end).between(first, last)),
        ]
        last_entity = highest
        rows = [(model, _rows(source, model, condition)) for model, condition in conditions]
        yield Batch(rows, read_search_terms(source, several))


def _rows(source: Connection, model: type[Any], condition: ColumnElement[bool]) -> list[Row]:
    return [dict(row) for row in source.execute(select(table_of(model)).where(condition)).mappings()]
