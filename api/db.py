"""Access to the database: SQLite in WAL mode by default, or PostgreSQL, with the same code."""

import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    Engine,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    Text,
    TypeDecorator,
    Uuid,
    event,
)
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeEngine

# How long a SQLite connection waits for the lock of another connection before it fails.
BUSY_TIMEOUT_MILLISECONDS = 5_000
# The size of the page cache of a SQLite connection. It holds the upper levels of the indexes over 100,000
# articles.
PAGE_CACHE_KIBIBYTES = 8_000
# SQLite copies the write-ahead log into the database when the log has this many pages (128 MB; the default is
# 1,000 pages). Consecutive documents change many of the same pages, so copying the log less often writes each
# page fewer times.
WAL_CHECKPOINT_PAGES = 32_000


class Base(DeclarativeBase):
    """The base class of the models. It names all constraints, so that migrations can refer to them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, disable_autonaming=True)


def table_of(model: type[Base]) -> Table:
    """Return the SQLAlchemy Core table of `model`, for statements that do not need ORM objects."""
    return Base.metadata.tables[model.__tablename__]


# Text that SQLite and PostgreSQL sort by code point. By default, PostgreSQL would sort by its locale.
SortedText = Text().with_variant(Text(collation="C"), "postgresql")


# A SELECT of any columns.
AnySelect = Select[*tuple[Any, ...]]

# An integer primary key that numbers the rows. SQLite stores rows in this order only if the type is INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

# The bind key, and also the isolation level, of the engine that runs single statements outside of
# transactions.
AUTOCOMMIT = "AUTOCOMMIT"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Id(TypeDecorator[UUID]):
    """A column type for UUIDs. SQLite stores 16 bytes, instead of the 32 characters of SQLAlchemy's type."""

    impl = Uuid
    cache_ok = True
    python_type = UUID

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type for `dialect`: bytes on SQLite, which sort like UUIDs, otherwise UUID."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Return `value` as the database driver takes it: bytes on SQLite, otherwise a UUID. Keep None."""
        return value.bytes if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Return `value`, as the database driver returned it, converted to a UUID. Keep None."""
        return UUID(bytes=value) if value and dialect.name == "sqlite" else value


class UtcDateTime(TypeDecorator[datetime]):
    """A column type for aware datetimes, which are returned in UTC.

    SQLite stores them as integers: the microseconds since 1970.
    """

    impl = DateTime
    cache_ok = True
    python_type = datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column on `dialect`: an integer on SQLite, otherwise a timestamp.

        The integers sort like the datetimes.
        """
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return `value` in the form that the database driver takes.

        On SQLite, this is the number of microseconds since 1970. On PostgreSQL, it is a naive datetime in
        UTC. None is kept.
        """
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - EPOCH) // MICROSECOND
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return `value`, as the database driver returned it, converted to a datetime in UTC. Keep None."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return None if value is None else EPOCH + value * MICROSECOND


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


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        # By default, sqlite3 begins a transaction only before a write. `_begin` begins every transaction
        # instead.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        # Sync the write-ahead log before it is copied into the database, not at each commit. A power failure
        # can lose the last documents, which can be seeded again, but it cannot damage the database.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {WAL_CHECKPOINT_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIBIBYTES}")


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and options.get("isolation_level") != AUTOCOMMIT:
        # Take the write lock at the start. A transaction that reads first could fail at its first write,
        # without waiting for the lock.
        mode = "IMMEDIATE" if options.get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")
