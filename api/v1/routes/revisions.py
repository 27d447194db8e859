"""The routes of the revisions (versions) of an article: the list, one revision, and its document."""

from typing import Any

from flask import Response
from sqlalchemy import bindparam, select

from api.database.base import table_of
from api.database.request_connection import request_connection
from api.listing.keyset import Rows
from api.listing.pages import Page, make_page
from api.media_types import PLAIN_TEXT
from api.models import ArticleDocument, Revision
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.fields import rfc3339
from api.resources.lookup import NUMBER_PATTERN, REVISED_ARTICLE, find_article, find_revision
from api.resources.source_response import DIGEST_HEADERS, source_response
from api.urls import settings
from api.v1 import listings
from api.v1 import query_parameters as queries
from api.v1.article_content import unpack_content
from api.v1.json_values import Values
from api.v1.routes.articles import ARTICLE
from api.v1.schemas import history as schemas

blueprint = Blueprint(
    "revisions", __name__, url_prefix="/v1", description="Read earlier versions of articles."
)

REVISION = PathParameter(
    "revision",
    "The number of the revision, starting at 1.",
    "1",
    pattern=f"^{NUMBER_PATTERN.pattern}$",
    parent=ARTICLE,
)
DOCUMENTS, REVISIONS = table_of(ArticleDocument), table_of(Revision)
CURRENT = select(DOCUMENTS.c.document, DOCUMENTS.c.content).where(DOCUMENTS.c.article == bindparam("article"))
ARCHIVED = select(REVISIONS.c.document, REVISIONS.c.content).where(
    REVISIONS.c.article_id == bindparam("article_id"), REVISIONS.c.revision == bindparam("revision")
)
# The keys of a revision in the order of its schema class.
_REVISION: Any = schemas.Revision()
REVISION_KEYS = tuple(_REVISION.fields)


@blueprint.resource(
    "/articles/<article>/revisions", schemas.RevisionPage, query=queries.RevisionParameters, path=ARTICLE
)
def list_article_revisions(parameters: dict[str, Any], article: str) -> Page:
    """List the revisions of an article.

    Returns a revision for each change of the content, by default the newest first. Derived values,
    such as entities and computed links, change without a new revision.
    """
    parent = find_article(article, REVISED_ARTICLE)

    def items(rows: Rows) -> list[Values]:
        return [_item(row) | {"links": _links(parent, row)} for row in rows]

    return make_page(listings.revisions(parent.id, parameters), parameters, items, scope=parent.id)


@blueprint.resource("/articles/<article>/revisions/<revision>", schemas.Revision, path=REVISION)
def get_article_revision(article: str, revision: str) -> Values:
    """Get a revision of an article.

    Returns the content of the article in this revision, without derived values such as entities. Takeaways
    have only a position and a text, and related links only the position, title and date that the page lists.
    """
    parent = find_article(article, REVISED_ARTICLE)
    change = find_revision(parent, revision)
    stored = _read(parent, change)
    content = unpack_content(stored.content, stored.document)
    links = _links(parent, change)
    links |= {"revisions": f"{links['article']}/revisions", "source": f"{links['self']}/source"}
    values = content | {"id": str(parent.id)} | _item(change) | {"links": links}
    return {name: values[name] for name in REVISION_KEYS}


@blueprint.resource(
    "/articles/<article>/revisions/<revision>/source",
    {"type": "string"},
    path=REVISION,
    content_type=PLAIN_TEXT,
    headers=DIGEST_HEADERS,
)
def get_article_revision_source(article: str, revision: str) -> Response:
    """Get the source of a revision.

    Returns the unchanged bytes of the file that the revision was parsed from. `source.sha256` of the revision
    is their SHA-256 digest.
    """
    parent = find_article(article, REVISED_ARTICLE)
    return source_response(_read(parent, find_revision(parent, revision)).document)


def _item(change: Any) -> Values:
    """Return the JSON values of a revision: its number, kind, time and changed fields.

    `change` is the row of the change that created the revision.
    """
    return {
        "revision": change.revision,
        "kind": change.kind,
        "changed_at": rfc3339(change.changed_at),
        "fields": change.fields,
    }


def _links(article: Any, change: Any) -> Values:
    """Return the value of `links` for a revision in a list of revisions.

    It has the URL of the revision, and the URL of the current version of the article.

    Args:
        article: The row of the article.
        change: The row of the change that created the revision.
    """
    address = f"{settings().base_url}/v1/articles/{article.slug}"
    return {"self": f"{address}/revisions/{change.revision}", "article": address}


def _read(article: Any, change: Any) -> Any:
    """Return the row with the stored document and content of a revision.

    Args:
        article: The row of the article.
        change: The row of the change that created the revision.
    """
    if change.revision == article.revision:
        return request_connection().execute(CURRENT, {"article": article.number}).one()
    values = {"article_id": article.id, "revision": change.revision}
    return request_connection().execute(ARCHIVED, values).one()
