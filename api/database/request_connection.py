"""The database connection of a request. All statements of the request read the same snapshot."""

from flask import g
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from api.database.base import db


def request_connection() -> Connection:
    """Return the database connection of the current request. The first statement begins a transaction.

    A plain connection is used, since opening a session of the ORM takes as long as a short statement.
    """
    if "database_connection" not in g:
        g.database_connection = db.engine.connect()
    connection: Connection = g.database_connection
    return connection


def close_request_connection(_: BaseException | None) -> None:
    """End the database transaction of a request, if there is one (a teardown function of Flask).

    An error due to a lost connection is ignored, so that the response is still sent.
    """
    connection: Connection | None = g.pop("database_connection", None)
    if connection is None:
        return
    try:
        connection.close()
    except DBAPIError:
        # SQLAlchemy has closed a connection that was lost.
        if not connection.closed:
            connection.invalidate()
            connection.close()
