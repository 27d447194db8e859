"""The possible orders of the lists of version 1, by the value of the query parameter `sort`.

Each function returns a dictionary such as `{"title": …, "-title": …}`, with an ascending and a descending
order for each key. In both orders, rows with equal keys are sorted by the time when they were loaded, newest
first. Most functions take a KeyTable, which has the sort keys as columns. A KeyTable is the table of the
listed rows, or an index table that repeats their sort keys.
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

    A value is a key such as `title`, or `-title` for the descending order. `table` is the table with the
    columns to sort by. The orders by title are left out if the table has no titles.
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

    The values are `published_at` and `-published_at` (descending). In both orders, the takeaways of one
    article are in the order in which the article lists them. `table` is the table with the columns to sort
    by.
    """
    return order_pair("published_at", table.columns["published_key"], (table.number,), UNDATED)


def takeaway_orders_in_article() -> Orders:
    """Return the sort orders of the takeaways of one article, by the value of the query parameter `sort`.

    The values are `published_at` and `-published_at`. Both give the order in which the article lists its
    takeaways, because `published_at` is the time of the article.
    """
    return order_pair("published_at", None, (TAKEAWAYS.number,))


def entity_orders(table: KeyTable = ENTITIES, mention_count: Key | None = None) -> Orders:
    """Return the sort orders of a list of entities, by the value of the query parameter `sort`.

    A value is a key such as `name`, or `-name` for the descending order.

    Args:
        table: The table with the columns to sort by.
        mention_count: The column to use for the value `mention_count`, or None for the column of `table`.
    """
    columns, ties = table.columns, (table.number,)
    orders: Orders = {}
    for name in ENTITY_KEYS:
        key = columns[name] if name != "mention_count" or mention_count is None else mention_count
        orders |= order_pair(name, key, ties)
    return orders


def co_mentioned_orders(shared_article_count: Key) -> Orders:
    """Return the sort orders of co-mentioned entities, by the value of the query parameter `sort`.

    Articles mention these entities together with a given entity. The values are `shared_article_count` and
    `name`, each also with `-` (descending). The argument `shared_article_count` is the column with the number
    of articles that mention both entities.
    """
    ties = (ENTITIES.number,)
    by_count = order_pair("shared_article_count", shared_article_count, ties)
    return by_count | order_pair("name", ENTITIES.columns["name"], ties)


def related_link_orders(table: KeyTable) -> Orders:
    """Return the sort orders of a list of related links, by the value of the query parameter `sort`.

    The values are `published_at` and `score`, each also with `-` (descending). Links of one article with
    equal values keep their order in the article. `table` is the table with the columns to sort by.
    """
    columns = table.columns
    ties = (columns["article"], columns["precedence"])
    by_time = order_pair("published_at", columns["published_key"], ties, UNDATED)
    return by_time | order_pair("score", columns["score_key"], ties, UNSCORED)


def related_link_orders_in_article() -> Orders:
    """Return the sort orders of the related links of one article, by the value of the query parameter `sort`.

    The values are `published_at` and `score`, each also with `-` (descending). All links have the same
    `published_at`, the time of the article. Both orders by this time therefore keep the order in which the
    article lists its links.
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
CO_MENTIONED_SORTS = ("shared_article_count", "-shared_article_count", "name", "-name")
RELATED_LINK_SORTS = tuple(related_link_orders(LINKS))
