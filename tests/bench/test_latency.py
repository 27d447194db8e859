"""Tests of the requests that the benchmarks send: the last page of a collection, and small requests."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bench.latency.client import TimedService
from bench.latency.page_depth import LIMIT, last_page
from bench.streams import small_target


class ListService(TimedService):
    """A service with one collection of `articles` rows, whose cursors are row numbers."""

    def __init__(self, articles: int) -> None:
        self.articles = articles

    def read(self, path: str) -> dict[str, Any]:
        query = parse_qs(urlsplit(path).query)
        start, limit = int(query.get("cursor", ["0"])[0]), int(query["limit"][0])
        end = min(start + limit, self.articles)
        following = f"/v1/list?limit={limit}&cursor={end}" if end < self.articles else None
        return {"data": list(range(start, end)), "links": {"next": following}}


@pytest.mark.parametrize("count", [21, 40, 99, 100, 101, 119, 120, 121, 199, 250, 300])
def test_the_last_page_is_the_last_full_page(count: int) -> None:
    service = ListService(count)
    rows = service.read(last_page(service, "/v1/list"))["data"]
    assert (len(rows), count - rows[-1] <= LIMIT) == (LIMIT, True)


def test_no_small_request_is_sent_twice() -> None:
    assert len({small_target(number) for number in range(10_000)}) == 10_000
