"""The history of articles: what each was, and the feed of changes."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, func, select, update

from api.db import table_of
from api.models import Change, Corpus, Revision
from seeds.bulk import insert_rows
from seeds.storing.article_record import ArticleRecord
from seeds.storing.stored_article import StoredArticle

UNCHANGED = "unchanged"
CORPUS = table_of(Corpus)
INCREMENT_REVISION = update(CORPUS).values(revision=CORPUS.c.revision + 1)
LAST_SEQUENCE = select(func.max(Change.sequence))
Differences = dict[str, dict[str, Any]]
"""The fields that an update changed, each with its value `before` and `after`."""


class Outcome(NamedTuple):
    """What became of an article: created, updated, unchanged or removed, and at which revision it is now."""

    kind: str
    identity: UUID
    slug: str
    revision: int
    differences: Differences


def increment_corpus_revision(connection: Connection) -> None:
    """Add one to the revision of the corpus."""
    connection.execute(INCREMENT_REVISION)


def archive_revision(connection: Connection, identity: UUID, whole: StoredArticle) -> None:
    """Keep what an article is before it becomes something else or nothing."""
    row = {"article_id": identity, "revision": whole.revision, "key": whole.record.columns["key"]}
    row |= {"content": whole.record.content, "source": whole.source}
    insert_rows(connection, Revision, [row])


def differences(before: ArticleRecord, after: ArticleRecord) -> Differences:
    """Give the fields in which two revisions of an article differ."""
    return {
        name: {"before": was, "after": after.content[name]}
        for name, was in before.content.items()
        if was != after.content[name]
    }


def record_change(connection: Connection, outcome: Outcome, title: str, changed_at: datetime) -> Outcome:
    """Add the change that `outcome` is to the feed, and count the corpus one on; gives it again.

    Numbers follow one another in the order of the commits, for every reader and without a gap: the row of the
    corpus is locked from here to the end of the transaction, so that the next number is not given out before
    this one can be seen.
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
