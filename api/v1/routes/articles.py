"""The routes of articles: the list, one article, and its takeaways, entities, related links and source."""

from typing import Any

from flask import Response, request
from sqlalchemy import select

from api.database.base import table_of
from api.listing.pages import Page
from api.media_types import JSON, PLAIN_TEXT
from api.models import ArticleDocument, ArticleMentions
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import ARTICLES, article_rows_lookup, find_article
from api.resources.serialization import requested_keys
from api.resources.source_response import DIGEST_HEADERS, source_response
from api.urls import settings
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries
from api.v1.article_pages import article_page
from api.v1.forms.alternates import ALTERNATE_HEADERS, alternate_links
from api.v1.renderings import ARTICLE_KEYS, find_rendering
from api.web.negotiation import wants_gzip
from api.web.representation import MIN_COMPRESSED_BYTES, etag_of

blueprint = Blueprint(
    "articles",
    __name__,
    url_prefix="/v1",
    description="Search, filter and count news briefs, and read each of their parts.",
)

ARTICLE = PathParameter(
    "article",
    "The id or slug of the article. An earlier slug redirects (308) to the current address. A removed "
    "article returns 410.",
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration",
    statuses=(308, 404, 410),
)
DOCUMENTS, MENTIONS = table_of(ArticleDocument), table_of(ArticleMentions)
_columns = select(ARTICLES.c.number, ARTICLES.c.id, ARTICLES.c.slug)
ARTICLE_WITH_DOCUMENT = article_rows_lookup(
    _columns.add_columns(DOCUMENTS.c.document).join(DOCUMENTS, DOCUMENTS.c.article == ARTICLES.c.number)
)
ARTICLE_WITH_MENTIONS = article_rows_lookup(
    _columns.add_columns(MENTIONS.c.mentions).outerjoin(MENTIONS, MENTIONS.c.article == ARTICLES.c.number)
)


@blueprint.resource("/articles", schemas.ArticlePage, query=queries.ArticleParameters)
def list_articles(parameters: dict[str, Any]) -> Page:
    """List articles.

    Returns the articles that match all filters and `q`, by default the newest first. The body, the analysis,
    the takeaways, the entities, the related links and the source of an article are left out unless you
    request them with `include` or `fields`.
    """
    return article_page(parameters)


@blueprint.resource(
    "/articles/<article>",
    schemas.Article,
    query=queries.ArticleFields,
    path=ARTICLE,
    headers=ALTERNATE_HEADERS,
)
def get_article(parameters: dict[str, Any], article: str) -> Response:
    """Get an article.

    Returns the article with all of its parts: body, analysis, takeaways, entities, related links and source.
    """
    rendering, names = find_rendering(article), requested_keys(schemas.Article, parameters)
    links = {"Link": alternate_links(settings().base_url, article)}
    if names != ARTICLE_KEYS:
        return Response(rendering.parts(names), mimetype=JSON, headers=links)
    # The stored JSON is compressed already. Its ETag belongs to the uncompressed bytes.
    accepts_gzip = wants_gzip(request.headers.get("Accept-Encoding", ""))
    if accepts_gzip and rendering.byte_count >= MIN_COMPRESSED_BYTES:
        body, headers = (
            rendering.json_gzip,
            {"Content-Encoding": "gzip", "ETag": etag_of(rendering.json_gzip)},
        )
    else:
        body, headers = rendering.article_json(), {"ETag": rendering.etag}
    return Response(body, mimetype=JSON, headers=headers | links)


@blueprint.resource(
    "/articles/<article>/takeaways",
    schemas.TakeawayPage,
    query=queries.TakeawayParameters,
    path=ARTICLE,
)
def list_article_takeaways(parameters: dict[str, Any], article: str) -> Page:
    """List the takeaways of an article.

    Returns the takeaways in the order in which the article lists them, each with the entities that it
    mentions.
    """
    parent = find_article(article)
    return listings.takeaway_page(parameters, parent)


@blueprint.resource(
    "/articles/<article>/entities",
    schemas.MentionedEntityPage,
    query=queries.MentionedEntityParameters,
    path=ARTICLE,
)
def list_article_entities(parameters: dict[str, Any], article: str) -> Page:
    """List the entities of an article.

    Returns the entities that the article mentions. `mention_count` and `mentions` refer to this article.
    `mentions` locates each mention: the part, the number of the paragraph or takeaway, and the characters
    from `start` to `end` in Unicode code points.
    """
    parent = find_article(article, ARTICLE_WITH_MENTIONS)
    return listings.article_entity_page(parameters, parent)


@blueprint.resource(
    "/articles/<article>/related",
    schemas.RelatedLinkPage,
    query=queries.RelatedLinkParameters,
    path=ARTICLE,
)
def list_article_related_links(parameters: dict[str, Any], article: str) -> Page:
    """List the related links of an article.

    Returns the links that the page of the article lists, in the same order, and then the computed links to
    similar articles, most similar first. The page lists only titles of articles. `target` is `null` as
    long as the service has not found an article with the title.
    """
    parent = find_article(article)
    return listings.related_link_page(parameters, parent)


@blueprint.resource(
    "/articles/<article>/source",
    {"type": "string"},
    path=ARTICLE,
    content_type=PLAIN_TEXT,
    headers=DIGEST_HEADERS,
)
def get_article_source(article: str) -> Response:
    """Get the source of an article.

    Returns the unchanged bytes of the file that the article was parsed from. `source.sha256` of the article
    is their SHA-256 digest.
    """
    return source_response(find_article(article, ARTICLE_WITH_DOCUMENT).document)
