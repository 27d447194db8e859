"""Remove an article from the API. Its former revisions and its slugs stay in the database."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete

from api.database.base import table_of
from api.models import REMOVED, Article
from api.resources.lookup import UUID_PATTERN
from seeds.identifiers import is_slug
from seeds.linking.listed_links import resolve_listed_links
from seeds.storing.article_entities import update_entity_counts
from seeds.storing.derived_rows import delete_derived_rows
from seeds.storing.history import Outcome, archive_revision, record_change
from seeds.storing.stored_article import find_article_state, find_slug_owner, read_stored_article

ARTICLES = table_of(Article)
DELETE_ARTICLE = delete(ARTICLES).where(ARTICLES.c.id == bindparam("identity"))


def find_article(connection: Connection, reference: str) -> UUID | None:
    """Return the id of the article whose id, current slug or former slug is `reference`.

    Return None if there is no such article, or if it was removed.
    """
    if UUID_PATTERN.fullmatch(reference):
        identity: UUID | None = UUID(reference)
    else:
        identity = find_slug_owner(connection, reference) if is_slug(reference) else None
    return identity if identity and find_article_state(connection, identity) else None


def remove(connection: Connection, identity: UUID) -> Outcome:
    """Remove an article, keep its last revision in the history, and add the removal to the change feed.

    `identity` is the id of the article. Other articles that list its title among their related articles no
    longer link to it.
    """
    stored = read_stored_article(connection, identity)
    archive_revision(connection, identity, stored)
    update_entity_counts(connection, (), delete_derived_rows(connection, identity), {})
    connection.execute(DELETE_ARTICLE, {"identity": identity})
    columns = stored.record.columns
    resolve_listed_links(connection, identity, {columns["title_digest"]})
    outcome = Outcome(REMOVED, identity, columns["slug"], stored.revision, {})
    return record_change(connection, outcome, columns["title"], datetime.now(UTC).replace(microsecond=0))
