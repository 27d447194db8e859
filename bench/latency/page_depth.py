"""Find the last page of a collection by following `links.next` from page to page."""

from collections import deque
from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

from bench.latency.client import TimedService

# Page sizes of the measured pages, and of the walk to the last page.
LIMIT, WALK_LIMIT = 20, 100


def last_page(service: TimedService, path: str) -> str:
    """Return the address of the last page that has as many rows as the first page.

    All pages of the collection are requested in order. `path` is the path and query of the collection,
    without a limit. The collection has more than LIMIT rows.
    """
    # The last page of the walk can have fewer than LIMIT rows, so begin at the page before.
    steps = deque(_pages(service, with_limit(path, WALK_LIMIT)), maxlen=2)
    pages = _pages(service, with_limit(steps[0][0], LIMIT))
    return [link for link, count in pages if count == LIMIT][-1]


def _pages(service: TimedService, link: str | None) -> Iterator[tuple[str, int]]:
    """Yield the address and the number of rows of each page from `link` to the last."""
    while link:
        page = service.read(link)
        yield link, len(page["data"])
        link = page["links"]["next"]


def with_limit(link: str, limit: int) -> str:
    """Return the path and query of the URL `link`, with a different value of the parameter `limit`."""
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query)) | {"limit": str(limit)}
    return f"{parts.path}?{urlencode(query)}"
