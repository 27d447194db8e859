"""The database: SQLite in WAL mode by default, PostgreSQL by setting; one code for both."""

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

# How long a SQLite connection waits for a different writer before it gives up.
BUSY_MILLISECONDS = 5_000
# The page cache of a SQLite connection: enough for the upper levels of the indexes over 100,000 articles.
CACHE_KIBIBYTES = 8_000
# SQLite copies its write-ahead log into the database after this many pages (128 MB; its default is 1,000).
# Consecutive documents change many of the same pages, which are then copied far less often.
LOG_PAGES = 32_000


class Base(DeclarativeBase):
    """Base of the models; the convention gives each constraint a name that migrations can use."""

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
    """Return the table of `model`, for statements that need no objects of the ORM."""
    return Base.metadata.tables[model.__tablename__]


# Text that sorts by code point on both engines; PostgreSQL would use the order of its locale by default.
SortedText = Text().with_variant(Text(collation="C"), "postgresql")


# A SELECT of any columns.
AnySelect = Select[*tuple[Any, ...]]

# An automatic primary key that is the order of the rows on disk; on SQLite only INTEGER is.
Number = BigInteger().with_variant(Integer, "sqlite")

# The isolation level of single statements, and the bind key of the engine that runs them.
AUTOCOMMIT = "AUTOCOMMIT"

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Id(TypeDecorator[UUID]):
    """A UUID that takes 16 bytes on SQLite too, where indexes would otherwise hold 32 letters."""

    impl = Uuid
    cache_ok = True
    python_type = UUID

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column: bytes on SQLite, which sort in the same order."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Return the value for the driver."""
        return value.bytes if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Return the UUID."""
        return UUID(bytes=value) if value and dialect.name == "sqlite" else value


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite stores microseconds since 1970 in 8 bytes instead of text in 26."""

    impl = DateTime
    cache_ok = True
    python_type = datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the column: an integer on SQLite, which sorts in the same order."""
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

    On PostgreSQL a request reads one snapshot, as on SQLite, so that a page and its count agree.
    """
    json = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    if database_url.startswith("sqlite"):
        return json | {"connect_args": {"timeout": BUSY_MILLISECONDS / 1000}}
    return json | {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}


def autocommit_options(database_url: str) -> dict[str, Any]:
    """Return the options of the engine that runs single statements outside of transactions."""
    options = engine_options(database_url) | {
        "url": database_url,
        "execution_options": {"isolation_level": AUTOCOMMIT},
        # The users of this engine keep their connections, as many as there are threads.
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
    """End the transaction of a request; an answer is sent even if its connection is lost meanwhile."""
    try:
        db.session.close()
    except DBAPIError:
        db.session().invalidate()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver would begin transactions late and before writes only; `_begin` begins them instead.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        # The log is synced before it is copied into the database, not at each commit. A power failure can
        # lose the last documents, which can be seeded again, but it cannot damage the database.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    options = connection.get_execution_options()
    if connection.dialect.name == "sqlite" and options.get("isolation_level") != AUTOCOMMIT:
        # A writer takes the lock at once, since a read that turns into a write can fail without waiting.
        mode = "IMMEDIATE" if options.get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")
