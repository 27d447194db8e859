"""Record the history of articles: their former revisions, and the change feed (the list of all changes)."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from api.database.base import table_of
from api.models import Change, Corpus, Revision
from seeds.bulk import insert_rows
from seeds.storing.article_record import ArticleRecord
from seeds.storing.stored_article import StoredArticle

UNCHANGED = "unchanged"
CORPUS = table_of(Corpus)
INCREMENT_REVISION = update(CORPUS).values(revision=CORPUS.c.revision + 1)
LAST_SEQUENCE = select(func.max(Change.sequence))
Differences = dict[str, dict[str, Any]]
"""The fields that an update changed, each with its value `before` and `after` the update."""


class Outcome(NamedTuple):
    """The result of loading or removing an article.

    Attributes:
        kind: `created`, `updated`, `unchanged` or `removed`.
        identity: The id of the article.
        slug: The slug of the article.
        revision: The revision of the article after the load, or its last revision if it was removed.
        differences: The value before and after the load of each field that an update changed, by field name.
            Empty if `kind` is not `updated`.
    """

    kind: str
    identity: UUID
    slug: str
    revision: int
    differences: Differences


def increment_corpus_revision(connection: Connection) -> None:
    """Add one to the corpus revision, a stored number that increases whenever the stored data changes."""
    connection.execute(INCREMENT_REVISION)


def archive_revision(connection: Connection, identity: UUID, stored: StoredArticle) -> None:
    """Copy the current revision of an article to the table of former revisions.

    Call this before the article is changed or removed. `identity` is its id, and `stored` is its current
    content, with its document and revision number.
    """
    row = {"article_id": identity, "revision": stored.revision, "key": stored.record.columns["key"]}
    row |= {"content": stored.record.content, "source": stored.source}
    insert_rows(connection, Revision, [row])


def differences(before: ArticleRecord, after: ArticleRecord) -> Differences:
    """Return the fields that differ between two versions of an article, with their values before and after.

    For example, `{"title": {"before": "Old", "after": "New"}}`. The result is empty if nothing differs.
    """
    return {
        name: {"before": was, "after": after.content[name]}
        for name, was in before.content.items()
        if was != after.content[name]
    }


def record_change(connection: Connection, outcome: Outcome, title: str, changed_at: datetime) -> Outcome:
    """Add the creation, update or removal of an article to the change feed, and increase the corpus revision.

    The corpus revision is in a single row, which stays locked until the end of the transaction. Other changes
    must wait for it. The sequence numbers of the change feed therefore have no gaps and follow the order of
    the commits.

    Args:
        connection: The connection, in a write transaction.
        outcome: What happened to the article.
        title: The title of the article.
        changed_at: When the article was changed or removed.

    Returns:
        `outcome`, unchanged.
    """
    increment_corpus_revision(connection)
    last = connection.scalars(LAST_SEQUENCE).one()
    row = {
        "sequence": (last or 0) + 1,
        "kind": outcome.kind,
        "article_id": outcome.identity,
        "slug": outcome.slug,
        "title": title,
        "revision": outcome.revision,
        "changed_at": changed_at,
        "fields": list(outcome.differences),
    }
    insert_rows(connection, Change, [row])
    return outcome
