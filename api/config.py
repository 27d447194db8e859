"""The settings of the service, read from environment variables and checked once at startup."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

# All of these schemes select psycopg 3, the only PostgreSQL driver that is installed.
POSTGRESQL_SCHEMES = {"postgres", "postgresql", "postgresql+psycopg"}
# The minimum length of the key that signs cursors.
MIN_SECRET_CHARACTERS = 16
# A scheme, a host name or IP address, and an optional port. A user name and a password are not allowed, since
# every link would reveal them.
AUTHORITY = r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?"
SECONDS = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)
ORIGIN = re.compile(AUTHORITY, re.IGNORECASE | re.ASCII)
BASE_URL = re.compile(AUTHORITY + r"(/[\w.~%!$&'()*+,;=:@/-]*)?", re.IGNORECASE | re.ASCII)
# The default number of seconds between two checks for changes of the database, by engine.
DEFAULT_CACHE_SECONDS = {"sqlite": 0.05, "postgresql": 1.0}


class SettingError(ValueError):
    """An error for an invalid setting.

    The message is one line that names the environment variable and contains no secret.
    """


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the service.

    VARIABLES maps each setting to its environment variable and to the function that parses the value.
    """

    database_url: str
    cache_seconds: float
    base_url: str = ""
    cache_bytes: int = 64 * 1024 * 1024
    cache_control: str = "public, max-age=60, stale-while-revalidate=300"
    cors_origins: tuple[str, ...] = ("*",)
    log_format: str = "text"
    log_level: str = "info"
    max_document_bytes: int = 2 * 1024 * 1024
    secret_key: str | None = None
    spacy_model: str = ""


def read_settings(environ: Mapping[str, str], instance_path: str) -> Settings:
    """Return the settings that the environment variables in `environ` contain, with defaults for the rest.

    Args:
        environ: The environment variables.
        instance_path: The folder of the SQLite file that is used by default.

    Raises:
        SettingError: A value is invalid, or `environ` contains a `BRIEFS_…` variable that is not a setting.
    """
    _reject_unknown(environ)
    values: dict[str, Any] = {
        name: _read(variable, parse, environ[variable])
        for name, (variable, parse) in VARIABLES.items()
        if environ.get(variable, "") != ""
    }
    database_url = values.get("database_url", f"sqlite:///{Path(instance_path) / 'briefs.db'}")
    cache_seconds = DEFAULT_CACHE_SECONDS[make_url(database_url).get_backend_name()]
    return Settings(**{"database_url": database_url, "cache_seconds": cache_seconds} | values)


def _read(variable: str, parse: Callable[[str], object], text: str) -> object:
    try:
        return parse(text)
    except ValueError as error:
        raise SettingError(f"{variable}: {error}") from None


def _reject_unknown(environ: Mapping[str, str]) -> None:
    known = [variable for variable, _ in VARIABLES.values()]
    for variable in environ:
        if variable.startswith("BRIEFS_") and variable not in known:
            # Compare without the common prefix, which would make all names similar.
            bare = {name.removeprefix("BRIEFS_"): name for name in known}
            near = [bare[name] for name in difflib.get_close_matches(variable[7:], bare, n=1)]
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingError(f"{variable}: no such setting{hint}")


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("must be a database URL such as postgresql://user:password@host/name") from None
    if url.drivername in POSTGRESQL_SCHEMES:
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ValueError("the scheme must be sqlite or postgresql")
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise ValueError("must name a file for SQLite, as in sqlite:////var/lib/briefs/briefs.db")
    return text


def _base_url(text: str) -> str:
    if not BASE_URL.fullmatch(text) or _port(text) is None:
        raise ValueError("must be an http or https URL without a query, as in https://api.example.org/briefs")
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


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be {' or '.join(choices)}")
        return text

    return parse


def _bytes(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) < 1:
        raise ValueError("must be a positive whole number of bytes")
    return int(text)


def _whole_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 12:
        raise ValueError("must be a whole number from 0 to 999999999999")
    return int(text)


def _seconds(text: str) -> float:
    if not SECONDS.fullmatch(text):
        raise ValueError("must be a number of seconds such as 0.05, at most 999999999")
    return float(text)


def _header_value(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        raise ValueError("must contain only printable ASCII characters")
    return text


def _secret_key(text: str) -> str:
    if len(text) < MIN_SECRET_CHARACTERS:
        raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters")
    return text


def _spacy_model(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be the name or path of an installed spaCy pipeline, such as en_core_web_sm")
    return text


VARIABLES: dict[str, tuple[str, Callable[[str], object]]] = {
    "database_url": ("DATABASE_URL", _database_url),
    "base_url": ("BRIEFS_BASE_URL", _base_url),
    "cache_bytes": ("BRIEFS_CACHE_BYTES", _whole_number),
    "cache_control": ("BRIEFS_CACHE_CONTROL", _header_value),
    "cache_seconds": ("BRIEFS_CACHE_SECONDS", _seconds),
    "cors_origins": ("BRIEFS_CORS_ORIGINS", _origins),
    "log_format": ("BRIEFS_LOG_FORMAT", _one_of("json", "text")),
    "log_level": ("BRIEFS_LOG_LEVEL", _one_of("info", "debug")),
    "max_document_bytes": ("BRIEFS_MAX_DOCUMENT_BYTES", _bytes),
    "secret_key": ("BRIEFS_SECRET_KEY", _secret_key),
    "spacy_model": ("BRIEFS_SPACY_MODEL", _spacy_model),
}
assert set(VARIABLES) == {field.name for field in fields(Settings)}  # noqa: S101
