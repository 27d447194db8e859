"""What the collections share between routes: their orders, their parameters, what a page loads with them."""

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from api.models import Article, ArticleEntity, Entity, RelatedLink, Takeaway
from api.paging import orders, sorts
from api.parameters import page_parameters

ARTICLE_ORDERS = sorts(
    published_at=orders((Article.published_asc, Article.id), (Article.published_desc, Article.id)),
    created_at=orders((Article.created_at, Article.id)),
    updated_at=orders((Article.updated_at, Article.id)),
    title=orders((Article.title, Article.id)),
)
ENTITY_ORDERS = sorts(
    article_count=orders((Entity.article_count, Entity.id)),
    mention_count=orders((Entity.mention_count, Entity.id)),
    name=orders((Entity.name, Entity.id)),
)
# Inside an article `mention_count` is that article's.
ARTICLE_ENTITY_ORDERS = ENTITY_ORDERS | sorts(
    mention_count=orders((ArticleEntity.mention_count, ArticleEntity.entity_id))
)
TAKEAWAY_ORDERS = sorts(
    published_at=orders(
        (Takeaway.published_asc, Takeaway.article_id),
        (Takeaway.published_desc, Takeaway.article_id),
        tail=Takeaway.position,
    )
)
RELATED_LINK_ORDERS = sorts(
    published_at=orders(
        (RelatedLink.published_asc, RelatedLink.article_id),
        (RelatedLink.published_desc, RelatedLink.article_id),
        tail=RelatedLink.position,
    ),
    score=orders(
        (RelatedLink.score_asc, RelatedLink.article_id),
        (RelatedLink.score_desc, RelatedLink.article_id),
        tail=RelatedLink.position,
    ),
)

ArticleParameters = page_parameters("ArticleParameters", ARTICLE_ORDERS, "-published_at")
EntityParameters = page_parameters("EntityParameters", ENTITY_ORDERS, "-article_count")
TakeawayParameters = page_parameters("TakeawayParameters", TAKEAWAY_ORDERS, "-published_at")
RelatedLinkParameters = page_parameters("RelatedLinkParameters", RELATED_LINK_ORDERS, "-published_at")

RELATED_LINK_ARTICLES = (joinedload(RelatedLink.article), joinedload(RelatedLink.target))
# Each part with one query, however many rows it has.
ARTICLE_PARTS = (
    selectinload(Article.takeaways),
    selectinload(Article.entities).joinedload(ArticleEntity.entity),
    selectinload(Article.related).options(*RELATED_LINK_ARTICLES),
)


def all_takeaways() -> Select[Takeaway]:
    """Select takeaways with what their shape shows of other tables."""
    return select(Takeaway).options(joinedload(Takeaway.article), selectinload(Takeaway.entities))


def all_related_links() -> Select[RelatedLink]:
    """Select related links with what their shape shows of other tables."""
    return select(RelatedLink).options(*RELATED_LINK_ARTICLES)


def entities_of(article: Article) -> Select[ArticleEntity]:
    """Select the entities of `article`, with its mentions of them."""
    statement = select(ArticleEntity).join(ArticleEntity.entity).options(contains_eager(ArticleEntity.entity))
    return statement.where(ArticleEntity.article_id == article.id)


def articles_naming(entity: Entity) -> Select[Article]:
    """Select the articles that mention `entity`."""
    return (
        select(Article)
        .join(ArticleEntity, ArticleEntity.article_id == Article.id)
        .where(ArticleEntity.entity_id == entity.id)
    )
