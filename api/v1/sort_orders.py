"""The orders of each collection, over any table that has its keys: the model, or one that filters it."""

from typing import Any

from api.listing.orders import Order, orders, sorts
from api.models import Article, ArticleEntity, Change, Entity, RelatedLink, Takeaway

TIMES = ("published_at", "created_at", "updated_at")


def article_orders(holder: Any) -> dict[str, Order]:
    """Give the orders of articles over `holder`: by times, and by title where it has that."""
    by_time = sorts(
        published_at=orders((holder.published_asc, holder.id), (holder.published_desc, holder.id)),
        created_at=orders((holder.created_at, holder.id)),
        updated_at=orders((holder.updated_at, holder.id)),
    )
    return by_time | sorts(title=orders((holder.title, holder.id))) if hasattr(holder, "title") else by_time


def takeaway_orders(holder: Any) -> dict[str, Order]:
    """Give the orders of takeaways over `holder`; those of one article always come as on its page."""
    return sorts(
        published_at=orders(
            (holder.published_asc, holder.article_id),
            (holder.published_desc, holder.article_id),
            tail=holder.position,
        )
    )


def entity_orders(holder: Any) -> dict[str, Order]:
    """Give the orders of entities over `holder`."""
    return sorts(
        article_count=orders((holder.article_count, holder.id)),
        mention_count=orders((holder.mention_count, holder.id)),
        name=orders((holder.name, holder.id)),
    )


def co_mentioned_orders(shared_article_count: Any) -> dict[str, Order]:
    """Give the orders of the entities beside another one, with each of which it shares so many articles."""
    return sorts(
        shared_article_count=orders((shared_article_count, Entity.id)),
        name=orders((Entity.name, Entity.id)),
    )


def related_link_orders(holder: Any) -> dict[str, Order]:
    """Give the orders of related links over `holder`; those of one article always come by their position."""
    return sorts(
        published_at=orders(
            (holder.published_asc, holder.article_id),
            (holder.published_desc, holder.article_id),
            tail=holder.place,
        ),
        score=orders(
            (holder.score_asc, holder.article_id),
            (holder.score_desc, holder.article_id),
            tail=holder.place,
        ),
    )


# Those of the entities of one article, where `mention_count` is that article's.
ARTICLE_ENTITY_ORDERS = entity_orders(Entity) | sorts(
    mention_count=orders((ArticleEntity.mention_count, ArticleEntity.entity_id))
)
# Of the revisions of one article, which have an index in the order in which they were made.
REVISION_ORDERS = sorts(revision=orders((Change.revision,)))
ARTICLE_SORTS = tuple(article_orders(Article))
TAKEAWAY_SORTS = tuple(takeaway_orders(Takeaway))
ENTITY_SORTS = tuple(entity_orders(Entity))
CO_MENTIONED_SORTS = tuple(co_mentioned_orders(Entity.shared_article_count))
RELATED_LINK_SORTS = tuple(related_link_orders(RelatedLink))
