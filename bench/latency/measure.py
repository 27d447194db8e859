"""Measure the response times of requests to the service, and return tables of these times.

Each request is sent many times. The requests that are compared with each other are sent one after the other
in each round.
"""

import math
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from bench.latency.cases import Case
from bench.latency.client import TimedService, serve_corpus
from bench.latency.page_depth import LIMIT, last_page, with_limit
from bench.markdown import markdown_table

# Sends one request and returns its milliseconds.
Request = Callable[[], float]
PERCENTILE = 95
console = Console(stderr=True)


class Times(NamedTuple):
    """The response times of one request in milliseconds: their median and their 95th percentile."""

    median: float
    p95: float


def measure_latency(
    urls: Mapping[int, str], cases: Sequence[Case], depth_cases: Sequence[Case], rounds: int
) -> Iterator[str]:
    """Yield a table of response times of `cases`, and a table of response times of `depth_cases`.

    A table without cases is left out.

    Args:
        urls: The `DATABASE_URL` of each generated database, by its number of articles.
        cases: Requests to measure on each database.
        depth_cases: Lists whose first and last page are compared, on the last database only.
        rounds: How often each request is measured.
    """
    with ExitStack() as stack:
        services = [stack.enter_context(serve_corpus(url, articles)) for articles, url in urls.items()]
        if cases:
            yield _measure_cases(services, cases, rounds)
        if depth_cases:
            yield _measure_depths(services[-1], depth_cases, rounds)


def _measure_cases(services: Sequence[TimedService], cases: Sequence[Case], rounds: int) -> str:
    """Measure the response times of each request in `cases`, and return a Markdown table.

    A row has the number of hits, the median and the 95th percentile for each of `services`. Each request is
    measured `rounds` times.
    """
    hits = [[_count_hits(service, case.path) for service in services] for case in cases]
    requests = [[_request(service, case.path) for service in services] for case in cases]
    times = _measure_rounds(requests, rounds, "Cases")
    sizes = [f"{service.articles:,}" for service in services]
    titles = [f"hits {size}" for size in sizes]
    for size in sizes:
        titles += [f"median {size}", f"p{PERCENTILE} {size}"]
    rows = [
        [case.name, *(f"{count:,}" for count in counts), *_cells(of_case)]
        for case, counts, of_case in zip(cases, hits, times, strict=True)
    ]
    return markdown_table(["case", *titles, "ratio"], rows)


def _measure_depths(service: TimedService, cases: Sequence[Case], rounds: int) -> str:
    """Return a table with the response times of the first and of the last page of several lists.

    `cases` are the lists. Each page is measured `rounds` times. Lists of one page are left out.
    """
    totals = {case: int(service.read(f"{case.path}&total=true")["meta"]["total"]) for case in cases}
    deep = [case for case in cases if totals[case] > LIMIT]
    pages = []
    for case in deep:
        with console.status(f"{case.name}: looking for the last page"):
            pages.append((with_limit(case.path, LIMIT), last_page(service, case.path)))
    requests = [[_request(service, page) for page in pair] for pair in pages]
    times = _measure_rounds(requests, rounds, "First and last pages")
    rows = [[case.name, f"{totals[case]:,}", *_cells(pair)] for case, pair in zip(deep, times, strict=True)]
    titles = ["first page", f"p{PERCENTILE}", "last page", f"p{PERCENTILE}", "ratio"]
    return markdown_table([f"{service.articles:,} articles", "rows", *titles], rows)


def _measure_rounds(groups: Sequence[Sequence[Request]], rounds: int, description: str) -> list[list[Times]]:
    """Send requests repeatedly, and return the response times of each request, in the same groups.

    A first round is not counted.

    Args:
        groups: The requests, in groups to compare with each other.
        description: The label of the progress bar.
    """
    milliseconds: list[list[list[float]]] = [[[] for _ in group] for group in groups]
    for number in track(range(rounds + 1), description, console=console, transient=True):
        for group, lists in zip(groups, milliseconds, strict=True):
            pairs = list(zip(group, lists, strict=True))
            # One request after the other, so that background load affects all requests of a group alike.
            for send, values in pairs if number % 2 else reversed(pairs):
                values.append(send())
    return [[_summarize(values[1:]) for values in lists] for lists in milliseconds]


def _summarize(milliseconds: list[float]) -> Times:
    ordered = sorted(milliseconds)
    return Times(statistics.median(ordered), ordered[math.ceil(PERCENTILE / 100 * len(ordered)) - 1])


def _request(service: TimedService, path: str) -> Request:
    return lambda: service.time(path)


def _count_hits(service: TimedService, path: str) -> int:
    counted = path if "total=true" in path else f"{path}{'&' if '?' in path else '?'}total=true"
    return int(service.read(counted)["meta"]["total"])


def _cells(times: Sequence[Times]) -> Iterator[str]:
    for each in times:
        yield from (f"{each.median:.1f}", f"{each.p95:.1f}")
    yield f"{times[-1].median / times[0].median:.2f}"
