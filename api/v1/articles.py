"""Articles: the collection, one article, and its parts as collections of their own."""

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

blueprint = Blueprint("articles", __name__, url_prefix="/v1", description="Articles and their parts.")

ARTICLE = PathParameter(
    "article",
    "The article's id or slug. A slug that it used to have answers 308 with its present address; an article "
    "that was removed answers 410.",
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration",
    statuses=(308, 404, 410),
)
# What is loaded of an article of which only a part is answered.
NAMED = (load_only(Article.slug),)


@blueprint.resource("/articles", schemas.ArticlePage, query=queries.ArticleParameters)
def list_articles(parameters: dict[str, Any]) -> Response:
    """List articles.

    Every article without its large parts, the last published first, or those that all the filters and the
    full text of `q` admit. Follow `links.next` to the end.
    """
    return listings.article_page(parameters)


@blueprint.resource("/articles/<article>", schemas.Article, query=queries.ArticleFields, path=ARTICLE)
def get_article(parameters: dict[str, Any], article: str) -> Response:
    """Get one article.

    The whole brief: body, analysis, takeaways, entities, related articles and the document it came from.
    """
    return article_response(*find_article_json(article), requested_keys(schemas.Article, parameters))


@blueprint.resource(
    "/articles/<article>/takeaways",
    schemas.TakeawayPage,
    query=queries.TakeawayParameters,
    path=ARTICLE,
)
def list_article_takeaways(parameters: dict[str, Any], article: str) -> Page:
    """List an article's takeaways.

    In the order of the page, each with the entities that it names.
    """
    parent = find_article(article, *NAMED)
    return make_page(listings.takeaways(parameters, parent.id), parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/entities",
    schemas.MentionedEntityPage,
    query=queries.MentionedEntityParameters,
    path=ARTICLE,
)
def list_article_entities(parameters: dict[str, Any], article: str) -> Page:
    """List the entities that an article mentions.

    `mention_count` and `mentions` are this article's. `mentions` gives the exact place of each: the part,
    the paragraph, and the characters from `start` to `end` in Unicode code points.
    """
    parent = find_article(article, *NAMED)
    return make_page(listings.article_entities(parent.id, parameters), parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/related",
    schemas.RelatedLinkPage,
    query=queries.RelatedLinkParameters,
    path=ARTICLE,
)
def list_article_related_links(parameters: dict[str, Any], article: str) -> Page:
    """List an article's links to related articles.

    In the order of the page. `target` is null while no article here has the title that the page printed.
    """
    parent = find_article(article, *NAMED)
    return make_page(listings.related_links(parameters, parent.id), parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/source",
    {"type": "string"},
    path=ARTICLE,
    content_type="text/plain",
)
def get_article_source(article: str) -> Response:
    """Get the document that an article was parsed from.

    Its own bytes, unchanged: their SHA-256 is `source.sha256` of the article.
    """
    content = find_article(article, *NAMED, joinedload(Article.source)).source.content
    return Response(content, mimetype="text/plain")
