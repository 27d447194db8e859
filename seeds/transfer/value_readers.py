"""From JSON to our values, strictly: a reader a kind of value, and readers of records made of these.

A reader takes what JSON gave and gives our value, or raises MalformedError. Only the one spelling that an
export writes is taken, so that what is read comes out again byte for byte.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from math import copysign
from typing import Any
from uuid import UUID

import orjson

from api.config import MIN_SECRET_CHARACTERS
from api.resources.fields import rfc3339
from seeds.identifiers import MAX_SLUG, is_slug
from seeds.messages import quoted

Read = Callable[[Any], Any]

# What a column of the database holds.
MAX_INTEGER, MAX_NUMBER = (1 << 31) - 1, (1 << 63) - 1
# Of a value that is shown for being wrong; the rest of a long one would be made for nothing.
SHOWN = 100


class MalformedError(ValueError):
    """A value is not what it must be; `path` says where it stands, as in `takeaways[0].text`."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message, self.path = message, path

    def under(self, place: str) -> "MalformedError":
        """Give the same with the place of what the value stands in."""
        joint = "." if self.path and not self.path.startswith("[") else ""
        return MalformedError(self.message, f"{place}{joint}{self.path}")

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def text(value: Any) -> str:
    """Read a string; one with a NUL is none that PostgreSQL takes."""
    if not isinstance(value, str):
        raise _not("a string", value)
    if "\0" in value:
        raise _not("a string without NUL", value)
    return value


def slug(value: Any) -> str:
    """Read a slug."""
    if not is_slug(text(value)):
        raise _not(f"a slug: words of a-z and 0-9 joined by `-`, at most {MAX_SLUG} characters", value)
    return str(value)


def sha256(value: Any) -> str:
    """Read a digest in hex."""
    if len(text(value)) != 64 or set(value) - set("0123456789abcdef"):
        raise _not("a SHA-256 of 64 hexadecimal digits", value)
    return str(value)


def identity(value: Any) -> UUID:
    """Read a UUID."""
    try:
        read = UUID(text(value))
    except ValueError:
        raise _not("a UUID", value) from None
    if str(read) != value:
        raise _not(f"a UUID as it is written, {read}", value)
    return read


def time(value: Any) -> datetime:
    """Read a time; the first year and the last stand for what has none."""
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        raise _not_a_time(value) from None
    if read.tzinfo is not UTC or rfc3339(read) != value or read.year in (MINYEAR, MAXYEAR):
        raise _not_a_time(value)
    return read


def key(value: Any) -> str:
    """Read a key that signs cursors."""
    if len(text(value)) < MIN_SECRET_CHARACTERS:
        raise _not(f"a key of at least {MIN_SECRET_CHARACTERS} characters", value)
    return str(value)


def integer(least: int = 0, most: int = MAX_INTEGER) -> Read:
    """Make the reader of a whole number."""

    def read(value: Any) -> int:
        # Not isinstance, to which true is 1.
        if type(value) is not int or not least <= value <= most:
            raise _not(f"a whole number from {least} to {most}", value)
        return value

    return read


def share(value: Any) -> float:
    """Read a number from 0 to 1, with its decimal point."""
    # Minus zero is zero, but is not written so.
    if not isinstance(value, float) or not 0 <= value <= 1 or copysign(1, value) < 0:
        raise _not("a number from 0.0 to 1.0", value)
    return value


def one_of(allowed: Collection[str]) -> Read:
    """Make the reader of one of few strings."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise _not(f"one of {', '.join(allowed)}", value)
        return value

    return read


def optional(read: Read) -> Read:
    """Make the reader of what may be null."""
    return lambda value: None if value is None else read(value)


def as_it_is(read: Read) -> Read:
    """Make the reader that gives what is right as JSON has it."""

    def check(value: Any) -> Any:
        read(value)
        return value

    return check


def each(read: Read, least: int = 0) -> Read:
    """Make the reader of a list of at least so many."""

    def read_each(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _not("a list", value)
        if len(value) < least:
            raise MalformedError(f"must have at least {least}")
        made: list[Any] = []
        try:
            for one in value:
                made.append(read(one))
        except MalformedError as error:
            raise error.under(f"[{len(made)}]") from None
        return made

    return read_each


def pair(first: Read, second: Read) -> Read:
    """Make the reader of a list of two."""

    def read(value: Any) -> tuple[Any, Any]:
        if not isinstance(value, list) or len(value) != 2:
            raise _not("a list of two", value)
        return first(value[0]), second(value[1])

    return read


def record(fields: Mapping[str, Read]) -> Read:
    """Make the reader of an object with exactly these keys, which it gives in this order."""

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _not("an object", value)
        if value.keys() != fields.keys():
            raise MalformedError(_other_keys(value, fields))
        made: dict[str, Any] = {}
        name = ""
        try:
            for name, field in fields.items():
                made[name] = field(value[name])
        except MalformedError as error:
            raise error.under(name) from None
        return made

    return read


def by_kind(readers: Mapping[str, Read]) -> Read:
    """Make the reader of an object whose key `kind` says which of `readers` reads it."""
    kind = one_of(readers)

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or "kind" not in value:
            raise _not("an object with the key `kind`", value)
        try:
            reader = readers[kind(value["kind"])]
        except MalformedError as error:
            raise error.under("kind") from None
        made: dict[str, Any] = reader(value)
        return made

    return read


def _other_keys(value: Mapping[str, Any], fields: Mapping[str, Read]) -> str:
    missing = [name for name in fields if name not in value]
    if missing:
        return f"the key `{missing[0]}` is missing"
    unknown = next(name for name in value if name not in fields)
    return f"has an unknown key {quoted(unknown)}; the keys are {', '.join(fields)}"


def _not_a_time(value: Any) -> MalformedError:
    return _not("a time in UTC of the years 2 to 9998, as in 2026-04-21T09:30:00Z", value)


def _not(right: str, value: Any) -> MalformedError:
    """Say what would be right, and what is there instead."""
    if isinstance(value, str):
        return MalformedError(f"must be {right}, not {quoted(value[:SHOWN])}")
    if isinstance(value, list | dict):
        return MalformedError(f"must be {right}, not {'a list' if isinstance(value, list) else 'an object'}")
    return MalformedError(f"must be {right}, not {orjson.dumps(value).decode()}")
