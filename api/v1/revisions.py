"""The revisions of an article: their list, one of them whole, and the document that it came from."""

from typing import Any
from uuid import UUID

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import load_only

from api.db import db
from api.listing.pages import Page, make_page
from api.models import Article, Change, RelatedLink, Revision, SourceDocument, Takeaway
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.lookup import NUMBER_FORM, find_article, find_revision
from api.v1 import listings
from api.v1 import query_parameters as queries
from api.v1.article_content import article_content
from api.v1.articles import ARTICLE
from api.v1.schemas import history as schemas

blueprint = Blueprint("revisions", __name__, url_prefix="/v1", description="What articles were before.")

REVISION = PathParameter(
    "revision",
    "The number of the revision, from 1.",
    "1",
    pattern=f"^{NUMBER_FORM.pattern}$",
    parent=ARTICLE,
)
# What is loaded of the article whose revisions are asked for.
NAMED = (load_only(Article.slug, Article.revision),)
ARTICLES = db.metadata.tables[Article.__tablename__]


@blueprint.resource(
    "/articles/<article>/revisions", schemas.RevisionPage, query=queries.RevisionParameters, path=ARTICLE
)
def list_article_revisions(parameters: dict[str, Any], article: str) -> Page:
    """List an article's revisions.

    One for each seeding that changed what the article says, the present one first. What is derived from
    that, entities and computed links among it, changes without a revision.
    """
    parent = find_article(article, *NAMED)
    page, headers = make_page(listings.revisions(parent.id, parameters), parameters, scope=parent.id)
    return page | {"data": [_item(parent, change) for change in page["data"]]}, headers


@blueprint.resource("/articles/<article>/revisions/<revision>", schemas.Revision, path=REVISION)
def get_article_revision(article: str, revision: str) -> dict[str, Any]:
    """Get one revision of an article.

    All that the article said then; the present revision can be had in the same way. It has nothing that is
    derived: of the takeaways the texts, of the related articles the titles that the page listed.
    """
    parent = find_article(article, *NAMED)
    change = find_revision(parent.id, revision)
    is_present = change.revision == parent.revision
    content = _present_content(parent.id) if is_present else _former(Revision.content, change)
    return content | {"id": parent.id} | _item(parent, change)


@blueprint.resource(
    "/articles/<article>/revisions/<revision>/source",
    {"type": "string"},
    path=REVISION,
    content_type="text/plain",
)
def get_article_revision_source(article: str, revision: str) -> Response:
    """Get the document of one revision of an article.

    Its own bytes, unchanged: their SHA-256 is `source.sha256` of the revision.
    """
    parent = find_article(article, *NAMED)
    change = find_revision(parent.id, revision)
    is_present = change.revision == parent.revision
    content = _present_source(parent.id) if is_present else _former(Revision.source, change)
    return Response(content, mimetype="text/plain")


def _item(article: Article, change: Change) -> dict[str, Any]:
    """Give what the list says of the revision that `change` made, with the slug that `article` has now."""
    said = {name: getattr(change, name) for name in ("revision", "kind", "changed_at", "fields")}
    return said | {"article": article.slug}


def _former(column: Any, change: Change) -> Any:
    """Give `column` of the revision that `change` made, which is not the present one."""
    kept = select(column).where(
        Revision.article_id == change.article_id, Revision.revision == change.revision
    )
    return db.session.scalars(kept).one()


def _present_content(article: UUID) -> dict[str, Any]:
    """Give what `article` states now."""
    row = db.session.execute(select(ARTICLES).where(ARTICLES.c.id == article)).one()
    takeaways = select(Takeaway.text).where(Takeaway.article_id == article).order_by(Takeaway.position)
    printed: Any = (
        select(RelatedLink.title, RelatedLink.printed_date)
        .where(RelatedLink.article_id == article, RelatedLink.basis == "listed")
        .order_by(RelatedLink.place)
    )
    return article_content(row._asdict(), db.session.scalars(takeaways), db.session.execute(printed))


def _present_source(article: UUID) -> bytes:
    return db.session.scalars(
        select(SourceDocument.content).where(SourceDocument.article_id == article)
    ).one()
