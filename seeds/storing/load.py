"""The loader: one submission into the rows of one article. Knows records and tables, no text format."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, update

from api.db import table_of
from api.models import CREATED, UPDATED, Article, ArticleSlug, SourceDocument
from seeds.extraction.mentions import EntityMatcher
from seeds.linking.computed_links import link_both
from seeds.linking.listed_links import resolve
from seeds.parsing.document import Rejection
from seeds.parsing.files import SubmittedDocument
from seeds.storing.article_record import Content, make_content
from seeds.storing.bulk import insert_rows
from seeds.storing.derivation import derive
from seeds.storing.derived_rows import write_parts
from seeds.storing.history import UNCHANGED, Differences, Outcome, differences, keep_revision, record
from seeds.storing.identifiers import MAX_SLUG, article_id, make_slug
from seeds.storing.stored_article import (
    Removed,
    Stored,
    find_removed,
    find_slug_owner,
    find_stored,
    read_whole,
)

ARTICLES, SOURCES = table_of(Article), table_of(SourceDocument)
# The columns that change come from the parameters of each execution.
UPDATE_ARTICLE = update(ARTICLES).where(ARTICLES.c.id == bindparam("identity"))
UPDATE_SOURCE = update(SOURCES).where(SOURCES.c.article_id == bindparam("identity"))


def load(connection: Connection, submission: SubmittedDocument, matcher: EntityMatcher) -> Outcome:
    """Bring the article of `submission` to what its document says: created, updated or unchanged.

    An article that was removed comes back under its old slug, with its next revision. What is derived from a
    document that says nothing new stays as it is.

    Raises Rejection where the sidecar asks for another article's slug.
    """
    identity = article_id(submission.key)
    stored = find_stored(connection, identity)
    before = stored or find_removed(connection, identity)
    slug = _slug(connection, submission, identity, before)
    content = make_content(submission, slug)
    if stored and stored.content_digest == content.digest:
        if stored.folder != submission.folder:
            connection.execute(UPDATE_SOURCE, {"identity": identity, "folder": submission.folder})
        return Outcome(UNCHANGED, identity, slug, stored.revision, {})
    now = datetime.now(UTC).replace(microsecond=0)
    revision, created_at = (before.revision + 1, before.created_at) if before else (1, now)
    changed = _keep(connection, identity, content) if stored else {}
    derived = derive(content.prose, matcher)
    seeded = {"created_at": created_at, "updated_at": now}
    digests = {"content_digest": content.digest, "derived_digest": derived.digest}
    columns = content.columns | digests | seeded | {"revision": revision}
    _write_article(connection, identity, submission, columns, is_new=stored is None)
    write_parts(connection, identity, content, derived, seeded, is_new=stored is None)
    titles = {content.columns["title_digest"], *([stored.title_digest] if stored else [])}
    resolve(connection, identity, titles)
    link_both(connection, identity, derived.vector, content.columns["published_at"])
    outcome = Outcome(UPDATED if stored else CREATED, identity, slug, revision, changed)
    return record(connection, outcome, content.columns["title"], now)


def _keep(connection: Connection, identity: UUID, content: Content) -> Differences:
    """Keep the present revision of an article; gives what `content` changes of it."""
    whole = read_whole(connection, identity)
    keep_revision(connection, identity, whole)
    return differences(whole.content, content)


def _slug(
    connection: Connection, submission: SubmittedDocument, identity: UUID, before: Stored | Removed | None
) -> str:
    wanted = submission.sidecar.slug
    if wanted is None and before:
        return before.slug
    if wanted:
        owner = find_slug_owner(connection, wanted)
        if owner not in (None, identity):
            # Which nobody finds otherwise: its page is gone, and its slug leads nowhere.
            whose = "another article" if find_stored(connection, owner) else "an article that was removed"
            raise Rejection(f"sidecar: the slug '{wanted}' belongs to {whose}; choose another")
        return wanted
    slug = make_slug(submission.document.title, f"article-{identity.hex[:8]}")
    # Two articles with one title: the later one's slug says whose it is.
    suffixed = [f"{slug[: MAX_SLUG - 1 - length].rstrip('-')}-{identity.hex[:length]}" for length in (8, 32)]
    return next(one for one in (slug, *suffixed) if _is_free(connection, one, identity))


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
    source = {"content": submission.data, "folder": submission.folder}
    if is_new:
        insert_rows(connection, Article, [{"id": identity} | columns])
        insert_rows(connection, SourceDocument, [{"article_id": identity} | source])
    else:
        connection.execute(UPDATE_ARTICLE, {"identity": identity} | columns)
        connection.execute(UPDATE_SOURCE, {"identity": identity} | source)
    if find_slug_owner(connection, columns["slug"]) is None:
        insert_rows(connection, ArticleSlug, [{"slug": columns["slug"], "article_id": identity}])
