"""The kinds of database failures, such as an unavailable database, with a description for clients."""

import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from api.database.deadlines import DeadlineError
from api.database.sqlite import ReplacedFileError


class Failure(StrEnum):
    """A kind of database failure. Its value is a sentence that describes the failure to clients.

    The sentence of SILENT is for operators, who see it in the log and in the response of `/readyz`.
    """

    SILENT = "The database does not answer."
    UNAVAILABLE = "The database is not available. Try again later."
    TOO_SLOW = "The database took too long. Ask for less, or try again later."
    LOCKED = "The database is locked by a different process. Try again later."
    OTHER_SCHEMA = "The database does not have the schema of this version. Run `flask db upgrade`."
    FORBIDDEN = "The service has no permission to read its database."
    REPLACED_FILE = (
        "The database file was replaced or deleted while the service was running. "
        "The operator must restart the service."
    )


# Failures that show at once. The database counts as available, since no request waits for it.
FAST_FAILURES = (Failure.OTHER_SCHEMA, Failure.FORBIDDEN, Failure.REPLACED_FILE)

# The error codes (SQLSTATE) of PostgreSQL. The exceptions of psycopg are not used, since it needs 9 MB of
# memory and is not loaded for SQLite.
UNDEFINED_TABLE, UNDEFINED_COLUMN, INSUFFICIENT_PRIVILEGE = "42P01", "42703", "42501"
QUERY_CANCELED, LOCK_NOT_AVAILABLE = "57014", "55P03"
POSTGRESQL_FAILURES = {
    UNDEFINED_TABLE: Failure.OTHER_SCHEMA,
    UNDEFINED_COLUMN: Failure.OTHER_SCHEMA,
    INSUFFICIENT_PRIVILEGE: Failure.FORBIDDEN,
    QUERY_CANCELED: Failure.TOO_SLOW,
    LOCK_NOT_AVAILABLE: Failure.LOCKED,
}
# The failures that errors of SQLite report, by the beginning of the message.
SQLITE_FAILURES = {
    "no such table": Failure.OTHER_SCHEMA,
    "no such column": Failure.OTHER_SCHEMA,
    "interrupted": Failure.TOO_SLOW,
    "database is locked": Failure.LOCKED,
}


def failure_of(error: Exception) -> Failure | None:
    """Return the kind of database failure that `error` reports, or None if `error` has a different cause.

    For example, a violated constraint is a mistake in the program and not a database failure.
    """
    if isinstance(error, DeadlineError | PoolTimeout):
        return Failure.UNAVAILABLE
    if not isinstance(error, DBAPIError):
        return None
    original = error.orig
    if isinstance(original, ReplacedFileError):
        return Failure.REPLACED_FILE
    if isinstance(original, sqlite3.Error):
        message = str(original)
        known = next((SQLITE_FAILURES[each] for each in SQLITE_FAILURES if message.startswith(each)), None)
    else:
        known = POSTGRESQL_FAILURES.get(getattr(original, "sqlstate", None) or "")
    # SQLite raises a plain DatabaseError if the file is not a database.
    is_unavailable = isinstance(error, OperationalError | InterfaceError) or type(error) is DatabaseError
    return known or (Failure.UNAVAILABLE if is_unavailable else None)
