"""The routes of an article as Markdown, JSON-LD and ninjs. The suffix of the path selects the format."""

import orjson
from flask import Response
from sqlalchemy import select

from api.database.base import table_of
from api.media_types import JSON, JSON_LD, MARKDOWN
from api.models import ArticleDocument
from api.resources.blueprint import Blueprint
from api.resources.lookup import ARTICLES, article_rows_lookup, find_article
from api.v1.article_content import unpack_content
from api.v1.forms.described_article import read_described_article
from api.v1.forms.json_ld import news_article
from api.v1.forms.markdown import markdown_document
from api.v1.forms.ninjs import STANDARD, ninjs_item
from api.v1.routes.articles import ARTICLE
from api.v1.schemas import forms as schemas

blueprint = Blueprint(
    "forms",
    __name__,
    url_prefix="/v1",
    description="Get an article in the formats of other programs: Markdown, JSON-LD and ninjs.",
)

DOCUMENTS = table_of(ArticleDocument)
ARTICLE_WITH_CONTENT = article_rows_lookup(
    select(ARTICLES.c.id, ARTICLES.c.slug, ARTICLES.c.key)
    .add_columns(DOCUMENTS.c.document, DOCUMENTS.c.content)
    .join(DOCUMENTS, DOCUMENTS.c.article == ARTICLES.c.number)
)


@blueprint.resource("/articles/<article>.md", {"type": "string"}, path=ARTICLE, content_type=MARKDOWN)
def get_article_markdown(article: str) -> Response:
    """Get an article as Markdown.

    Returns the article as Markdown (CommonMark) with YAML front matter. `flask seed load` reads this document
    back to the same article.
    """
    row = find_article(article, ARTICLE_WITH_CONTENT)
    text = markdown_document(row.key, unpack_content(row.content, row.document))
    # RFC 7763 defines these parameters of the media type.
    return Response(text, content_type=f"{MARKDOWN}; charset=utf-8; variant=CommonMark")


@blueprint.resource("/articles/<article>.jsonld", schemas.NewsArticle, path=ARTICLE, content_type=JSON_LD)
def get_article_json_ld(article: str) -> Response:
    """Get an article as JSON-LD.

    Returns the article as a `NewsArticle` of schema.org. Its analysis is an `AnalysisNewsArticle`, and its
    story is the collection that the article is part of.
    """
    values, same_as = read_described_article(article)
    return Response(orjson.dumps(news_article(values, same_as)), mimetype=JSON_LD)


@blueprint.resource("/articles/<article>.ninjs", schemas.NinjsItem, path=ARTICLE)
def get_article_ninjs(article: str) -> Response:
    """Get an article as ninjs.

    Returns the article in version 3 of ninjs, the IPTC's JSON format for news. The media type is
    `application/json`, since ninjs has no media type of its own.
    """
    values, same_as = read_described_article(article)
    schema = f'<{STANDARD["schema"]}>; rel="describedby"'
    return Response(orjson.dumps(ninjs_item(values, same_as)), mimetype=JSON, headers={"Link": schema})
