"""The sidecar `NAME.yaml`: what the page's text does not say."""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, datetime
from urllib.parse import urlsplit

import yaml

from seeds.messages import printable
from seeds.parsing.document import Rejection
from seeds.storing.identifiers import MAX_SLUG, is_slug

MAX_BYTES = 64 * 1024
# Signs that might each begin a level of nesting.
DEEP = 200
MAX_URL = 2000
KEYS = ("url", "published_at", "language", "image_url", "slug")
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:[0-5]\d)", re.ASCII)
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class Sidecar:
    """What a sidecar gives; an absent key is its default."""

    url: str | None = None
    published_at: datetime | None = None
    language: str = "en"
    image_url: str | None = None
    slug: str | None = None


def parse_sidecar(data: bytes, name: str) -> Sidecar:
    """Parse the bytes of the sidecar `name`; raises Rejection, naming its line and what is right."""
    values: dict[str, object] = {}
    seen: set[str] = set()
    for key, value, line in _pairs(data, name):
        try:
            if key not in KEYS:
                raise ValueError(f"is no key of a sidecar; the keys are {', '.join(KEYS)}")
            if key in seen:
                raise ValueError("is given twice")
            seen.add(key)
            if value is not None:
                values[key] = READERS[key](value)
        except ValueError as error:
            raise _rejection(name, line, f"'{printable(key[:40])}' {error}") from None
    return Sidecar(**values)  # type: ignore[arg-type]  # READERS makes each key's own type.


def _pairs(data: bytes, name: str) -> list[tuple[str, str | None, int]]:
    # The composed nodes and not the loaded value: they have lines, and show a key that is given twice.
    if len(data) > MAX_BYTES:
        raise _rejection(name, 1, f"is over {MAX_BYTES} bytes")
    try:
        text = data.decode()
        root = _compose(text)
    except UnicodeDecodeError as error:
        raise _rejection(name, data[: error.start].count(b"\n") + 1, "is not UTF-8") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _rejection(name, line, "is not YAML: a character that it does not allow") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _rejection(name, line, f"is not YAML: {printable(error.problem or 'unreadable')}") from None
    except RecursionError:
        raise _rejection(name, 1, "is not YAML: too deep") from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode):
        raise _rejection(name, root.start_mark.line + 1, "must be `key: value` lines")
    return [_pair(key, value, name) for key, value in root.value]


def _compose(text: str) -> yaml.Node | None:
    # The parser in C is five times as fast; but deep nesting, each level of which takes one of these signs,
    # would overflow its stack, and the one in Python says better what is wrong.
    if sum(map(text.count, "[{-?:")) < DEEP:
        with suppress(yaml.YAMLError):
            return yaml.compose(text, yaml.CSafeLoader)
    return yaml.compose(text, yaml.SafeLoader)


def _pair(key: yaml.Node, value: yaml.Node, name: str) -> tuple[str, str | None, int]:
    line = key.start_mark.line + 1
    if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
        raise _rejection(name, line, "must be `key: value` lines with plain values")
    return key.value, None if value.tag == "tag:yaml.org,2002:null" else value.value, line


def _rejection(name: str, line: int, message: str) -> Rejection:
    return Rejection(f"sidecar {printable(name)} line {line}: {message}")


def _url(text: str) -> str:
    plain = text.isascii() and text.isprintable() and " " not in text and len(text) <= MAX_URL
    if not plain or not _has_host(text):
        raise ValueError(f"must be an http or https URL of at most {MAX_URL} ASCII characters")
    return text


def _has_host(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _time(text: str) -> datetime:
    wrong = ValueError("must be a time of RFC 3339 with its zone, as in 2026-04-21T09:30:00Z")
    if not RFC_3339.fullmatch(text):
        raise wrong
    try:
        at = datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise wrong from None
    # The first year and the last hold the sort keys of what has no time.
    if at.year in (MINYEAR, MAXYEAR):
        raise ValueError("must be a time between the years 2 and 9998")
    return at


def _language(text: str) -> str:
    if not LANGUAGE.fullmatch(text):
        raise ValueError("must be a language tag of BCP 47, as in en or zh-Hans")
    return text


def _slug(text: str) -> str:
    if not is_slug(text):
        raise ValueError(f"must be words of a-z and 0-9 joined by -, at most {MAX_SLUG} characters, no UUID")
    return text


READERS = {"url": _url, "published_at": _time, "language": _language, "image_url": _url, "slug": _slug}
