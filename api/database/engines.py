"""The SQLAlchemy engines of the application: one for transactions, one for single statements."""

from functools import partial
from typing import Any

import orjson
from sqlalchemy import Connection, Dialect, Engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from api.database.access import Access, access_of
from api.database.base import db
from api.database.deadlines import current_deadline
from api.database.postgresql import (
    command_parameters,
    is_closed_by_server,
    merge_parameters,
    service_parameters,
)
from api.database.sqlite import BUSY_TIMEOUT_MILLISECONDS, DatabaseFile

# The bind key, and also the isolation level, of the engine that runs single statements outside of
# transactions.
AUTOCOMMIT = "AUTOCOMMIT"
# The key, in the `info` of a connection to SQLite, of a function that returns False if the connection cannot
# be used any more.
IS_CURRENT = "briefs_is_current"
# How long a request waits for a connection of the pool, which has more connections than requests run at a
# time.
POOL_TIMEOUT_SECONDS = 5


def engine_url(database_url: str) -> str:
    """Return `database_url` for SQLAlchemy. Remove the query parameters from a URL of SQLite."""
    url = make_url(database_url)
    bare = url.set(query={}) if url.get_backend_name() == "sqlite" else url
    return bare.render_as_string(hide_password=False)


def engine_options(database_url: str) -> dict[str, Any]:
    """Return the keyword arguments of `sqlalchemy.create_engine` for `database_url`, except the URL."""
    # On PostgreSQL, the isolation level is REPEATABLE READ, so that all reads of a request see the same state
    # of the database, as on SQLite. A page and its total then agree.
    json = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    if database_url.startswith("sqlite"):
        return json | {"connect_args": {"timeout": BUSY_TIMEOUT_MILLISECONDS / 1000}}
    return json | {"isolation_level": "REPEATABLE READ", "pool_timeout": POOL_TIMEOUT_SECONDS}


def autocommit_options(database_url: str) -> dict[str, Any]:
    """Return the options of the second SQLAlchemy engine, which runs statements outside of transactions.

    The result has the key `url`, the URL of the same database, and further keyword arguments of
    `sqlalchemy.create_engine`.
    """
    options = engine_options(database_url) | {
        "url": engine_url(database_url),
        "execution_options": {"isolation_level": AUTOCOMMIT},
        # 0 means no limit. StatementReader and RevisionWatch keep their connections, at most one for each
        # thread.
        "pool_size": 0,
    }
    options.pop("isolation_level", None)
    return options


def autocommit_engine() -> Engine:
    """Return the second SQLAlchemy engine of the current application.

    The engine runs single statements outside of transactions.
    """
    return db.engines[AUTOCOMMIT]


def make_engines_read_only(database_url: str, request_seconds: float, file_identity: str = "") -> None:
    """Restrict the engines of the current application to connections that can only read.

    On PostgreSQL, the connections also get the time-outs of the service.

    Args:
        database_url: The setting `DATABASE_URL`. A SQLite URL can contain `mode=ro` or `immutable=1`.
        request_seconds: The maximum duration of a request.
        file_identity: Identifies the only SQLite file to open (see `DatabaseFile`).
    """
    # `mode=ro` means that even commands cannot write to the file, and `immutable=1` that no process changes
    # it.
    engines = list(db.engines.values())
    if engines[0].dialect.name == "postgresql":
        for engine in engines:
            _connect_to_server(engine, request_seconds)
        return
    # Both engines connect to the same file.
    parameters = make_url(database_url).query
    file = DatabaseFile(
        str(engines[0].url.database),
        file_identity,
        is_read_only=parameters.get("mode") == "ro",
        is_immutable=parameters.get("immutable") == "1",
    )
    for engine in engines:
        _connect_to_file(engine, file)


def is_current(connection: Connection) -> bool:
    """Return True if the idle `connection` can be used again. If not, the caller must close the connection.

    A connection cannot be used after its SQLite file was replaced or deleted, or after a failure of the
    database.
    """
    deadline = current_deadline()
    if deadline is not None and not deadline.accepts(connection.info):
        return False
    check = connection.info.get(IS_CURRENT)
    return check is None or check()


def _connect_to_server(engine: Engine, request_seconds: float) -> None:
    """Let `engine` open connections to PostgreSQL with time-outs.

    If the server has closed an idle connection, a new connection is opened. `request_seconds` is the value of
    BRIEFS_REQUEST_SECONDS. Connections that can write do not use this value.
    """

    @event.listens_for(engine, "do_connect")
    def connect(_: Dialect, __: ConnectionPoolEntry, ___: list[Any], options: dict[str, Any]) -> None:
        is_service = access_of(engine) is Access.READ
        defaults = service_parameters(request_seconds) if is_service else command_parameters()
        options.update(merge_parameters(defaults, options))

    @event.listens_for(engine, "checkout")
    def check(connection: DBAPIConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        if is_closed_by_server(connection):
            # The pool opens a new connection.
            raise DisconnectionError


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


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and options.get("isolation_level") != AUTOCOMMIT:
        # Take the write lock at the start. A transaction that reads first could fail at its first write,
        # without waiting for the lock.
        mode = "IMMEDIATE" if options.get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")
