"""An article as it is stored, read back for a change of it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from api.execution import fetch, fetch_one
from api.models import REMOVED
from seeds.storing.article_record import Content
from seeds.storing.statements import FIRST_SEEDED, LAST_CHANGE, PRINTED, STORED, TAKEAWAYS, WHOLE


class Stored(NamedTuple):
    """What the loader needs to know of an article that is there already."""

    slug: str
    revision: int
    content_digest: str
    title_digest: str
    created_at: datetime
    folder: str


class Removed(NamedTuple):
    """What comes back with an article that was removed: its slug, when it came first, its last revision."""

    slug: str
    revision: int
    created_at: datetime


class Whole(NamedTuple):
    """An article's present revision, with the document that it was read from."""

    content: Content
    source: bytes
    revision: int
    derived_digest: str
    created_at: datetime
    updated_at: datetime


def find_stored(connection: Connection, identity: UUID) -> Stored | None:
    """Give what is known of an article that is there."""
    row = fetch_one(connection, STORED, {"identity": identity})
    return None if row is None else Stored(*row)


def find_removed(connection: Connection, identity: UUID) -> Removed | None:
    """Give what is known of an article that is not there any more."""
    last = fetch_one(connection, LAST_CHANGE, {"identity": identity})
    if last is None or last.kind != REMOVED:
        return None
    (first,) = fetch(connection, FIRST_SEEDED, {"identity": identity})
    return Removed(last.slug, last.revision, first.changed_at)


def read_whole(connection: Connection, identity: UUID) -> Whole:
    """Give all that is stored of an article that is there, but for what is derived."""
    (row,) = fetch(connection, WHOLE, {"identity": identity})
    of_article = {"identity": identity}
    content = Content(
        row._asdict(),
        [takeaway.text for takeaway in fetch(connection, TAKEAWAYS, of_article)],
        [(link.title, link.printed_date) for link in fetch(connection, PRINTED, of_article)],
    )
    return Whole(content, row.source, row.revision, row.derived_digest, row.created_at, row.updated_at)
