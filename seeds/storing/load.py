"""Store one document as an article, with the data that is derived from it, such as entities and links."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from api.database.base import table_of
from api.models import CREATED, UPDATED, Article, ArticleSlug, SourceDocument
from seeds.bulk import insert_rows
from seeds.extraction.mentions import EntityMatcher
from seeds.identifiers import MAX_SLUG_LENGTH, article_id, make_slug
from seeds.linking.computed_links import insert_links_both_ways
from seeds.linking.listed_links import resolve_listed_links
from seeds.parsing.document import Rejection
from seeds.parsing.files import SubmittedDocument
from seeds.storing.article_record import ArticleRecord, make_record
from seeds.storing.derivation import derive
from seeds.storing.derived_rows import write_derived_rows
from seeds.storing.history import (
    UNCHANGED,
    Differences,
    Outcome,
    archive_revision,
    differences,
    record_change,
)
from seeds.storing.stored_article import (
    ArticleState,
    RemovedArticle,
    erased_slug,
    find_article_state,
    find_removed_article,
    find_slug_owner,
    read_stored_article,
)

ARTICLES, SOURCES = table_of(Article), table_of(SourceDocument)
# These statements set the columns that are named in the parameters.
UPDATE_ARTICLE = update(ARTICLES).where(ARTICLES.c.id == bindparam("identity"))
UPDATE_SOURCE = update(SOURCES).where(SOURCES.c.article_id == bindparam("identity"))


def load(
    connection: Connection,
    submission: SubmittedDocument,
    matcher: EntityMatcher,
    *,
    admit_erased: bool = False,
) -> Outcome:
    """Create or update the article of a document, or leave it unchanged if its content is the same.

    If the article was removed before, it returns with its former slug and its next revision.

    Args:
        connection: The connection, in a write transaction.
        submission: The parsed document, with the metadata of its sidecar (the YAML file beside it).
        matcher: Finds the entities of the article.
        admit_erased: True to create the article again if its text was erased.

    Raises:
        Rejection: If the sidecar asks for the slug of a different article, or if the article was erased.
    """
    identity = article_id(submission.key)
    state = find_article_state(connection, identity)
    former = state or find_removed_article(connection, identity)
    if former and former.slug == erased_slug(identity) and not admit_erased:
        raise Rejection("its article was erased; use --admit-erased to load it again")
    slug = _choose_slug(connection, submission, identity, former)
    record = make_record(submission, slug)
    if state and state.content_digest == record.digest:
        if state.folder != submission.folder:
            connection.execute(UPDATE_SOURCE, {"identity": identity, "folder": submission.folder})
        return Outcome(UNCHANGED, identity, slug, state.revision, {})
    now = datetime.now(UTC).replace(microsecond=0)
    revision, created_at = (former.revision + 1, former.created_at) if former else (1, now)
    changed = _archive(connection, identity, record) if state else {}
    derived = derive(record.article_text, matcher)
    timestamps = {"created_at": created_at, "updated_at": now}
    digests = {"content_digest": record.digest, "derived_digest": derived.digest}
    columns = record.columns | digests | timestamps | {"revision": revision}
    _write_article(connection, identity, submission, columns, is_new=state is None)
    write_derived_rows(connection, identity, record, derived, timestamps, is_new=state is None)
    titles = {record.columns["title_digest"], *([state.title_digest] if state else [])}
    resolve_listed_links(connection, identity, titles)
    insert_links_both_ways(connection, identity, derived.vector, record.columns["published_at"])
    outcome = Outcome(UPDATED if state else CREATED, identity, slug, revision, changed)
    return record_change(connection, outcome, record.columns["title"], now)


def _archive(connection: Connection, identity: UUID, record: ArticleRecord) -> Differences:
    """Copy the current revision of an article to the table of former revisions, before it is updated.

    `identity` is the id of the article. Return the fields in which the stored content differs from `record`,
    the new content, each with its value before and after.
    """
    stored = read_stored_article(connection, identity)
    archive_revision(connection, identity, stored)
    return differences(stored.record, record)


def _choose_slug(
    connection: Connection,
    submission: SubmittedDocument,
    identity: UUID,
    former: ArticleState | RemovedArticle | None,
) -> str:
    """Return the slug for the article of `submission`.

    If the sidecar (a YAML file beside the document) requests a slug, return this slug. Otherwise, the article
    keeps its slug. If it was never loaded, return a free slug that is made from its title.

    Args:
        connection: The connection.
        submission: The parsed document, with the metadata of its sidecar.
        identity: The id of the article.
        former: The stored article, or the values of the removed article. None if it was never loaded.

    Raises:
        Rejection: If the requested slug belongs, or once belonged, to a different article.
    """
    wanted = submission.metadata.slug
    if wanted is None and former and former.slug != erased_slug(identity):
        return former.slug
    if wanted:
        owner = find_slug_owner(connection, wanted)
        if owner not in (None, identity):
            # Say if the article was removed, because the operator cannot find a removed article by its slug.
            is_stored = find_article_state(connection, owner) is not None
            whose = "another article" if is_stored else "an article that was removed"
            raise Rejection(f"sidecar: the slug '{wanted}' belongs to {whose}; choose another slug")
        return wanted
    slug = make_slug(submission.document.title, f"article-{identity.hex[:8]}")
    # If a different article has the slug, append a part of the id.
    suffixed = [
        f"{slug[: MAX_SLUG_LENGTH - 1 - length].rstrip('-')}-{identity.hex[:length]}" for length in (8, 32)
    ]
    return next(choice for choice in (slug, *suffixed) if _is_free(connection, choice, identity))


def _is_free(connection: Connection, slug: str, identity: UUID) -> bool:
    return find_slug_owner(connection, slug) in (None, identity)


def _write_article(
    connection: Connection,
    identity: UUID,
    submission: SubmittedDocument,
    columns: dict[str, Any],
    *,
    is_new: bool,
) -> None:
    """Insert or update the row of an article and the row of its document, and reserve its slug.

    Args:
        connection: The connection, in a write transaction.
        identity: The id of the article.
        submission: The document, with its bytes and its folder.
        columns: The values of the row of the article, by column, without its id.
        is_new: True to insert both rows, and False to update both.
    """
    source = {"content": submission.data, "folder": submission.folder}
    if is_new:
        insert_rows(connection, Article, [{"id": identity} | columns])
        insert_rows(connection, SourceDocument, [{"article_id": identity} | source])
    else:
        connection.execute(UPDATE_ARTICLE, {"identity": identity} | columns)
        connection.execute(UPDATE_SOURCE, {"identity": identity} | source)
    if find_slug_owner(connection, columns["slug"]) is None:
        insert_rows(connection, ArticleSlug, [{"slug": columns["slug"], "article_id": identity}])
