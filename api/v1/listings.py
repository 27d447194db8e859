"""Pages of takeaways, related links, entities and revisions, and the statements that select their rows."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, func, select

from api.database.base import table_of, without_index
from api.database.request_connection import request_connection
from api.listing.keyset import Plan, PlannedRows, RowSource
from api.listing.pages import Collection, Page, make_page
from api.listing.plans import MAX_PLANS, FilterForm, Listing, values_of
from api.listing.sorted_rows import SortedRows
from api.models import (
    ArticleEntity,
    ArticleFacet,
    takeaway_place,
)
from api.resources.former_ids import former_ids_of_entity
from api.resources.lookup import REVISION_ROWS
from api.resources.references import find_references
from api.resources.serialization import Shape, select_keys
from api.urls import settings
from api.v1 import filters, schemas
from api.v1.json_values import (
    Values,
    article_reference,
    entity_values,
    link_values,
    mention_values,
    reason_entities,
    takeaway_links,
    takeaway_part,
)
from api.v1.part_rows import (
    ENTITY_COLUMNS,
    LINK_ROWS,
    TAKEAWAY_ROWS,
    read_references,
    read_takeaway_entities,
)
from api.v1.sort_orders import (
    ENTITIES,
    LINKS,
    REVISION_ORDERS,
    TAKEAWAYS,
    co_mentioned_orders,
    entity_orders,
    related_link_orders,
    takeaway_orders,
)

Parameters = Mapping[str, Any]
Rows = Sequence[Any]

FACETS, MENTIONED = table_of(ArticleFacet), table_of(ArticleEntity)

ALL_TAKEAWAYS = Listing(TAKEAWAYS, TAKEAWAY_ROWS, takeaway_orders)
ALL_LINKS = Listing(LINKS, LINK_ROWS, related_link_orders)
ALL_ENTITIES = Listing(ENTITIES, select(*ENTITY_COLUMNS), entity_orders)


# The entities of an article, with the numbers of mentions there.
ARTICLE_ENTITY_ROWS = (
    select(*ENTITY_COLUMNS)
    .add_columns(MENTIONED.c.position, MENTIONED.c.mention_count.label("own_mention_count"))
    .join_from(MENTIONED, ENTITIES.table, ENTITIES.number == MENTIONED.c.entity)
    .where(MENTIONED.c.article == bindparam("article", type_=MENTIONED.c.article.type))
)
_entity = bindparam("entity", type_=MENTIONED.c.entity.type)
# Count the shared articles of all entities first and filter afterwards. Counting then reads only the indexes
# of articles and entities.
SHARED = (
    select(MENTIONED.c.entity, func.count().label("articles"))
    .join_from(FACETS, MENTIONED, MENTIONED.c.article == FACETS.c.article)
    .where(FACETS.c.facet == _entity, MENTIONED.c.entity != _entity)
    .group_by(MENTIONED.c.entity)
    .subquery("shared")
)
CO_MENTIONED_ROWS = select(*ENTITY_COLUMNS, SHARED.c.articles.label("shared_article_count")).join_from(
    SHARED, ENTITIES.table, ENTITIES.number == SHARED.c.entity
)


def _collection(
    source: RowSource,
    shape: type[Shape],
    parameters: Parameters,
    values: Callable[[Rows], list[Values]],
    meta: Values | None = None,
) -> Collection:
    """Return a collection of items with the requested keys.

    Args:
        source: The rows of the collection.
        shape: The schema class of a page.
        parameters: The validated query parameters.
        values: Returns the JSON values of rows, with all keys.
        meta: Further members of `meta`, such as `warnings`.
    """

    def items(rows: Rows) -> list[Any]:
        return select_keys(shape, parameters, values(rows))

    return Collection(source, items, meta or {})


def _page(
    collection: Collection,
    parameters: Parameters,
    scope: Any = None,
    former_scopes: Callable[[], Iterable[UUID]] = tuple,
) -> Page:
    """Return a page of `collection`.

    Args:
        collection: The items that match the query.
        parameters: The validated query parameters.
        scope: The row of the article or entity that the collection belongs to, or None.
        former_scopes: Returns the earlier ids of this article or entity, which cursors can still contain.
    """
    return make_page(
        collection.source,
        parameters,
        collection.items,
        scope=scope and scope.id,
        former_scopes=former_scopes,
        more_meta=collection.meta,
    )


def takeaway_page(parameters: Parameters, article: Any = None) -> Page:
    """Return a page of the takeaways (key points) that match the query `parameters`.

    If `article` (the row of an article) is given, only its takeaways match.
    """
    return _page(takeaway_collection(parameters, article), parameters, article)


def takeaway_collection(parameters: Parameters, article: Any = None) -> Collection:
    """Return all takeaways that match the query `parameters`, without a division into pages.

    If `article` (the row of an article) is given, only its takeaways match. The order and the JSON values are
    the same as in `takeaway_page`.
    """
    references = find_references(parameters)
    matching = filters.takeaway_filters(parameters, references, article and article.number)
    source = ALL_TAKEAWAYS.select(matching, parameters["sort"])
    return _collection(source, schemas.TakeawayPage, parameters, takeaway_items, references.meta())


def takeaway_items(rows: Rows) -> list[Values]:
    """Return the JSON values of `rows`, rows of takeaways with their articles."""
    base_url = settings().base_url
    entities = read_takeaway_entities(request_connection(), [row.number for row in rows])
    return [
        takeaway_part(row.id, takeaway_place(row.number)[1], row.text, row.evidence)
        | {
            "entities": entities[row.number],
            "article": article_reference(row.article_id, row.article_slug, row.article_title),
            "links": takeaway_links(row.id, row.article_slug, base_url),
        }
        for row in rows
    ]


def related_link_page(parameters: Parameters, article: Any = None) -> Page:
    """Return a page of the related links that match the query `parameters`.

    If `article` (the row of an article) is given, only the links from this article match.
    """
    matching = filters.related_link_filters(parameters, article and article.number)
    source = ALL_LINKS.select(matching, parameters["sort"])
    collection = _collection(source, schemas.RelatedLinkPage, parameters, related_link_items)
    return _page(collection, parameters, article)


def related_link_items(rows: Rows) -> list[Values]:
    """Return the JSON values of `rows`, rows of related links with their articles and targets."""
    base_url = settings().base_url
    reasons = [orjson.loads(row.reasons) for row in rows]
    numbers = sorted({number for each in reasons for number in reason_entities(each)})
    entities = read_references(request_connection(), numbers)
    return [
        link_values(
            row,
            own_reasons,
            entities,
            article_reference(row.article_id, row.article_slug, row.article_title),
            base_url,
            position=row.position,
        )
        for row, own_reasons in zip(rows, reasons, strict=True)
    ]


def entity_page(parameters: Parameters) -> Page:
    """Return a page of the entities that match the query `parameters`."""
    return _page(entity_collection(parameters), parameters)


def entity_collection(parameters: Parameters) -> Collection:
    """Return all entities that match the query `parameters`, without a division into pages.

    The order and the JSON values are the same as in `entity_page`.
    """
    source = ALL_ENTITIES.select(filters.entity_filters(parameters), parameters["sort"])
    return _collection(source, schemas.EntityPage, parameters, entity_items)


def entity_items(rows: Rows) -> list[Values]:
    """Return the JSON values of `rows`, rows of entities."""
    base_url = settings().base_url
    return [entity_values(row, base_url) for row in rows]


def article_entity_page(parameters: Parameters, article: Any) -> Page:
    """Return a page of the entities in an article that match the query `parameters`.

    `article` is the row of the article. Its attribute `mentions` has the mentions of the entities.
    """
    matching = filters.entity_filters(parameters)
    plan = _article_entity_plan(parameters["sort"], tuple(each.form for each in matching))
    source = PlannedRows(plan, values_of(matching) | {"article": article.number})
    values = partial(article_entity_items, mentions=article.mentions)
    return _page(_collection(source, schemas.MentionedEntityPage, parameters, values), parameters, article)


@lru_cache(maxsize=MAX_PLANS)
def _article_entity_plan(sort: str, forms: tuple[FilterForm, ...]) -> Plan:
    rows = ARTICLE_ENTITY_ROWS.where(*[without_index(form.condition(ENTITIES)) for form in forms])
    return SortedRows(rows, entity_orders(mention_count=MENTIONED.c.mention_count)[sort])


def article_entity_items(rows: Rows, mentions: Sequence[Any]) -> list[Values]:
    """Return the JSON values of `rows`, rows of entities of an article.

    `mentions` is the value of `ArticleMentions.mentions` of the article.
    """
    base_url = settings().base_url
    return [
        entity_values(row, base_url, mention_count=row.own_mention_count)
        | {"mentions": mention_values(mentions[row.position - 1])}
        for row in rows
    ]


def co_mentioned_page(parameters: Parameters, entity: Any) -> Page:
    """Return a page of the entities that some article mentions together with a given entity.

    The result has only entities that match the query `parameters`, each with its count of shared articles.
    `entity` is the row of the given entity.
    """
    matching = filters.entity_filters(parameters)
    plan = _co_mentioned_plan(parameters["sort"], tuple(each.form for each in matching))
    source = PlannedRows(plan, values_of(matching) | {"entity": entity.number})
    former_ids = partial(former_ids_of_entity, entity)
    collection = _collection(source, schemas.CoMentionedEntityPage, parameters, co_mentioned_items)
    return _page(collection, parameters, entity, former_ids)


@lru_cache(maxsize=MAX_PLANS)
def _co_mentioned_plan(sort: str, forms: tuple[FilterForm, ...]) -> Plan:
    rows = CO_MENTIONED_ROWS.where(*[without_index(form.condition(ENTITIES)) for form in forms])
    return SortedRows(rows, co_mentioned_orders(SHARED.c.articles)[sort])


CO_MENTIONED_KEYS = tuple(schemas.CoMentionedEntity().fields)


def co_mentioned_items(rows: Rows) -> list[Values]:
    """Return the JSON values of entities that articles mention together with a given entity.

    Each has the number of articles that mention both. `rows` are rows of the statement CO_MENTIONED_ROWS.
    """
    names = CO_MENTIONED_KEYS
    items = []
    for row, values in zip(rows, entity_items(rows), strict=True):
        values["shared_article_count"] = row.shared_article_count
        items.append({name: values[name] for name in names})
    return items


def revisions(article: Any, parameters: Parameters) -> RowSource:
    """Return the revisions (versions) of an article, including the current revision, for `make_page`.

    Each row of the result is the change that created a revision. `article` is the id of the article, and
    `parameters` are the validated query parameters.
    """
    return PlannedRows(REVISION_PLANS[parameters["sort"]], {"article_id": article})


REVISION_PLANS = {sort: SortedRows(REVISION_ROWS, order) for sort, order in REVISION_ORDERS.items()}
