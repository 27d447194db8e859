"""Write and delete the rows that depend on an article, such as takeaways, entities and search terms."""

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import (
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleTerms,
    Posting,
    RelatedLink,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
)
from seeds.bulk import insert_rows
from seeds.linking.computed_links import remove_computed_links_to
from seeds.linking.neighbours import insert_features
from seeds.storing.article_entities import PreviousMentions, update_entity_counts, upsert_entities
from seeds.storing.article_record import ArticleRecord
from seeds.storing.derivation import DerivedData
from seeds.storing.row_builders import (
    article_entity_rows,
    article_terms,
    facet_rows,
    related_rows,
    takeaway_entity_rows,
    takeaway_rows,
    takeaway_terms_rows,
)

IDENTITY: BindParameter[UUID] = bindparam("identity")
MENTIONS = select(ArticleEntity.entity_id, ArticleEntity.mentions).where(ArticleEntity.article_id == IDENTITY)
# When a takeaway is deleted, a foreign key also deletes its search terms and entities.
DELETES = [
    delete(table).where(table.c.article_id == IDENTITY)
    for table in map(table_of, (Takeaway, ArticleEntity, ArticleFacet, RelatedLink, ArticleFeatures, Posting))
]
TERMS = table_of(ArticleTerms)
# This statement sets the columns that are named in the parameters.
UPDATE_TERMS = update(TERMS).where(TERMS.c.article_id == IDENTITY)


def write_derived_rows(
    connection: Connection,
    identity: UUID,
    record: ArticleRecord,
    derived: DerivedData,
    timestamps: dict[str, Any],
    *,
    is_new: bool,
) -> None:
    """Replace the rows that depend on an article, such as takeaways, entities, links and search terms.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the article.
        record: The content of the article.
        derived: The data that was derived from the content.
        timestamps: `created_at` and `updated_at` of the article.
        is_new: True if the article has no dependent rows to delete.
    """
    types, new = upsert_entities(connection, derived.entities)
    before = {} if is_new else delete_derived_rows(connection, identity)
    insert_rows(connection, Takeaway, takeaway_rows(identity, record, derived.evidence))
    insert_rows(connection, ArticleEntity, article_entity_rows(identity, derived.entities))
    insert_rows(connection, TakeawayEntity, takeaway_entity_rows(identity, record, derived.entities))
    insert_rows(connection, RelatedLink, related_rows(identity, record))
    _write_index_rows(
        connection, identity, record, facet_rows(identity, record, types, timestamps), is_new=is_new
    )
    update_entity_counts(connection, derived.entities, before, new)
    insert_features(connection, identity, derived.vector, record.columns["published_asc"])


def delete_derived_rows(connection: Connection, identity: UUID) -> PreviousMentions:
    """Delete the rows that depend on an article: takeaways, entities, rows for filters, features and links.

    Features are the weighted words by which articles are compared. Links that were computed by comparing
    articles are deleted too if they lead to this article. Links to it that the pages of other articles list
    remain, but lose their scores, which came from the comparison. `identity` is the id of the article.

    Returns:
        What the article mentioned: for each entity, by its id, the text of each mention.
    """
    remove_computed_links_to(connection, identity)
    rows = connection.execute(MENTIONS, {"identity": identity}).all()
    before = {row.entity_id: [mention["text"] for mention in row.mentions] for row in rows}
    for statement in DELETES:
        connection.execute(statement, {"identity": identity})
    return before


def _write_index_rows(
    connection: Connection,
    identity: UUID,
    record: ArticleRecord,
    facets: list[dict[str, Any]],
    *,
    is_new: bool,
) -> None:
    """Write the rows by which the API filters and searches for an article.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the article.
        record: The content of the article, from which the search terms are made.
        facets: The rows for filters, such as one for each entity of the article.
        is_new: True if the article has no row with its search terms yet. If False, this row is updated. All
            other rows are inserted, so the caller must have deleted the former ones.
    """
    insert_rows(connection, ArticleFacet, facets)
    insert_rows(connection, TakeawayTerms, takeaway_terms_rows(identity, record))
    terms = article_terms(record)
    if is_new or connection.execute(UPDATE_TERMS, {"identity": identity} | terms).rowcount == 0:
        insert_rows(connection, ArticleTerms, [{"article_id": identity} | terms])
