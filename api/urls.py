"""The URLs of resources, and sets of paths that the service treats in a special way.

URLs are absolute if the setting BRIEFS_BASE_URL is set.
"""

from collections.abc import Iterable
from urllib.parse import urlencode

from flask import current_app

from api.config import Settings

HEALTH_PATH, METRICS_PATH, MCP_PATH = "/healthz", "/metrics", "/mcp"
# The search page. The paths of the pages about single articles, stories and entities begin with this path.
BROWSE_PATH = "/browse"
# The resources that report the state of the service to monitors. They need no API key, are neither limited
# nor cached, and are answered even if the service is overloaded.
STATUS_PATHS = frozenset({HEALTH_PATH, "/readyz", METRICS_PATH})
# The files that pages load. They are neither limited nor checked for an API key, so that a page counts as one
# request, and the page about a used-up quota has its stylesheet.
ASSET_PATHS = frozenset({"/pages.css", "/icon.svg", "/favicon.ico"})
ALWAYS_ADMITTED_PATHS = STATUS_PATHS | ASSET_PATHS
# The collections that can be streamed, each in two formats (`api.v1.streams`). Streams are neither buffered
# nor cached.
STREAMED_COLLECTIONS = ("articles", "stories", "takeaways", "entities")
STREAM_SUFFIXES = (".ndjson", ".csv")
STREAM_PATHS = frozenset(f"/v1/{name}{suffix}" for name in STREAMED_COLLECTIONS for suffix in STREAM_SUFFIXES)


class ValueList(tuple[str, ...]):
    """The values of a query parameter, in the order given and without duplicates.

    In links, they are written as one value, separated by commas.
    """

    __slots__ = ()

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return a list with one pair for a query string: `name` and the comma-separated values.

        `name` is the name of the query parameter.
        """
        return [(name, ",".join(self))]


class RepeatedValues(ValueList):
    """The values of a query parameter that is repeated for each value.

    Such values can contain commas, so they are not joined.
    """

    __slots__ = ()

    def pairs(self, name: str) -> list[tuple[str, str]]:
        """Return a list of pairs for a query string: `(name, value)` for each value.

        `name` is the name of the query parameter.
        """
        return [(name, value) for value in self]


def settings() -> Settings:
    """Return the settings of the current application."""
    value: Settings = current_app.config["BRIEFS_SETTINGS"]
    return value


def url(path: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Return the URL of the resource at `path`: absolute if BRIEFS_BASE_URL is set, otherwise without a host.

    `query` contains the names and values of the query string, in order.
    """
    encoded = encode_query(query)
    return f"{settings().base_url}{path}{'?' if encoded else ''}{encoded}"


def page_url(kind: str, slug: str) -> str:
    """Return the URL of the web page about an article, a story or an entity.

    `kind` is `articles`, `stories` or `entities`.
    """
    return url(f"{BROWSE_PATH}/{kind}/{slug}")


def encode_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return `pairs` as a query string, with percent-encoding except for commas and colons."""
    # Commas and colons need no escaping in a query (RFC 3986, 3.4) and are left unchanged to keep lists and
    # times readable.
    return urlencode(list(pairs), safe=",:")
