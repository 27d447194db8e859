"""The settings: one frozen value, read from the environment once and checked at the start."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

# psycopg 3 is the only PostgreSQL driver here, so the short forms that operators write mean it.
POSTGRESQL_SCHEMES = {"postgres", "postgresql", "postgresql+psycopg"}


# Characters of a key that signs cursors.
MIN_SECRET = 16
# Host or address, and port; no user, whose password every link would give away.
AUTHORITY = r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?"
ORIGIN = re.compile(AUTHORITY, re.IGNORECASE | re.ASCII)
BASE_URL = re.compile(AUTHORITY + r"(/[\w.~%!$&'()*+,;=:@/-]*)?", re.IGNORECASE | re.ASCII)


class SettingError(ValueError):
    """A malformed setting; the message is one line that names the variable, never its value's secrets."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator can set; each field is one environment variable of the README."""

    database_url: str
    base_url: str = ""
    cache_bytes: int = 64 * 1024 * 1024
    cache_control: str = "public, max-age=60, stale-while-revalidate=300"
    cache_seconds: int = 1
    cors_origins: tuple[str, ...] = ("*",)
    log_format: str = "text"
    log_level: str = "info"
    max_document_bytes: int = 2 * 1024 * 1024
    secret_key: str | None = None
    spacy_model: str = ""


def read_settings(environ: Mapping[str, str], instance_path: str) -> Settings:
    """Read the settings of `environ`; `instance_path` is the folder of the default SQLite file.

    Raises SettingError for a malformed value and for a `BRIEFS_…` variable that does not exist.
    """
    _refuse_unknown(environ)
    values: dict[str, Any] = {
        name: _read(variable, parse, environ[variable])
        for name, (variable, parse) in VARIABLES.items()
        if environ.get(variable, "") != ""
    }
    default = f"sqlite:///{Path(instance_path) / 'briefs.db'}"
    return Settings(**{"database_url": default} | values)


def _read(variable: str, parse: Callable[[str], object], text: str) -> object:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingError(f"{variable}: {error}") from None


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [variable for variable, _ in VARIABLES.values()]
    for variable in environ:
        if variable.startswith("BRIEFS_") and variable not in known:
            # What all names share would make any of them near.
            bare = {name.removeprefix("BRIEFS_"): name for name in known}
            near = [bare[name] for name in difflib.get_close_matches(variable[7:], bare, n=1)]
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingError(f"{variable}: no such setting{hint}")


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("not a database URL such as postgresql://user:password@host/name") from None
    if url.drivername in POSTGRESQL_SCHEMES:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ValueError("the scheme must be sqlite or postgresql")
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise ValueError("SQLite needs a file here, as in sqlite:////var/lib/briefs/briefs.db")
    return text


def _base_url(text: str) -> str:
    if not BASE_URL.fullmatch(text) or _port(text) is None:
        raise ValueError("must be an http or https URL without query, as in https://api.example.org/briefs")
    return text.rstrip("/")


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(part.strip() for part in text.split(","))
    for origin in origins:
        if origin != "*" and not (ORIGIN.fullmatch(origin) and _port(origin)):
            raise ValueError("must be * or origins such as https://example.org, separated by commas")
    return origins


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port or 80
    except ValueError:
        return None


def _either(one: str, other: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in (one, other):
            raise ValueError(f"must be {one} or {other}")
        return text

    return parse


def _bytes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) < 1:
        raise ValueError("must be a positive whole number of bytes")
    return int(text)


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise ValueError("must be a whole number from 0 to 999999999999")
    return int(text)


def _header_value(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("must be a header value of printable ASCII")
    return text


def _secret_key(text: str) -> str:
    if len(text) < MIN_SECRET:
        raise ValueError(f"must have at least {MIN_SECRET} characters")
    return text


def _spacy_model(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be the name or the path of an installed pipeline, as in en_core_web_sm")
    return text


VARIABLES: dict[str, tuple[str, Callable[[str], object]]] = {
    "database_url": ("DATABASE_URL", _database_url),
    "base_url": ("BRIEFS_BASE_URL", _base_url),
    "cache_bytes": ("BRIEFS_CACHE_BYTES", _whole),
    "cache_control": ("BRIEFS_CACHE_CONTROL", _header_value),
    "cache_seconds": ("BRIEFS_CACHE_SECONDS", _whole),
    "cors_origins": ("BRIEFS_CORS_ORIGINS", _origins),
    "log_format": ("BRIEFS_LOG_FORMAT", _either("json", "text")),
    "log_level": ("BRIEFS_LOG_LEVEL", _either("info", "debug")),
    "max_document_bytes": ("BRIEFS_MAX_DOCUMENT_BYTES", _bytes),
    "secret_key": ("BRIEFS_SECRET_KEY", _secret_key),
    "spacy_model": ("BRIEFS_SPACY_MODEL", _spacy_model),
}
assert set(VARIABLES) == {field.name for field in fields(Settings)}  # noqa: S101
