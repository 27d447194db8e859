"""The orders in which the lists of version 1 can be sorted, by the value of the parameter `sort`.

Each function returns a dictionary such as `{"title": …, "-title": …}`, with an ascending and a descending
order for each key. Most functions take a KeyTable, the table whose columns are sorted: the table of the
listed rows, or an index table that repeats their sort keys.
"""

from typing import Any

from api.listing.orders import Order, named_orders, order_pair
from api.listing.plans import KeyTable
from api.models import Article, ArticleEntity, Change, Entity, RelatedLink, Takeaway

# The values of `sort` that order articles by a time.
ARTICLE_TIME_SORTS = ("published_at", "created_at", "updated_at")


def article_orders(table: KeyTable) -> dict[str, Order]:
    """Return the orders of lists of articles by the value of `sort`, such as `title` or `-title`.

    A `-` means descending. `table` is the table with the columns to sort by. The orders by title are left out
    if the table has no titles.
    """
    by_time = named_orders(
        published_at=order_pair((table.published_asc, table.id), (table.published_desc, table.id)),
        created_at=order_pair((table.created_at, table.id)),
        updated_at=order_pair((table.updated_at, table.id)),
    )
    return (
        by_time | named_orders(title=order_pair((table.title, table.id)))
        if hasattr(table, "title")
        else by_time
    )


def takeaway_orders(table: KeyTable) -> dict[str, Order]:
    """Return the orders of lists of takeaways (key points of articles) by the value of `sort`.

    The values are `published_at` and `-published_at` (descending). Both keep the takeaways of one article in
    ascending order of their `position`. `table` is the table with the columns to sort by.
    """
    return named_orders(
        published_at=order_pair(
            (table.published_asc, table.article_id),
            (table.published_desc, table.article_id),
            tail=table.position,
        )
    )


def entity_orders(table: KeyTable) -> dict[str, Order]:
    """Return the orders of lists of entities by the value of `sort`, such as `name` or `-name` (descending).

    `table` is the table with the columns to sort by.
    """
    return named_orders(
        article_count=order_pair((table.article_count, table.id)),
        mention_count=order_pair((table.mention_count, table.id)),
        name=order_pair((table.name, table.id)),
    )


def co_mentioned_orders(shared_article_count: Any) -> dict[str, Order]:
    """Return the sort orders of entities mentioned together with a given entity, by the value of `sort`.

    The values are `shared_article_count` and `name`, each also with `-` (descending). The argument is the
    column with the number of articles that mention both entities.
    """
    return named_orders(
        shared_article_count=order_pair((shared_article_count, Entity.id)),
        name=order_pair((Entity.name, Entity.id)),
    )


def related_link_orders(table: KeyTable) -> dict[str, Order]:
    """Return the orders of lists of related links by the value of `sort`.

    The values are `published_at` and `score`, each also with `-` (descending). Links of one article with
    equal values keep their order in the article. `table` is the table with the columns to sort by.
    """
    return named_orders(
        published_at=order_pair(
            (table.published_asc, table.article_id),
            (table.published_desc, table.article_id),
            tail=table.place,
        ),
        score=order_pair(
            (table.score_asc, table.article_id),
            (table.score_desc, table.article_id),
            tail=table.place,
        ),
    )


# The sort orders of the entities of an article, where `mention_count` counts the mentions in this article.
ARTICLE_ENTITY_ORDERS = entity_orders(Entity) | named_orders(
    mention_count=order_pair((ArticleEntity.mention_count, ArticleEntity.entity_id))
)
# The sort orders of the revisions of an article.
REVISION_ORDERS = named_orders(revision=order_pair((Change.revision,)))
ARTICLE_SORTS = tuple(article_orders(Article))
TAKEAWAY_SORTS = tuple(takeaway_orders(Takeaway))
ENTITY_SORTS = tuple(entity_orders(Entity))
CO_MENTIONED_SORTS = tuple(co_mentioned_orders(Entity.shared_article_count))
RELATED_LINK_SORTS = tuple(related_link_orders(RelatedLink))
