"""Readers: functions that check a value in a line of an export, and convert it for the database.

A reader accepts only the form that an export writes, and raises `MalformedError` for every other value. A new
export of imported data is therefore identical to the first.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Mapping
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from functools import lru_cache
from math import copysign
from typing import Any
from uuid import UUID

import orjson

from api.resources.fields import rfc3339
from api.setting_values import MIN_SECRET_CHARACTERS
from seeds.escaping import quoted
from seeds.identifiers import SLUG_RULE, is_slug
from seeds.parsing.characters import is_visible
from seeds.parsing.document import MAX_TITLE_LENGTH, TITLE_RULE
from seeds.parsing.sidecar import LANGUAGE_TAG

Reader = Callable[[Any], Any]

# The largest values of the integer columns.
MAX_INTEGER, MAX_NUMBER = (1 << 31) - 1, (1 << 63) - 1
# The number of characters of an invalid value that a message shows.
MAX_SHOWN_CHARACTERS = 100


class MalformedError(ValueError):
    """An error for an invalid value in a line of an export, with its path, such as `takeaways[0].text`."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.message, self.path = message, path

    def inside(self, parent: str) -> "MalformedError":
        """Return a copy of this error with `parent` before its path.

        For the path `text`, `inside("takeaways[0]")` gives the path `takeaways[0].text`.
        """
        separator = "." if self.path and not self.path.startswith("[") else ""
        return MalformedError(self.message, f"{parent}{separator}{self.path}")

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def text(value: Any) -> str:
    """Return `value`, a string in a line of an export, unchanged.

    Raise `MalformedError` if it is not a string, or contains a NUL, which PostgreSQL does not store.
    """
    if not isinstance(value, str):
        raise _unexpected("a string", value)
    if "\0" in value:
        raise _unexpected("a string without NUL", value)
    return value


def texts(value: Any) -> list[str]:
    """Return `value`, a JSON list of strings, unchanged.

    Raise `MalformedError` if it is not such a list, or if a string contains a NUL.
    """
    if isinstance(value, list) and {*map(type, value)} == {str} and "\0" not in "".join(value):
        return value
    read: list[str] = list_of(text)(value)
    return read


def document(value: Any) -> bytes:
    """Return the bytes of a document, given its value in an export.

    The value is the text or, if the bytes are not UTF-8 text or contain a NUL, `{"base64": "…"}`. Raise
    `MalformedError` for every other value.
    """
    if not isinstance(value, dict):
        return text(value).encode()
    if value.keys() != {"base64"}:
        raise _unexpected("a string or an object with the key base64", value)
    try:
        data = b64decode(text(value["base64"]), validate=True)
    except ValueError:
        raise _unexpected("base64", value["base64"]) from None
    if document_value(data) != value:
        raise _unexpected("the base64 of bytes that are not UTF-8 text", value["base64"])
    return data


def document_value(data: bytes) -> str | dict[str, str]:
    """Return the bytes of a document as a value for an export. `document` converts the value back.

    The value is the text or, if the bytes are not UTF-8 text or contain a NUL, `{"base64": "…"}`.
    """
    try:
        found = data.decode()
    except UnicodeDecodeError:
        found = "\0"
    return {"base64": b64encode(data).decode()} if "\0" in found else found


def slug(value: Any) -> str:
    """Return `value`, a slug such as `green-computing`, unchanged.

    Raise `MalformedError` if `value` is not a valid slug.
    """
    if not is_slug(text(value)):
        raise _unexpected(f"a slug: {SLUG_RULE}", value)
    return str(value)


def sha256(value: Any) -> str:
    """Return `value`, a SHA-256 written as 64 lower-case hexadecimal digits, unchanged.

    Raise `MalformedError` if `value` is not such a string.
    """
    if len(text(value)) != 64 or set(value) - set("0123456789abcdef"):
        raise _unexpected("a SHA-256 of 64 hexadecimal digits", value)
    return str(value)


def uuid(value: Any) -> UUID:
    """Read a UUID. Raise `MalformedError` if `value` is not a UUID in lower case with hyphens."""
    return _parse_uuid(text(value))


# Many lines name the same entities.
@lru_cache(maxsize=16_384)
def _parse_uuid(value: str) -> UUID:
    try:
        read = UUID(value)
    except ValueError:
        raise _unexpected("a UUID", value) from None
    if str(read) != value:
        raise _unexpected(f"a UUID in its usual form, {read}", value)
    return read


def time(value: Any) -> datetime:
    """Read a UTC time. Raise `MalformedError` if `value` is not a time such as `2026-04-21T09:30:00Z`.

    The years 1 and 9999 are refused, because the sort keys of articles without a time use them.
    """
    try:
        read = datetime.fromisoformat(text(value))
    except ValueError:
        raise _unexpected_time(value) from None
    if read.tzinfo is not UTC or rfc3339(read) != value or read.year in (MINYEAR, MAXYEAR):
        raise _unexpected_time(value)
    return read


def secret_key(value: Any) -> str:
    """Read the key that signs the page cursors of the API, a string.

    Raise `MalformedError` if it has fewer than `MIN_SECRET_CHARACTERS` characters, or contains a NUL. The
    message does not contain the key.
    """
    if not isinstance(value, str) or "\0" in value or len(value) < MIN_SECRET_CHARACTERS:
        raise MalformedError(f"must be a string of at least {MIN_SECRET_CHARACTERS} characters, without NUL")
    return value


def title(value: Any) -> str:
    """Return `value`, the title of an article, unchanged.

    Raise `MalformedError` if it is not text of 1 to 500 characters, at least one of them visible.
    """
    if not is_visible(text(value)) or len(value) > MAX_TITLE_LENGTH:
        raise _unexpected(TITLE_RULE, value)
    return str(value)


def language(value: Any) -> str:
    """Return `value`, a BCP 47 language tag such as `en`, unchanged.

    Raise `MalformedError` if `value` is not a language tag.
    """
    if not LANGUAGE_TAG.fullmatch(text(value)):
        raise _unexpected("a BCP 47 language tag, such as en or zh-Hans", value)
    return str(value)


def integer(minimum: int = 0, maximum: int = MAX_INTEGER) -> Reader:
    """Return a function that reads an integer from `minimum` to `maximum`, and refuses other values."""

    def read(value: Any) -> int:
        # `isinstance(value, int)` would also accept True.
        if type(value) is not int or not minimum <= value <= maximum:
            raise _unexpected(f"a whole number from {minimum} to {maximum}", value)
        return value

    return read


def integers(minimum: int, maximum: int) -> Reader:
    """Return a function that reads a JSON list of integers from `minimum` to `maximum`."""
    read_each = list_of(integer(minimum, maximum))

    def read(value: Any) -> list[int]:
        is_of_type = isinstance(value, list) and {*map(type, value)} == {int}
        if is_of_type and minimum <= min(value) and max(value) <= maximum:
            return list(value)
        numbers: list[int] = read_each(value)
        return numbers

    return read


def fraction(value: Any) -> float:
    """Return `value`, a float from 0.0 to 1.0 such as a score, unchanged.

    Raise `MalformedError` for all other values, also for the integers 0 and 1.
    """
    # Reject -0.0, which an export never writes.
    if not isinstance(value, float) or not 0 <= value <= 1 or copysign(1, value) < 0:
        raise _unexpected("a number from 0.0 to 1.0", value)
    return value


def one_of(allowed: Collection[str]) -> Reader:
    """Return a function that reads one of the strings in `allowed`, and refuses other values."""

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise _unexpected(f"one of {', '.join(allowed)}", value)
        return value

    return read


def optional(read: Reader) -> Reader:
    """Return a function that reads null as None, and all other values as `read` does."""
    return lambda value: None if value is None else read(value)


def checked(read: Reader) -> Reader:
    """Return a function that checks a value with `read`, but returns the value unchanged.

    For example, a text is checked as a time, but remains a text, because it is stored in JSON.
    """

    def check(value: Any) -> Any:
        read(value)
        return value

    return check


def list_of(read: Reader, min_length: int = 0, max_length: int | None = None) -> Reader:
    """Return a function that reads a JSON list of `min_length` to `max_length` items, each with `read`."""

    def read_list(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _unexpected("a list", value)
        if len(value) < min_length:
            raise MalformedError(f"must have at least {min_length} values")
        if max_length is not None and len(value) > max_length:
            raise MalformedError(f"must have at most {max_length} values")
        items: list[Any] = []
        try:
            for item in value:
                items.append(read(item))
        except MalformedError as error:
            raise error.inside(f"[{len(items)}]") from None
        return items

    return read_list


def tuple_of(*readers: Reader) -> Reader:
    """Return a function that reads a JSON list with one value for each of `readers`.

    Each value is read by the reader in the same position.
    """

    def read(value: Any) -> list[Any]:
        if not isinstance(value, list) or len(value) != len(readers):
            raise _unexpected(f"a list of {len(readers)} values", value)
        items: list[Any] = []
        try:
            for reader in readers:
                items.append(reader(value[len(items)]))
        except MalformedError as error:
            raise error.inside(f"[{len(items)}]") from None
        return items

    return read


def either(of_value: Reader, of_list: Reader) -> Reader:
    """Return a function that reads a JSON list with `of_list`, and every other value with `of_value`."""
    return lambda value: of_list(value) if isinstance(value, list) else of_value(value)


def record(fields: Mapping[str, Reader]) -> Reader:
    """Return a function that checks a JSON object and reads its values into a dictionary.

    `fields` maps each key to the function that reads its value. Missing and additional keys raise
    `MalformedError`.
    """

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise _unexpected("an object", value)
        if value.keys() != fields.keys():
            raise MalformedError(_wrong_keys(value, fields))
        values: dict[str, Any] = {}
        name = ""
        try:
            for name, field in fields.items():
                values[name] = field(value[name])
        except MalformedError as error:
            raise error.inside(name) from None
        return values

    return read


def by_kind(readers: Mapping[str, Reader]) -> Reader:
    """Return a function that reads JSON objects of several kinds, such as the reasons of a link.

    `readers` maps each value of the key `kind` to the function that reads such objects. Any other kind is an
    error.
    """
    kind = one_of(readers)

    def read(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or "kind" not in value:
            raise _unexpected("an object with the key `kind`", value)
        try:
            reader = readers[kind(value["kind"])]
        except MalformedError as error:
            raise error.inside("kind") from None
        values: dict[str, Any] = reader(value)
        return values

    return read


def _wrong_keys(value: Mapping[str, Any], fields: Mapping[str, Reader]) -> str:
    missing = [name for name in fields if name not in value]
    if missing:
        return f"the key `{missing[0]}` is missing"
    unknown = next(name for name in value if name not in fields)
    return f"has an unknown key {quoted(unknown)}; the keys are {', '.join(fields)}"


def _unexpected_time(value: Any) -> MalformedError:
    return _unexpected("a UTC time of the years 2 to 9998, such as 2026-04-21T09:30:00Z", value)


def _unexpected(expected: str, value: Any) -> MalformedError:
    """Return an error that says what was `expected`, such as "a UUID", and what `value` is instead."""
    if isinstance(value, str):
        return MalformedError(f"must be {expected}, not {quoted(value[:MAX_SHOWN_CHARACTERS])}")
    if isinstance(value, list | dict):
        return MalformedError(
            f"must be {expected}, not {'a list' if isinstance(value, list) else 'an object'}"
        )
    return MalformedError(f"must be {expected}, not {orjson.dumps(value).decode()}")
