"""The tables that seeding writes and the API reads."""

from api.models.api_keys import ApiKey
from api.models.articles import Article, ArticleSlug, Corpus, SourceDocument, Takeaway
from api.models.entities import (
    ENTITY_TYPES,
    ArticleEntity,
    Entity,
    EntityId,
    EntityName,
    EntitySlug,
    TakeawayEntity,
)
from api.models.facets import ArticleFacet, facet_id
from api.models.features import ArticleFeatures, Posting
from api.models.history import CHANGE_KINDS, CREATED, REMOVED, UPDATED, Change, Revision
from api.models.links import RelatedLink, link_place
from api.models.renderings import Rendering
from api.models.search_terms import ArticleTerms, TakeawayTerms
from api.models.sort_keys import UNDATED_ASC, UNDATED_DESC, published_keys, score_keys

__all__ = [
    "CHANGE_KINDS",
    "CREATED",
    "ENTITY_TYPES",
    "REMOVED",
    "UNDATED_ASC",
    "UNDATED_DESC",
    "UPDATED",
    "ApiKey",
    "Article",
    "ArticleEntity",
    "ArticleFacet",
    "ArticleFeatures",
    "ArticleSlug",
    "ArticleTerms",
    "Change",
    "Corpus",
    "Entity",
    "EntityId",
    "EntityName",
    "EntitySlug",
    "Posting",
    "RelatedLink",
    "Rendering",
    "Revision",
    "SourceDocument",
    "Takeaway",
    "TakeawayEntity",
    "TakeawayTerms",
    "facet_id",
    "link_place",
    "published_keys",
    "score_keys",
]
