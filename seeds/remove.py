"""An article out of the database, all but its history and its slugs."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import Connection

from api.models import REMOVED
from seeds.execution import run
from seeds.history import Outcome, keep_revision, record
from seeds.naming import count_entities
from seeds.parts import delete_parts
from seeds.related import resolve
from seeds.statements import DELETE_ARTICLE
from seeds.stored import read_whole


def remove(connection: Connection, identity: UUID) -> Outcome:
    """Remove an article that is there; titles that led to it may now lead to another one, or to none."""
    whole = read_whole(connection, identity)
    keep_revision(connection, identity, whole)
    count_entities(connection, (), delete_parts(connection, identity), {})
    run(connection, DELETE_ARTICLE, {"identity": identity})
    columns = whole.content.columns
    resolve(connection, identity, {columns["title_digest"]})
    outcome = Outcome(REMOVED, identity, columns["slug"], whole.revision, {})
    return record(connection, outcome, columns["title"], datetime.now(UTC).replace(microsecond=0))
