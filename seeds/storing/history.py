"""Record the history of articles: their former revisions, and the change feed (the list of all changes)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, bindparam, func, select, update

from api.database.base import table_of
from api.models import Change, Corpus, Revision
from seeds.bulk_statements import insert_rows
from seeds.preparing.article_record import ArticleRecord
from seeds.storing.stored_article import StoredArticle

UNCHANGED = "unchanged"
CORPUS = table_of(Corpus)
ADD_TO_REVISION = update(CORPUS).values(revision=CORPUS.c.revision + bindparam("changes"))
LAST_SEQUENCE = select(func.max(Change.sequence))
Differences = dict[str, dict[str, Any]]
"""The fields that an update changed, each with its value `before` and `after` the update."""


class Outcome(NamedTuple):
    """The result of loading or removing an article.

    Attributes:
        kind: `created`, `updated`, `unchanged` or `removed`.
        identity: The id of the article.
        slug: The slug of the article.
        title: The title of the article.
        revision: The current revision, or the last one of a removed article.
        differences: The old and new value of each field that an update changed, by field name.
    """

    kind: str
    identity: UUID
    slug: str
    title: str
    revision: int
    differences: Differences


def increment_corpus_revision(connection: Connection, changes: int = 1) -> None:
    """Add `changes` to the corpus revision, a stored number that increases whenever the data changes."""
    connection.execute(ADD_TO_REVISION, {"changes": changes})


def archive_revisions(connection: Connection, articles: Iterable[StoredArticle]) -> None:
    """Copy the current revisions of `articles` to the table of former revisions.

    Call this before the articles are changed or removed.
    """
    rows = [
        {
            "article_id": each.id,
            "revision": each.revision,
            "key": each.record.key,
            "document": each.document,
            "content": each.content,
        }
        for each in articles
    ]
    insert_rows(connection, Revision, rows)


def differences(before: ArticleRecord, after: ArticleRecord) -> Differences:
    """Return the fields that differ between two versions of an article, with their values before and after.

    For example, `{"title": {"before": "Old", "after": "New"}}`. The result is empty if nothing differs.
    """
    return {
        name: {"before": was, "after": after.content[name]}
        for name, was in before.content.items()
        if was != after.content[name]
    }


def record_changes(connection: Connection, outcomes: Sequence[Outcome], changed_at: datetime) -> None:
    """Add the creation, update or removal of articles to the change feed, and increase the corpus revision.

    Other writers of changes wait until the transaction ends.

    Args:
        connection: In a write transaction.
        outcomes: What happened to each article, in the order of the change feed.
        changed_at: When the articles were changed or removed.
    """
    if not outcomes:
        return
    # This locks the single row of the corpus revision until the transaction ends. The sequence numbers
    # therefore have no gaps and follow the order of the commits.
    increment_corpus_revision(connection, len(outcomes))
    last = connection.scalars(LAST_SEQUENCE).one() or 0
    rows = [
        {
            "sequence": sequence,
            "kind": outcome.kind,
            "article_id": outcome.identity,
            "slug": outcome.slug,
            "title": outcome.title,
            "revision": outcome.revision,
            "changed_at": changed_at,
            "fields": list(outcome.differences),
        }
        for sequence, outcome in enumerate(outcomes, last + 1)
    ]
    insert_rows(connection, Change, rows)
