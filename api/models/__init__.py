"""The tables that seeding writes and the API reads."""

from api.models.api_keys import ApiKey
from api.models.articles import Article, ArticleDocument, ArticleSlug, Corpus, Folder, Takeaway
from api.models.entities import (
    ENTITY_TYPES,
    ArticleEntity,
    ArticleMentions,
    Entity,
    EntityId,
    EntityName,
    EntitySlug,
    TakeawayEntity,
)
from api.models.facets import ArticleFacet, facet_number
from api.models.features import ArticleFeatures, Posting, posting_key, posting_tie
from api.models.history import CHANGE_KINDS, CREATED, REMOVED, UPDATED, Change, Revision
from api.models.links import RelatedLink, link_precedence
from api.models.renderings import Rendering
from api.models.search_index import ARTICLE_INDEX, SEARCH_INDEXES, TAKEAWAY_INDEX, SearchIndex
from api.models.sort_keys import (
    MAX_ARTICLE_NUMBER,
    MAX_TAKEAWAYS,
    UNDATED,
    UNSCORED,
    published_at_of,
    published_key,
    score_key,
    takeaway_number,
    takeaway_place,
    takeaway_range,
)
from api.models.term_index import PendingTerms, TermBucket, TermSegment

__all__ = [
    "ARTICLE_INDEX",
    "CHANGE_KINDS",
    "CREATED",
    "ENTITY_TYPES",
    "MAX_ARTICLE_NUMBER",
    "MAX_TAKEAWAYS",
    "REMOVED",
    "SEARCH_INDEXES",
    "TAKEAWAY_INDEX",
    "UNDATED",
    "UNSCORED",
    "UPDATED",
    "ApiKey",
    "Article",
    "ArticleDocument",
    "ArticleEntity",
    "ArticleFacet",
    "ArticleFeatures",
    "ArticleMentions",
    "ArticleSlug",
    "Change",
    "Corpus",
    "Entity",
    "EntityId",
    "EntityName",
    "EntitySlug",
    "Folder",
    "PendingTerms",
    "Posting",
    "RelatedLink",
    "Rendering",
    "Revision",
    "SearchIndex",
    "Takeaway",
    "TakeawayEntity",
    "TermBucket",
    "TermSegment",
    "facet_number",
    "link_precedence",
    "posting_key",
    "posting_tie",
    "published_at_of",
    "published_key",
    "score_key",
    "takeaway_number",
    "takeaway_place",
    "takeaway_range",
]
