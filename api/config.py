"""The settings of the service, read from environment variables and checked once at startup."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from api import setting_values as parse
from api.admission.policies import Policy, parse_policies
from api.setting_values import TrustedProxy

# The default number of seconds between two checks for changes of the database, by engine.
DEFAULT_CACHE_SECONDS = {"sqlite": 0.05, "postgresql": 1.0}

DEFAULT_THREADS = 4
DEFAULT_CACHE_CONTROL = "public, max-age=60, stale-while-revalidate=300"
# The default if clients need an API key.
PRIVATE_CACHE_CONTROL = "private, max-age=60, stale-while-revalidate=300"


class SettingError(ValueError):
    """An error for an invalid setting.

    The message is one line that names the environment variable and contains no secret.
    """


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of the service, one attribute for each setting.

    The table VARIABLES in this module maps the name of each attribute to an environment variable and to the
    function that parses the text of this variable.
    """

    database_url: str
    cache_seconds: float
    base_url: str = ""
    bind: str = "127.0.0.1:8000"
    cache_bytes: int = 64 * 1024 * 1024
    cache_control: str = DEFAULT_CACHE_CONTROL
    catalogue: str = ""
    cors_origins: tuple[str, ...] = ("*",)
    log_addresses: str = "truncated"
    log_format: str = "text"
    log_level: str = "info"
    log_queries: bool = True
    metrics_bind: str = ""
    metrics_dir: str = ""
    max_document_bytes: int = 2 * 1024 * 1024
    rate_limit: tuple[Policy, ...] = ()
    rate_limit_storage: str = ""
    request_seconds: float = 10.0
    require_key: bool = False
    secret_key: str | None = None
    spacy_model: str = ""
    stale_seconds: float = 300.0
    streams: int = 2
    threads: int = DEFAULT_THREADS
    trusted_proxies: tuple[TrustedProxy, ...] = ()
    workers: int = 2


def read_settings(environ: Mapping[str, str], instance_path: str) -> Settings:
    """Return the settings in the environment variables `environ`, with defaults for the rest.

    Args:
        instance_path: The folder of the default SQLite file.

    Raises:
        SettingError: A value is invalid, or a variable `BRIEFS_…` is not a setting.
    """
    _reject_unknown(environ)
    values: dict[str, Any] = {
        name: _read(variable, parse_value, environ[variable])
        for name, (variable, parse_value) in VARIABLES.items()
        if environ.get(variable, "") != ""
    }
    database_url = values.get("database_url", f"sqlite:///{Path(instance_path) / 'briefs.db'}")
    cache_seconds = DEFAULT_CACHE_SECONDS[make_url(database_url).get_backend_name()]
    defaults: dict[str, Any] = {"database_url": database_url, "cache_seconds": cache_seconds}
    if values.get("require_key"):
        # A shared cache could send the responses to clients without a key.
        defaults["cache_control"] = PRIVATE_CACHE_CONTROL
    threads = values.get("threads", DEFAULT_THREADS)
    # Streams must leave threads for other requests.
    defaults["streams"] = max(1, threads // 2)
    if values.get("streams", 1) >= max(2, threads):
        raise SettingError(
            f"BRIEFS_STREAMS: must be less than BRIEFS_THREADS ({threads}), since a stream occupies a thread"
        )
    return Settings(**defaults | values)


def _read(variable: str, parse_value: Callable[[str], object], text: str) -> object:
    try:
        return parse_value(text)
    except ValueError as error:
        raise SettingError(f"{variable}: {error}") from None


def _reject_unknown(environ: Mapping[str, str]) -> None:
    known = [variable for variable, _ in VARIABLES.values()]
    for variable, text in environ.items():
        if text and variable.startswith("BRIEFS_") and variable not in known:
            # Compare without the common prefix, which would make all names similar.
            bare = {name.removeprefix("BRIEFS_"): name for name in known}
            near = [bare[name] for name in difflib.get_close_matches(variable[7:], bare, n=1)]
            hint = f"; did you mean {near[0]}?" if near else ""
            raise SettingError(f"{variable}: no such setting{hint}")


VARIABLES: dict[str, tuple[str, Callable[[str], object]]] = {
    "database_url": ("DATABASE_URL", parse.database_url),
    "base_url": ("BRIEFS_BASE_URL", parse.base_url),
    "bind": ("BRIEFS_BIND", parse.bind_address),
    "cache_bytes": ("BRIEFS_CACHE_BYTES", parse.whole_number_from(0, 999_999_999_999)),
    "cache_control": ("BRIEFS_CACHE_CONTROL", parse.header_value),
    "cache_seconds": ("BRIEFS_CACHE_SECONDS", parse.seconds),
    "catalogue": ("BRIEFS_CATALOGUE", parse.file),
    "cors_origins": ("BRIEFS_CORS_ORIGINS", parse.origins),
    "log_addresses": ("BRIEFS_LOG_ADDRESSES", parse.one_of("none", "truncated", "full")),
    "log_format": ("BRIEFS_LOG_FORMAT", parse.one_of("json", "text", "short")),
    "log_level": ("BRIEFS_LOG_LEVEL", parse.one_of("info", "debug")),
    "log_queries": ("BRIEFS_LOG_QUERIES", parse.boolean),
    "max_document_bytes": ("BRIEFS_MAX_DOCUMENT_BYTES", parse.byte_count),
    "metrics_bind": ("BRIEFS_METRICS_BIND", parse.tcp_address),
    "metrics_dir": ("BRIEFS_METRICS_DIR", parse.folder),
    "rate_limit": ("BRIEFS_RATE_LIMIT", parse_policies),
    "rate_limit_storage": ("BRIEFS_RATE_LIMIT_STORAGE", parse.redis_url),
    "request_seconds": ("BRIEFS_REQUEST_SECONDS", parse.positive_seconds),
    "require_key": ("BRIEFS_REQUIRE_KEY", parse.boolean),
    "secret_key": ("BRIEFS_SECRET_KEY", parse.secret_key),
    "spacy_model": ("BRIEFS_SPACY_MODEL", parse.spacy_model),
    "stale_seconds": ("BRIEFS_STALE_SECONDS", parse.seconds),
    "streams": ("BRIEFS_STREAMS", parse.whole_number_from(1, 1_000)),
    "threads": ("BRIEFS_THREADS", parse.whole_number_from(1, 1_000)),
    "trusted_proxies": ("BRIEFS_TRUSTED_PROXIES", parse.trusted_proxies),
    "workers": ("BRIEFS_WORKERS", parse.whole_number_from(1, 1_000)),
}
assert set(VARIABLES) == {field.name for field in fields(Settings)}  # noqa: S101
