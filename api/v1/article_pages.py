"""Pages of articles: filtered, searched, sorted, collapsed and counted as the query asks."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select

from api.database.base import table_of
from api.database.request_connection import request_connection
from api.listing.collapsing import first_of_story
from api.listing.keyset import RowSource
from api.listing.pages import Collection, Page, make_page
from api.listing.plans import Listing
from api.models import ARTICLE_INDEX, Article, Rendering
from api.resources.former_ids import former_ids_of_entity, former_ids_of_story
from api.resources.references import find_references
from api.resources.serialization import requested_keys
from api.search.collapsed_ranking import CollapsedRanking
from api.search.ranking import Ranking
from api.v1 import filters, schemas
from api.v1.facets import facet_meta
from api.v1.part_rows import NUMBERS
from api.v1.query_parameters import RELEVANCE
from api.v1.renderings import ITEM_KEYS, list_items, part_items
from api.v1.sort_orders import ARTICLES, article_orders

Rows = Sequence[Any]

RENDERINGS, _articles = table_of(Rendering), table_of(Article)
ITEM_ROWS = select(_articles.c.number, _articles.c.item_key, _articles.c.item_json)
PART_ROWS = select(
    _articles.c.number,
    _articles.c.slug,
    RENDERINGS.c.rendering_key,
    RENDERINGS.c.part_ends,
    RENDERINGS.c.json_gzip,
).outerjoin_from(_articles, RENDERINGS, RENDERINGS.c.article == _articles.c.number)

ARTICLE_ITEMS = Listing(ARTICLES, ITEM_ROWS, article_orders)
ARTICLE_PARTS = Listing(ARTICLES, PART_ROWS, article_orders)
SELECT_ITEMS = ITEM_ROWS.where(_articles.c.number.in_(NUMBERS))
SELECT_PARTS = PART_ROWS.where(_articles.c.number.in_(NUMBERS))


def article_page(parameters: Mapping[str, Any], entity: Any = None, story: Any = None) -> Page:
    """Return a page of the articles that match the query `parameters`.

    If `entity` (the row of an entity) is given, only articles that mention it match. If `story` (the row of a
    story) is given, only its articles match.
    """
    collection, scope = article_collection(parameters, entity, story), entity or story
    former_ids = former_ids_of_story if story else former_ids_of_entity
    return make_page(
        collection.source,
        parameters,
        collection.items,
        scope=scope and scope.id,
        former_scopes=partial(former_ids, scope) if scope else tuple,
        more_meta=collection.meta,
    )


def article_collection(parameters: Mapping[str, Any], entity: Any = None, story: Any = None) -> Collection:
    """Return all articles that match the query `parameters`, without a division into pages.

    `entity` is the row of an entity that the articles must mention. `story` is the row of a story that they
    must belong to.
    """
    names, query = requested_keys(schemas.ArticlePage, parameters), parameters.get("q")
    references, sort = find_references(parameters), parameters["sort"]
    conditions = filters.article_filters(
        parameters, references, entity and entity.number, story and story.number
    )
    search = Ranking(query, conditions, ARTICLES) if query else None
    has_parts, is_ranked = not set(names) <= set(ITEM_KEYS), sort == RELEVANCE
    is_collapsed = "collapse" in parameters
    source: RowSource
    if search and is_ranked:
        source = CollapsedRanking(search) if is_collapsed else search
    else:
        matching = [*conditions, *filters.search_filters(ARTICLE_INDEX, query)]
        listing = ARTICLE_PARTS if has_parts else ARTICLE_ITEMS
        source = listing.select(matching, sort, first_of_story if is_collapsed else None)

    def items(rows: Rows) -> list[Any]:
        found = _read_ranked(rows, has_parts=has_parts) if is_ranked else rows
        return part_items(found, names, query) if has_parts else list_items(found, names)

    return Collection(source, items, facet_meta(parameters, conditions, search) | references.meta())


def _read_ranked(rows: Rows, *, has_parts: bool) -> Rows:
    """Return a row with stored JSON for each ranked article, in the same order.

    Articles that no longer exist are left out.

    Args:
        rows: The ranked articles. A row begins with the internal number of the article.
        has_parts: True for the JSON of whole articles, False for list items.
    """
    if not rows:
        return []
    statement = SELECT_PARTS if has_parts else SELECT_ITEMS
    found = request_connection().execute(statement, {"numbers": [row[0] for row in rows]}).all()
    by_number = {row.number: row for row in found}
    return [by_number[row[0]] for row in rows if row[0] in by_number]
