"""An article out of the database, all but its history and its slugs."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete

from api.db import table_of
from api.models import REMOVED, Article
from api.resources.lookup import UUID_FORM
from seeds.linking.listed_links import resolve
from seeds.storing.article_entities import count_entities
from seeds.storing.derived_rows import delete_parts
from seeds.storing.history import Outcome, keep_revision, record
from seeds.storing.identifiers import is_slug
from seeds.storing.stored_article import find_slug_owner, find_stored, read_whole

ARTICLES = table_of(Article)
DELETE_ARTICLE = delete(ARTICLES).where(ARTICLES.c.id == bindparam("identity"))


def find_article(connection: Connection, reference: str) -> UUID | None:
    """Give the id of the article that is there under the id or slug `reference`."""
    if UUID_FORM.fullmatch(reference):
        identity: UUID | None = UUID(reference)
    else:
        identity = find_slug_owner(connection, reference) if is_slug(reference) else None
    return identity if identity and find_stored(connection, identity) else None


def remove(connection: Connection, identity: UUID) -> Outcome:
    """Remove an article that is there; titles that led to it may now lead to another one, or to none."""
    whole = read_whole(connection, identity)
    keep_revision(connection, identity, whole)
    count_entities(connection, (), delete_parts(connection, identity), {})
    connection.execute(DELETE_ARTICLE, {"identity": identity})
    columns = whole.content.columns
    resolve(connection, identity, {columns["title_digest"]})
    outcome = Outcome(REMOVED, identity, columns["slug"], whole.revision, {})
    return record(connection, outcome, columns["title"], datetime.now(UTC).replace(microsecond=0))
