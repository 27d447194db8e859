"""Schema classes of the JSON objects in the responses of version 1, one module for each subject."""

from api.v1.schemas.articles import EXTRAS, PARTS, Article, ArticleListItem, ArticlePage
from api.v1.schemas.entities import (
    CoMentionedEntity,
    CoMentionedEntityPage,
    Entity,
    EntityPage,
    MentionedEntity,
    MentionedEntityPage,
)
from api.v1.schemas.facets import FACETS
from api.v1.schemas.related_links import BASES, RelatedLink, RelatedLinkPage
from api.v1.schemas.stories import Story, StoryPage
from api.v1.schemas.takeaways import Takeaway, TakeawayPage
from api.v1.schemas.trends import Trend, TrendPage

__all__ = [
    "BASES",
    "EXTRAS",
    "FACETS",
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
    "Story",
    "StoryPage",
    "Takeaway",
    "TakeawayPage",
    "Trend",
    "TrendPage",
]
