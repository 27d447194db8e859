"""The first page of a collection against its last, which is reached by `links.next` alone."""

import itertools
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson

from bench.cases import Case
from bench.measure import Times, console, measure, request
from bench.service import Service

LIMIT, LIMIT_OF_WALKS = 20, 100


class Depth(NamedTuple):
    """One sort of a collection: how many rows, the times of its first and of its last page."""

    case: Case
    rows: int
    first: Times
    last: Times


class Ends:
    """Where each walk ended, kept in `file` because a walk takes minutes.

    Links into another database than the present one are walked to again: it refuses their cursors.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._links: dict[str, list[str]] = orjson.loads(file.read_bytes()) if file.is_file() else {}

    def find(self, service: Service, start: str) -> list[str]:
        """Give the addresses of the last three pages from `start` on, of fewer where there are not three."""
        links = self._links.get(start)
        if not links or not _is_last(service, links[-1]):
            links = self._links[start] = _walk(service, start)
            self._file.write_bytes(orjson.dumps(self._links))
        return links


def measure_depths(service: Service, cases: Sequence[Case], ends: Ends, rounds: int) -> list[Depth]:
    """Measure first and last pages of `cases`; those of one page alone are left out."""
    rows = {case: int(service.read(f"{case.path}&total=true")["meta"]["total"]) for case in cases}
    deep = [case for case in cases if rows[case] > LIMIT]
    pages = [(_with_limit(case.path, LIMIT), _last_page(service, case, ends)) for case in deep]
    groups = [[request(service, page) for page in pair] for pair in pages]
    times = measure(groups, rounds, "First and last pages")
    return [Depth(case, rows[case], *pair) for case, pair in zip(deep, times, strict=True)]


def _last_page(service: Service, case: Case, ends: Ends) -> str:
    """Give the address of the last page that is as long as the first, for a fair comparison."""
    links = ends.find(service, _with_limit(case.path, LIMIT_OF_WALKS))
    pages = [_with_limit(link, LIMIT) for link in reversed(links)]
    return next((page for page in pages if len(service.read(page)["data"]) == LIMIT), pages[-1])


def _walk(service: Service, start: str) -> list[str]:
    links = deque([start], maxlen=3)
    with console.status(start) as status:
        for page in itertools.count(1):
            status.update(f"{start}: page {page:,}")
            following = service.read(links[-1])["links"]["next"]
            if following is None:
                return list(links)
            links.append(following)
    raise AssertionError("a walk has an end")


def _is_last(service: Service, link: str) -> bool:
    answer = service.ask(link)
    return answer.status == 200 and orjson.loads(answer.body)["links"]["next"] is None


def _with_limit(link: str, limit: int) -> str:
    parts = urlsplit(link)
    query = dict(parse_qsl(parts.query)) | {"limit": str(limit)}
    return f"{parts.path}?{urlencode(query)}"
