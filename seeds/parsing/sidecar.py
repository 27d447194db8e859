"""Parse a sidecar, the YAML file beside a document with metadata that the article page does not show."""

import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, datetime

import yaml

from api.timestamps import parse_timestamp
from seeds.escaping import printable, quoted, shortened
from seeds.identifiers import SLUG_RULE, is_slug
from seeds.parsing.document import Rejection
from seeds.parsing.formats.yaml_nodes import YamlError, compose_yaml, is_null
from seeds.parsing.web_urls import is_web_url

MAX_SIDECAR_BYTES = 64 * 1024
MAX_URL_LENGTH = 2000
KEYS = ("url", "published_at", "language", "image_url", "slug")
LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """The metadata of a document from its sidecar, the YAML file beside it.

    Each attribute is the value of the key with the same name in the file, or None if the key is missing.
    """

    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None
    image_url: str | None = None
    slug: str | None = None


def parse_sidecar(data: bytes, name: str) -> Sidecar:
    """Parse the bytes of a sidecar, a YAML file with metadata. `name` is its file name for messages.

    Raises:
        Rejection: If the sidecar is invalid. The message names the line and the expected value.
    """
    values: dict[str, object] = {}
    seen: set[str] = set()
    for key, value, line in _pairs(data, name):
        try:
            if key not in KEYS:
                raise ValueError(f"is not a key of a sidecar; the keys are {', '.join(KEYS)}")
            if key in seen:
                raise ValueError("is repeated")
            seen.add(key)
            if value is not None:
                values[key] = read_value(key, value)
        except ValueError as error:
            raise _rejection(name, line, f"'{shortened(key)}' {error}") from None
    return Sidecar(**values)  # type: ignore[arg-type]  # `read_value` returns the type of each field.


def read_value(key: str, text: str) -> object:
    """Convert `text`, the value of `key` in a sidecar or manifest, to the type that `Sidecar` has for it.

    Raises:
        ValueError: If the value is invalid. The message has no subject (`must be …`), and shows the value.
    """
    try:
        return READERS[key](text)
    except ValueError as error:
        raise ValueError(f"{error}; the value is {quoted(text)}") from None


def _pairs(data: bytes, name: str) -> list[tuple[str, str | None, int]]:
    # Use nodes instead of loaded values, because nodes have line numbers and keep repeated keys.
    if len(data) > MAX_SIDECAR_BYTES:
        raise _rejection(name, 1, f"the file is larger than the limit of {MAX_SIDECAR_BYTES} bytes")
    try:
        root = compose_yaml(data.decode())
    except UnicodeDecodeError as error:
        raise _rejection(name, data[: error.start].count(b"\n") + 1, "the file is not UTF-8") from None
    except YamlError as error:
        raise _rejection(name, error.line, error.message) from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise _rejection(name, root.start_mark.line + 1, "expected `key: value` lines")
    return [_pair(key, value, name) for key, value in root.value]


def _pair(key: yaml.Node, value: yaml.Node, name: str) -> tuple[str, str | None, int]:
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
        raise _rejection(name, line, "expected `key: value` lines with plain values")
    return key.value, None if is_null(value) else value.value, line


def _rejection(name: str, line: int, message: str) -> Rejection:
    return Rejection(f"sidecar {printable(name)} line {line}: {message}")


def _read_url(text: str) -> str:
    if len(text) > MAX_URL_LENGTH or not is_web_url(text):
        raise ValueError(
            f"must be an http or https URL of at most {MAX_URL_LENGTH} characters; "
            "percent-encode characters that RFC 3986 does not allow, such as | as %7C"
        )
    return text


def _read_time(text: str) -> datetime:
    error = ValueError("must be a date, or an RFC 3339 time with a zone, such as 2026-04-21T09:30:00Z")
    try:
        timestamp = parse_timestamp(text)
    except ValueError:
        raise error from None
    if timestamp is None:
        raise error
    # The sort keys of articles without a time of publication are in the first and the last year.
    if timestamp.time.year in (MINYEAR, MAXYEAR):
        raise ValueError("must be a time between the years 2 and 9998")
    return timestamp.time


def _read_language(text: str) -> str:
    if not LANGUAGE_TAG.fullmatch(text):
        raise ValueError("must be a BCP 47 language tag, such as en or zh-Hans")
    return text


def _read_slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError(f"must be {SLUG_RULE}")
    return text


READERS = {
    "url": _read_url,
    "published_at": _read_time,
    "language": _read_language,
    "image_url": _read_url,
    "slug": _read_slug,
}
