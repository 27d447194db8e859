"""The routes of articles: the list, one article, and its takeaways, entities, related links and source."""

from typing import Any

from flask import Response
from sqlalchemy.orm import joinedload, load_only

from api.listing.pages import Page, make_page
from api.models import Article
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import find_article
from api.resources.serialization import requested_keys
from api.v1 import listings, schemas
from api.v1 import query_parameters as queries
from api.v1.renderings import article_response, find_article_json
from api.v1.source_response import source_response

blueprint = Blueprint("articles", __name__, url_prefix="/v1", description="Articles and their parts.")

ARTICLE = PathParameter(
    "article",
    "The id or slug of the article. An earlier slug redirects (308) to the current address. A removed "
    "article returns 410.",
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration",
    statuses=(308, 404, 410),
)
# Load only the slug of the article, since the resources of its parts need no other column.
LOAD_SLUG = (load_only(Article.slug),)


@blueprint.resource("/articles", schemas.ArticlePage, query=queries.ArticleParameters)
def list_articles(parameters: dict[str, Any]) -> Response:
    """List articles.

    Returns the articles that match all filters and `q`, by default the newest first. Large parts are left
    out unless you request them with `include` or `fields`.
    """
    return listings.article_page(parameters)


@blueprint.resource("/articles/<article>", schemas.Article, query=queries.ArticleFields, path=ARTICLE)
def get_article(parameters: dict[str, Any], article: str) -> Response:
    """Get an article.

    Returns the article with all of its parts: body, analysis, takeaways, entities, related links and source.
    """
    return article_response(*find_article_json(article), requested_keys(schemas.Article, parameters))


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
    parent = find_article(article, *LOAD_SLUG)
    return make_page(listings.takeaways(parameters, parent.id), parameters, scope=parent.id)


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
    parent = find_article(article, *LOAD_SLUG)
    return make_page(listings.article_entities(parent.id, parameters), parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/related",
    schemas.RelatedLinkPage,
    query=queries.RelatedLinkParameters,
    path=ARTICLE,
)
def list_article_related_links(parameters: dict[str, Any], article: str) -> Page:
    """List the related links of an article.

    Returns the links that the page of the article lists, in the same order, and then the computed links to
    similar articles, most similar first. `target` is `null` as long as the article with the listed title is
    unknown.
    """
    parent = find_article(article, *LOAD_SLUG)
    return make_page(listings.related_links(parameters, parent.id), parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/source",
    {"type": "string"},
    path=ARTICLE,
    content_type="text/plain",
)
def get_article_source(article: str) -> Response:
    """Get the source of an article.

    Returns the unchanged bytes of the file that the article was parsed from. `source.sha256` of the article
    is their SHA-256 digest.
    """
    content = find_article(article, *LOAD_SLUG, joinedload(Article.source)).source.content
    return source_response(content)
