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

# How long a SQLite connection waits for another writer before it gives up.
BUSY_MILLISECONDS = 5_000
# Pages that a SQLite connection keeps: enough for the upper levels of the indexes over 100,000 articles.
CACHE_KIBIBYTES = 8_000
# Pages of its log (128 MB) after which SQLite writes them into the database; usual are 1,000. Documents
# change many of the same pages, which are then written, and waited for, that much less often.
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


# Text that sorts by code point on both engines; PostgreSQL would take the locale's order otherwise.
SortedText = Text().with_variant(Text(collation="C"), "postgresql")


# A SELECT of whatever columns.
AnySelect = Select[*tuple[Any, ...]]

# A number by which rows lie in order; on SQLite only INTEGER is that, and is given out by the database.
Number = BigInteger().with_variant(Integer, "sqlite")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Id(TypeDecorator[UUID]):
    """A UUID, in 16 bytes on SQLite too, where indexes would otherwise hold its 32 letters."""

    impl = Uuid
    cache_ok = True
    python_type = UUID

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give bytes for SQLite, which has no such type; both sort alike."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Give what the driver takes."""
        return value.bytes if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Give the UUID."""
        return UUID(bytes=value) if value and dialect.name == "sqlite" else value


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite has microseconds since 1970, an integer of 8 bytes, not text of 26."""

    impl = DateTime
    cache_ok = True
    python_type = datetime

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give an integer for SQLite, which has no such type; both sort alike."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Give what the driver takes."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - EPOCH) // MICROSECOND
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Give the time in UTC."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return None if value is None else EPOCH + value * MICROSECOND


def engine_options(database_url: str) -> dict[str, Any]:
    """Give the engine options for `database_url`.

    On PostgreSQL a request reads one snapshot, as it does on SQLite: a page and its count agree.
    """
    json = {"json_serializer": lambda value: orjson.dumps(value).decode(), "json_deserializer": orjson.loads}
    if database_url.startswith("sqlite"):
        return json | {"connect_args": {"timeout": BUSY_MILLISECONDS / 1000}}
    return json | {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True}


def end_session(_: BaseException | None) -> None:
    """End what a request read; an answer that is made goes out though its connection is lost by then."""
    try:
        db.session.close()
    except DBAPIError:
        db.session().invalidate()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        # The driver would begin transactions late and only before writes; `_begin` does it instead.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = WAL")
        # The log is synced before it is written into the database, not at each commit: a power failure can
        # take the last documents, which seeding again brings back, and can damage nothing.
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIBIBYTES}")


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        # A writer takes the lock at once: a read that turns into a write can fail without waiting.
        mode = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {mode}")
