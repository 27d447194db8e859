"""Articles: the collection, one article, and its parts as collections of their own."""

from typing import Any

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from api.blueprint import Blueprint, PathParameter
from api.lookup import find_article
from api.models import Article, RelatedLink, Takeaway
from api.paging import Page, collection
from api.v1 import collections, schemas

blueprint = Blueprint("articles", __name__, url_prefix="/v1", description="Articles and their parts.")

ARTICLE = PathParameter(
    "article",
    "The article's id or slug. A slug that it used to have answers 308 with its present address.",
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration",
    statuses=(308, 404),
)


@blueprint.resource("/articles", schemas.ArticlePage, query=collections.ArticleParameters)
def list_articles(parameters: dict[str, Any]) -> Page:
    """List articles.

    Every article without its large parts, the last published first. Follow `links.next` to the end.
    """
    return collection(select(Article), collections.ARTICLE_ORDERS, parameters)


@blueprint.resource("/articles/<article>", schemas.Article, path=ARTICLE)
def get_article(article: str) -> Article:
    """Get one article.

    The whole brief: body, analysis, takeaways, entities, related articles and the document it came from.
    """
    return find_article(article, *collections.ARTICLE_PARTS)


@blueprint.resource(
    "/articles/<article>/takeaways",
    schemas.TakeawayPage,
    query=collections.TakeawayParameters,
    path=ARTICLE,
)
def list_article_takeaways(parameters: dict[str, Any], article: str) -> Page:
    """List an article's takeaways.

    In the order of the page, each with the entities that it names.
    """
    parent = find_article(article)
    statement = collections.all_takeaways().where(Takeaway.article_id == parent.id)
    return collection(statement, collections.TAKEAWAY_ORDERS, parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/entities",
    schemas.MentionedEntityPage,
    query=collections.EntityParameters,
    path=ARTICLE,
)
def list_article_entities(parameters: dict[str, Any], article: str) -> Page:
    """List the entities that an article mentions.

    `mention_count` and `mentions` are this article's. `mentions` gives the exact place of each: the part,
    the paragraph, and the characters from `start` to `end` in Unicode code points.
    """
    parent = find_article(article)
    statement = collections.entities_of(parent)
    return collection(statement, collections.ARTICLE_ENTITY_ORDERS, parameters, scope=parent.id)


@blueprint.resource(
    "/articles/<article>/related",
    schemas.RelatedLinkPage,
    query=collections.RelatedLinkParameters,
    path=ARTICLE,
)
def list_article_related_links(parameters: dict[str, Any], article: str) -> Page:
    """List an article's links to related articles.

    In the order of the page. `target` is null while no article here has the title that the page printed.
    """
    parent = find_article(article)
    statement = collections.all_related_links().where(RelatedLink.article_id == parent.id)
    return collection(statement, collections.RELATED_LINK_ORDERS, parameters, scope=parent.id)


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
    content = find_article(article, joinedload(Article.source)).source.content
    return Response(content, mimetype="text/plain")
