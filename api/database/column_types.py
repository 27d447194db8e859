"""Column types that have the same values and the same order on SQLite and PostgreSQL."""

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, LargeBinary, Text, TypeDecorator, Uuid
from sqlalchemy.types import TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# Text that SQLite and PostgreSQL sort by code point. By default, PostgreSQL would sort by its locale.
SortedText = Text().with_variant(Text(collation="C"), "postgresql")

# An integer primary key that numbers the rows. SQLite stores rows in this order only if the type is INTEGER.
Number = BigInteger().with_variant(Integer, "sqlite")


class Id(TypeDecorator[UUID]):
    """A column type for UUIDs. SQLite stores 16 bytes, instead of the 32 characters of SQLAlchemy's type."""

    impl = Uuid
    cache_ok = True
    python_type = UUID

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type for `dialect`: 16 bytes on SQLite, and the type UUID on other databases."""
        return dialect.type_descriptor(LargeBinary(16) if dialect.name == "sqlite" else Uuid())

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> Any:
        """Return `value` as the database driver takes it: 16 bytes on SQLite, otherwise a UUID.

        None is returned unchanged.
        """
        return value.bytes if value and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> UUID | None:
        """Convert `value` from the database driver to a UUID. None is returned unchanged."""
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
        UTC. None is returned unchanged.
        """
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - EPOCH) // MICROSECOND
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Convert `value` from the database driver to a datetime in UTC. None is returned unchanged."""
        if isinstance(value, datetime):
            return value.replace(tzinfo=UTC)
        return None if value is None else EPOCH + value * MICROSECOND


class Compressed(bytes):
    """Bytes in the zlib format, which `CompressedBytes` and `CompressedJson` store unchanged."""

    __slots__ = ()


class CompressedBytes(TypeDecorator[bytes]):
    """A column type for bytes that are only read as a whole, stored in the zlib format (RFC 1950)."""

    impl = LargeBinary
    cache_ok = True
    python_type = bytes

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002
        """Return `value` in compressed form. None and `Compressed` bytes are returned unchanged."""
        return value if value is None or isinstance(value, Compressed) else zlib.compress(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        """Return the decompressed bytes of `value`. None is returned unchanged."""
        return None if value is None else zlib.decompress(value)


class CompressedJson(TypeDecorator[Any]):
    """A column type for JSON that is only read as a whole, stored in the zlib format (RFC 1950)."""

    impl = LargeBinary
    cache_ok = True
    python_type = list

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes:  # noqa: ARG002
        """Return `value` as compressed JSON.

        Bytes of the class `Compressed` are compressed already, and are returned unchanged.
        """
        return value if isinstance(value, Compressed) else zlib.compress(orjson.dumps(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:  # noqa: ARG002
        """Decompress and parse `value`, and return the result. None is returned unchanged."""
        return None if value is None else orjson.loads(zlib.decompress(value))
