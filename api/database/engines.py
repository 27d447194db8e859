"""The SQLAlchemy engines of the application: one for transactions, one for single statements."""

from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from api.database.access import access_of
from api.database.base import db
from api.database.sqlite import BUSY_TIMEOUT_MILLISECONDS, DatabaseFile

# The bind key, and also the isolation level, of the engine that runs single statements outside of
# transactions.
AUTOCOMMIT = "AUTOCOMMIT"
# The key, in the `info` of a connection to SQLite, of a function that returns False if the connection cannot
# be used any more.
IS_CURRENT = "briefs_is_current"


def engine_options(database_url: str) -> dict[str, Any]:
    """Return the keyword arguments of `sqlalchemy.create_engine` for `database_url`, without the URL itself.

    On PostgreSQL, the isolation level is REPEATABLE READ, so that all reads of a request see the same state
    of the database, as on SQLite. A page and its total then agree.
    """
    json = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    if database_url.startswith("sqlite"):
        return json | {"connect_args": {"timeout": BUSY_TIMEOUT_MILLISECONDS / 1000}}
    return json | {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}


def autocommit_options(database_url: str) -> dict[str, Any]:
    """Return the keyword arguments of `sqlalchemy.create_engine` for a second engine, with the URL as `url`.

    The engine connects to `database_url` and runs single statements outside of transactions.
    """
    options = engine_options(database_url) | {
        "url": database_url,
        "execution_options": {"isolation_level": AUTOCOMMIT},
        # 0 means no limit. StatementReader and RevisionWatch keep their connections, at most one for each
        # thread.
        "pool_size": 0,
        "pool_pre_ping": False,
    }
    options.pop("isolation_level", None)
    return options


def autocommit_engine() -> Engine:
    """Return the second SQLAlchemy engine of the current application.

    The engine runs single statements outside of transactions.
    """
    return db.engines[AUTOCOMMIT]


def make_engines_read_only(file_identity: str = "") -> None:
    """Let the engines of the current application open connections that can only read.

    `api.database.access.allow_writes` lifts the restriction for one engine.

    Args:
        file_identity: The identity of the SQLite file that can be opened, or "" if it is not known. See
            `api.database.sqlite.DatabaseFile`.
    """
    engines = [engine for engine in db.engines.values() if engine.dialect.name == "sqlite"]
    if engines:
        # Both engines connect to the same file.
        file = DatabaseFile(str(engines[0].url.database), file_identity)
        for engine in engines:
            _connect_to_file(engine, file)


def is_current(connection: Connection) -> bool:
    """Return True if `connection`, which was idle, can be used.

    Return False if it leads to a SQLite file that was replaced or deleted. Close the connection then.
    """
    check = connection.info.get(IS_CURRENT)
    return check is None or check()


def _connect_to_file(engine: Engine, file: DatabaseFile) -> None:
    """Let `engine` open the SQLite file `file`, and close idle connections if the file was replaced."""

    @event.listens_for(engine, "do_connect")
    def connect(_: Dialect, entry: ConnectionPoolEntry, __: list[Any], options: dict[str, Any]) -> Any:
        connection, opened = file.connect(access_of(engine), options)
        entry.info[IS_CURRENT] = partial(file.is_current, opened)
        return connection

    @event.listens_for(engine, "checkout")
    def check(_: DBAPIConnection, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        if not entry.info[IS_CURRENT]():
            # The pool closes its connections and opens a new one.
            raise InvalidatePoolError


def close_engines() -> None:
    """Close the idle connections in the pools of all engines of the current application."""
    for engine in db.engines.values():
        engine.dispose()


def end_session(_: BaseException | None) -> None:
    """End the database transaction of a request. This is a teardown function of Flask.

    An error due to a lost connection is ignored, so that the response is still sent.
    """
    try:
        db.session.close()
    except DBAPIError:
        db.session().invalidate()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and options.get("isolation_level") != AUTOCOMMIT:
        # Take the write lock at the start. A transaction that reads first could fail at its first write,
        # without waiting for the lock.
        mode = "IMMEDIATE" if options.get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")
