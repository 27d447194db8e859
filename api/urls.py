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
    # Commas and colons need no escape in a query (RFC 3986, 3.4), and lists and times are read by people.
    encoded = urlencode(list(query), safe=",:")
    return f"{settings().base_url}{path}{'?' if encoded else ''}{encoded}"
