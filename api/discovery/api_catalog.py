"""The API catalog (RFC 9727): a linkset (RFC 9264) with the addresses of the API and its descriptions."""

from collections.abc import Iterable
from typing import Any

from api.discovery.entry_points import (
    AGENTS,
    CATALOG_PATH,
    COLLECTIONS,
    DOCUMENTATION,
    FEEDS,
    LLMS_PATH,
    SPECIFICATIONS,
    STATUS,
    STREAMS,
    EntryPoint,
)
from api.media_types import PLAIN_TEXT
from api.urls import url

Links = list[dict[str, str]]

MEDIA_TYPE = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


def api_catalog() -> dict[str, Any]:
    """Return the API catalog as JSON values."""
    return {
        "linkset": [
            {"anchor": url(CATALOG_PATH), "item": _links([*COLLECTIONS, *FEEDS, *STREAMS, AGENTS])},
            {
                "anchor": url("/"),
                "service-desc": _links(SPECIFICATIONS),
                "service-doc": _links([DOCUMENTATION]),
                "service-meta": [{"href": url(LLMS_PATH), "type": PLAIN_TEXT, "title": "llms.txt"}],
                "status": _links([STATUS]),
            },
        ]
    }


def service_links() -> str:
    """Return the value of the header `Link` of the index: links to the descriptions of the service."""
    relations = {
        "service-desc": SPECIFICATIONS[0].path,
        "service-doc": DOCUMENTATION.path,
        "api-catalog": CATALOG_PATH,
        "describedby": LLMS_PATH,
    }
    return ", ".join(f'<{url(path)}>; rel="{relation}"' for relation, path in relations.items())


def _links(entry_points: Iterable[EntryPoint]) -> Links:
    return [{"href": url(each.path), "type": each.media_type, "title": each.title} for each in entry_points]
