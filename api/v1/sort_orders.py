"""The possible orders of the lists of version 1, by the value of the query parameter `sort`.

Each function returns a dictionary such as `{"title": …, "-title": …}`. A key with `-` is the descending
order. Rows with equal values are sorted by the time of loading, newest first.

A KeyTable has the sort keys as columns. It is the table of the listed rows, or an index of this table.
"""

from api.database.base import table_of
from api.listing.orders import Key, KeyTable, Order, Orders, key_table, order_pair
from api.models import UNDATED, UNSCORED, Article, Change, Entity, RelatedLink, Story, Takeaway

# The values of `sort` that order articles by a time.
ARTICLE_TIME_SORTS = ("published_at", "created_at", "updated_at")
# The columns by which entities are ordered, which are also values of `sort`.
ENTITY_KEYS = ("article_count", "mention_count", "name")

ARTICLES, STORIES, TAKEAWAYS, ENTITIES, LINKS = (
    key_table(table_of(each)) for each in (Article, Story, Takeaway, Entity, RelatedLink)
)
CHANGES = table_of(Change)


def article_orders(table: KeyTable) -> Orders:
    """Return the sort orders of a list of articles, by the value of the query parameter `sort`.

    `table` has the columns to sort by. A table without titles has no orders by title.
    """
    columns, ties = table.columns, (table.number,)
    by_time = order_pair("published_at", columns["published_key"], ties, UNDATED)
    for name in ("created_at", "updated_at"):
        by_time |= order_pair(name, columns[name], ties)
    return by_time | (order_pair("title", columns["title"], ties) if "title" in columns else {})


def story_orders(table: KeyTable) -> Orders:
    """Return the sort orders of a list of stories, by the value of the query parameter `sort`.

    The values are `last_published_at` and `article_count`, each also with `-` (descending). `table` is the
    table with the columns to sort by.
    """
    columns, ties = table.columns, (table.number,)
    by_time = order_pair("last_published_at", columns["last_published_key"], ties, UNDATED)
    return by_time | order_pair("article_count", columns["article_count"], ties)


def takeaway_orders(table: KeyTable) -> Orders:
    """Return the sort orders of a list of takeaways (key points), by the value of the query parameter `sort`.

    `table` has the columns to sort by. Takeaways of one article always keep their order in the article.
    """
    return order_pair("published_at", table.columns["published_key"], (table.number,), UNDATED)


def takeaway_orders_in_article() -> Orders:
    """Return the sort orders of the takeaways of one article, by the value of the query parameter `sort`.

    All values give the order in which the article lists its takeaways.
    """
    return order_pair("published_at", None, (TAKEAWAYS.number,))


def entity_orders(table: KeyTable = ENTITIES, mention_count: Key | None = None) -> Orders:
    """Return the sort orders of a list of entities, by the value of the query parameter `sort`.

    Args:
        table: The table with the columns to sort by.
        mention_count: The column for the order `mention_count`, or None for the column of `table`.
    """
    columns, ties = table.columns, (table.number,)
    orders: Orders = {}
    for name in ENTITY_KEYS:
        key = columns[name] if name != "mention_count" or mention_count is None else mention_count
        orders |= order_pair(name, key, ties)
    return orders


def co_mentioned_orders(shared_article_count: Key) -> Orders:
    """Return the sort orders of co-mentioned entities, by the value of the query parameter `sort`.

    Co-mentioned entities are in the same articles as a given entity. `shared_article_count` is the column
    with the number of these articles.
    """
    ties = (ENTITIES.number,)
    by_count = order_pair("shared_article_count", shared_article_count, ties)
    return by_count | order_pair("name", ENTITIES.columns["name"], ties)


def related_link_orders(table: KeyTable) -> Orders:
    """Return the sort orders of a list of related links, by the value of the query parameter `sort`.

    `table` has the columns to sort by. Links of one article with equal values keep their order in the
    article.
    """
    columns = table.columns
    ties = (columns["article"], columns["precedence"])
    by_time = order_pair("published_at", columns["published_key"], ties, UNDATED)
    return by_time | order_pair("score", columns["score_key"], ties, UNSCORED)


def related_link_orders_in_article() -> Orders:
    """Return the sort orders of the related links of one article, by the value of the query parameter `sort`.

    All links of an article have the same `published_at`, so both orders by this time are the order in the
    article.
    """
    columns = LINKS.columns
    ties = (columns["precedence"],)
    by_time = order_pair("published_at", None, ties)
    return by_time | order_pair("score", columns["score_key"], ties, UNSCORED)


# The sort orders of the revisions of an article.
REVISION_ORDERS = {
    "revision": Order(CHANGES.c.revision, (), descending=False),
    "-revision": Order(CHANGES.c.revision, (), descending=True),
}
ARTICLE_SORTS = tuple(article_orders(ARTICLES))
STORY_SORTS = tuple(story_orders(STORIES))
TAKEAWAY_SORTS = tuple(takeaway_orders(TAKEAWAYS))
ENTITY_SORTS = tuple(entity_orders())
CO_MENTIONED_SORTS = tuple(co_mentioned_orders(ENTITIES.columns["article_count"]))
RELATED_LINK_SORTS = tuple(related_link_orders(LINKS))
