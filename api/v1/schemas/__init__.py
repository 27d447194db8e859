"""The JSON shapes of version 1, one module for each family of shapes."""

from api.v1.schemas.articles import EXTRAS, PARTS, Article, ArticleListItem, ArticlePage
from api.v1.schemas.entities import (
    CoMentionedEntity,
    CoMentionedEntityPage,
    Entity,
    EntityPage,
    MentionedEntity,
    MentionedEntityPage,
)
from api.v1.schemas.related_links import BASES, RelatedLink, RelatedLinkPage
from api.v1.schemas.takeaways import Takeaway, TakeawayPage

__all__ = [
    "BASES",
    "EXTRAS",
    "PARTS",
    "Article",
    "ArticleListItem",
    "ArticlePage",
    "CoMentionedEntity",
    "CoMentionedEntityPage",
    "Entity",
    "EntityPage",
    "MentionedEntity",
    "MentionedEntityPage",
    "RelatedLink",
    "RelatedLinkPage",
    "Takeaway",
    "TakeawayPage",
]
