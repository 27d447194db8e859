"""URLs of our own resources: path-absolute, or absolute under BRIEFS_BASE_URL, never from the Host header."""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import current_app

from api.config import Settings


def settings() -> Settings:
    """Give the settings of the running application."""
    value: Settings = current_app.config["BRIEFS_SETTINGS"]
    return value


def url(path: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Give the URL of `path` with `query`, its pairs in the order given."""
    encoded = urlencode(list(query))
    return f"{settings().base_url}{path}{'?' if encoded else ''}{encoded}"
