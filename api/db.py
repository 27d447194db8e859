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
    """The base class of the models. It names each constraint, so that migrations can refer to it."""

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
    """Return the table of `model`, for statements that do not need ORM objects."""
    return Base.metadata.tables[model.__tablename__]


# Text that both engines sort by code point. By default, PostgreSQL would sort by its locale.
SortedText = Text().with_variant(Text(collation="C"), "postgresql")


# A SELECT of any columns.
AnySelect = Select[*tuple[Any, ...]]

# An integer primary key that numbers the rows. SQLite stores rows in this order only if the type is INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")

# Both the bind key and the isolation level of the engine that runs single statements.
AUTOCOMMIT = "AUTOCOMMIT"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Id(TypeDecorator[UUID]):
    """A UUID. SQLite stores it as 16 bytes, instead of the 32 characters that SQLAlchemy would store."""

    impl = Uuid
    cache_ok = True
    python_type = UUID

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column. On SQLite it is bytes, which sort like UUIDs."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Return the value for the driver."""
        return value.bytes if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Return the UUID."""
        return UUID(bytes=value) if value and dialect.name == "sqlite" else value


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC. SQLite stores it as an integer: the microseconds since 1970."""

    impl = DateTime
    cache_ok = True
    python_type = datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column. On SQLite it is an integer, which sorts like the datetime."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Return the value for the driver."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - EPOCH) // MICROSECOND
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the time in UTC."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return None if value is None else EPOCH + value * MICROSECOND


def engine_options(database_url: str) -> dict[str, Any]:
    """Return the options of the engine for `database_url`.

    A request reads a single snapshot, on PostgreSQL as on SQLite, so that a page and its total agree.
    """
    json = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    if database_url.startswith("sqlite"):
        return json | {"connect_args": {"timeout": BUSY_TIMEOUT_MILLISECONDS / 1000}}
    return json | {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}


def autocommit_options(database_url: str) -> dict[str, Any]:
    """Return the options of the engine that runs single statements outside of transactions."""
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
    """Return the engine of the current application that runs single statements outside of transactions."""
    return db.engines[AUTOCOMMIT]


def close_engines() -> None:
    """Close the pooled connections of the current application."""
    for engine in db.engines.values():
        engine.dispose()


def end_session(_: BaseException | None) -> None:
    """End the transaction of a request. Ignore a lost connection, so that the response is still sent."""
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
