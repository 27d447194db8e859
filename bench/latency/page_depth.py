"""Find the last page of a collection by following `links.next` from page to page."""

from collections import deque
from urllib.parse import parse_qsl, urlencode, urlsplit

from bench.latency.client import TimedService

# Page sizes of the measured pages, and of the walk to the last page.
LIMIT, WALK_LIMIT = 20, 100


def last_page(service: TimedService, path: str) -> str:
    """Return the address of the last page that has as many rows as the first page.

    All pages of the collection are requested in order. `path` is the path and query of the collection,
    without a limit.
    """
    # Keep three pages, since the last page of the walk can have fewer than LIMIT rows.
    links = deque([with_limit(path, WALK_LIMIT)], maxlen=3)
    while following := service.read(links[-1])["links"]["next"]:
        links.append(following)
    pages = [with_limit(link, LIMIT) for link in reversed(links)]
    return next((page for page in pages if len(service.read(page)["data"]) == LIMIT), pages[-1])


def with_limit(link: str, limit: int) -> str:
    """Return the path and query of the URL `link`, with a different value of the parameter `limit`."""
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query)) | {"limit": str(limit)}
    return f"{parts.path}?{urlencode(query)}"
