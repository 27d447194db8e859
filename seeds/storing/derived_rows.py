"""Write and delete the rows that depend on articles, such as takeaways, entities and search terms."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select

from api.database.base import table_of
from api.models import (
    ArticleEntity,
    ArticleFacet,
    ArticleMentions,
    FacetList,
    NamedFacet,
    RelatedLink,
    Takeaway,
    TakeawayEntity,
    takeaway_range,
)
from seeds.bulk_statements import insert_rows
from seeds.linking.computed_links import remove_links_of
from seeds.linking.inverted_index import delete_features
from seeds.linking.vector_cache import VectorCache
from seeds.preparing.article_record import ArticleRecord
from seeds.preparing.prepared_article import PackedContent, PreparedData
from seeds.search_index.search_rows import (
    delete_search_rows,
    insert_search_rows,
    read_search_terms,
)
from seeds.storing.entities.article_entities import (
    PreviousMentions,
    update_entity_counts,
    upsert_entities,
)
from seeds.storing.entities.entity_replacement import replace_unmentioned
from seeds.storing.facet_counts import add_facet_counts, delete_facet_lists
from seeds.storing.rendering import delete_renderings
from seeds.storing.row_builders import (
    article_entity_rows,
    facet_list_row,
    facet_rows,
    listed_link_rows,
    named_facets,
    takeaway_entity_rows,
    takeaway_rows,
)

ARTICLE: BindParameter[int] = bindparam("article")
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
MENTIONS = (
    select(ArticleEntity.entity, ArticleMentions.mentions)
    .join_from(ArticleEntity, ArticleMentions, ArticleMentions.article == ArticleEntity.article)
    .where(ArticleEntity.article == ARTICLE)
    .order_by(ArticleEntity.position)
)
FIRST_TAKEAWAY: BindParameter[int] = bindparam("first_takeaway")
LAST_TAKEAWAY: BindParameter[int] = bindparam("last_takeaway")
TAKEAWAYS, TAKEAWAY_ENTITIES = table_of(Takeaway), table_of(TakeawayEntity)
DELETES = [
    delete(TAKEAWAYS).where(TAKEAWAYS.c.number.between(FIRST_TAKEAWAY, LAST_TAKEAWAY)),
    delete(TAKEAWAY_ENTITIES).where(TAKEAWAY_ENTITIES.c.takeaway.between(FIRST_TAKEAWAY, LAST_TAKEAWAY)),
    *(
        delete(table).where(table.c.article == ARTICLE)
        for table in map(table_of, (ArticleEntity, ArticleMentions, ArticleFacet))
    ),
]
LINKING_ARTICLES = select(RelatedLink.article).where(RelatedLink.target.in_(NUMBERS)).distinct()


@dataclass(frozen=True)
class DerivedArticle:
    """An article with the data that was derived from it, ready to be written.

    Attributes:
        number: The database number of the article.
        story: The database number of its story.
        id: The public id of the article.
        record: The content.
        packed: The content in the form that the database stores.
        derived: The data that was derived from the content.
        created_at: When the article was first loaded.
        updated_at: When its content last changed.
    """

    number: int
    story: int
    id: UUID
    record: ArticleRecord
    packed: PackedContent
    derived: PreparedData
    created_at: datetime
    updated_at: datetime

    @property
    def timestamps(self) -> dict[str, Any]:
        """The values of the columns `created_at` and `updated_at`."""
        return {"created_at": self.created_at, "updated_at": self.updated_at}


def insert_derived_rows(
    connection: Connection, articles: Sequence[DerivedArticle], previous: PreviousMentions | None = None
) -> None:
    """Insert the rows that depend on articles, such as takeaways, entities, listed links and search terms.

    Listed links are the entries in a page's list of related articles. Feature vectors are not inserted (see
    `seeds.linking`).

    Args:
        connection: In a write transaction.
        articles: Articles without such rows in the database.
        previous: The former mentions of a single article that is stored again (see `delete_derived_rows`).
            None for new articles.
    """
    entities = upsert_entities(connection, [each.derived.entities for each in articles])
    rows: dict[Any, list[dict[str, Any]]] = {
        model: []
        for model in (
            *(Takeaway, ArticleEntity, ArticleMentions, TakeawayEntity),
            *(ArticleFacet, FacetList, RelatedLink),
        )
    }
    current: list[dict[int, int]] = []
    facets: list[dict[int, NamedFacet]] = []
    for each in articles:
        derived, record = each.derived, each.record
        known = [entities[found.id] for found in derived.entities]
        numbers = [entity.number for entity in known]
        named = named_facets(record, {entity.record.type for entity in known})
        facets.append(named)
        rows[Takeaway] += takeaway_rows(each.number, each.id, record, derived.evidence)
        rows[ArticleEntity] += article_entity_rows(each.number, derived.entities, numbers)
        if numbers:
            rows[ArticleMentions].append({"article": each.number, "mentions": derived.mentions})
        rows[TakeawayEntity] += takeaway_entity_rows(each.number, record, derived.takeaway_entities, numbers)
        rows[ArticleFacet] += facet_rows(each.number, record, numbers, named, each.timestamps)
        rows[FacetList].append(facet_list_row(each.number, each.story, numbers, named))
        rows[RelatedLink] += listed_link_rows(each.number, each.id, record)
        current.append(
            {number: found.mention_count for number, found in zip(numbers, derived.entities, strict=True)}
        )
    for model, several in rows.items():
        insert_rows(connection, model, several)
    add_facet_counts(connection, facets)
    insert_search_rows(connection, {each.number: each.packed.terms for each in articles})
    former = [previous or {}, *({} for _ in current[1:])]
    update_entity_counts(connection, zip(current, former, strict=True))
    if previous:
        texts = articles[0].derived.mention_texts
        replace_unmentioned(connection, previous, dict(zip(current[0], texts, strict=True)))


def delete_derived_rows(connection: Connection, article: int, vectors: VectorCache) -> PreviousMentions:
    """Delete the rows that depend on an article, such as takeaways, entities, features and links.

    Links of similar articles to this article are deleted, too. Entries in other pages' lists of related
    articles stay, without scores. The stored JSON of the article and of all articles that linked to it is
    deleted.

    Args:
        connection: In a write transaction.
        article: The database number of the article.
        vectors: The cache from which the article's features (weighted words and entities) are removed.

    Returns:
        The texts of the article's mentions, by the number of the entity.
    """
    delete_renderings(connection, [article, *connection.scalars(LINKING_ARTICLES, {"numbers": [article]})])
    delete_search_rows(connection, read_search_terms(connection, [article]))
    delete_features(connection, article, vectors)
    remove_links_of(connection, article)
    delete_facet_lists(connection, [article])
    rows = connection.execute(MENTIONS, {"article": article}).all()
    previous = {
        row.entity: [mention[-1] for mention in mentions]
        for row, mentions in zip(rows, rows[0].mentions if rows else (), strict=True)
    }
    first, last = takeaway_range(article)
    parameters = {"article": article, "first_takeaway": first, "last_takeaway": last}
    for statement in DELETES:
        connection.execute(statement, parameters)
    return previous
