"""The routes of the revisions (versions) of an article: the list, one revision, and its document."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import load_only

from api.database.base import db
from api.listing.pages import Page, make_page
from api.models import Article, Change, RelatedLink, Revision, SourceDocument, Takeaway
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import NUMBER_PATTERN, find_article, find_revision
from api.v1 import listings
from api.v1 import query_parameters as queries
from api.v1.article_content import article_content
from api.v1.articles import ARTICLE
from api.v1.schemas import history as schemas
from api.v1.source_response import source_response

blueprint = Blueprint("revisions", __name__, url_prefix="/v1", description="Earlier versions of articles.")

REVISION = PathParameter(
    "revision",
    "The number of the revision, starting at 1.",
    "1",
    pattern=f"^{NUMBER_PATTERN.pattern}$",
    parent=ARTICLE,
)
# Load only the slug and the number of the current revision, since the views need no other columns.
LOAD_REVISION = (load_only(Article.slug, Article.revision),)
ARTICLE_TABLE = db.metadata.tables[Article.__tablename__]


@blueprint.resource(
    "/articles/<article>/revisions", schemas.RevisionPage, query=queries.RevisionParameters, path=ARTICLE
)
def list_article_revisions(parameters: dict[str, Any], article: str) -> Page:
    """List the revisions of an article.

    Returns a revision for each change of the content, by default the newest first. Derived values,
    such as entities and computed links, change without a new revision.
    """
    parent = find_article(article, *LOAD_REVISION)
    page, headers = make_page(listings.revisions(parent.id, parameters), parameters, scope=parent.id)
    return page | {"data": [_item(parent, change) for change in page["data"]]}, headers


@blueprint.resource("/articles/<article>/revisions/<revision>", schemas.Revision, path=REVISION)
def get_article_revision(article: str, revision: str) -> dict[str, Any]:
    """Get a revision of an article.

    Returns the content of the article in this revision, without derived values such as entities. Takeaways
    have only a position and a text, and related links only the position, title and date that the page lists.
    """
    parent = find_article(article, *LOAD_REVISION)
    change = find_revision(parent.id, revision)
    is_current = change.revision == parent.revision
    content = _current_content(parent.id) if is_current else _archived(Revision.content, change)
    return content | {"id": parent.id} | _item(parent, change)


@blueprint.resource(
    "/articles/<article>/revisions/<revision>/source",
    {"type": "string"},
    path=REVISION,
    content_type="text/plain",
)
def get_article_revision_source(article: str, revision: str) -> Response:
    """Get the source of a revision.

    Returns the unchanged bytes of the file that the revision was parsed from. `source.sha256` of the revision
    is their SHA-256 digest.
    """
    parent = find_article(article, *LOAD_REVISION)
    change = find_revision(parent.id, revision)
    is_current = change.revision == parent.revision
    content = _current_source(parent.id) if is_current else _archived(Revision.source, change)
    return source_response(content)


def _item(article: Article, change: Change) -> dict[str, Any]:
    """Return the values of the schema RevisionListItem for the revision that `change` created.

    They are `revision`, `kind`, `changed_at` and `fields` of `change`, and `article`, the current slug of
    `article`, from which the schema makes the links.
    """
    item = {name: getattr(change, name) for name in ("revision", "kind", "changed_at", "fields")}
    return item | {"article": article.slug}


def _archived(column: Any, change: Change) -> Any:
    """Return a value of the revision that `change` created, which must not be the current revision.

    `column` is the column of the value: `Revision.content` or `Revision.source`.
    """
    archived = select(column).where(
        Revision.article_id == change.article_id, Revision.revision == change.revision
    )
    return db.session.scalars(archived).one()


def _current_content(article: UUID) -> dict[str, Any]:
    """Return the content of the current revision of an article as JSON values. `article` is its id."""
    row = db.session.execute(select(ARTICLE_TABLE).where(ARTICLE_TABLE.c.id == article)).one()
    takeaways = select(Takeaway.text).where(Takeaway.article_id == article).order_by(Takeaway.position)
    related: Any = (
        select(RelatedLink.title, RelatedLink.printed_date)
        .where(RelatedLink.article_id == article, RelatedLink.basis == "listed")
        .order_by(RelatedLink.place)
    )
    return article_content(row._asdict(), db.session.scalars(takeaways), db.session.execute(related))


def _current_source(article: UUID) -> bytes:
    return db.session.scalars(
        select(SourceDocument.content).where(SourceDocument.article_id == article)
    ).one()
