"""Rounds of requests, and what is to be said of their times."""

import math
import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from bench.cases import Case
from bench.service import Service

# One request to be measured: it gives its milliseconds.
Request = Callable[[], float]
HIGH = 0.95
console = Console(stderr=True)


class Times(NamedTuple):
    """Milliseconds of one request over all rounds."""

    median: float
    high: float


class Result(NamedTuple):
    """A case on each service, in the order of the services."""

    case: Case
    hits: list[int]
    times: list[Times]


def measure_cases(services: Sequence[Service], cases: Sequence[Case], rounds: int) -> list[Result]:
    """Measure each case on each service, after asking for its number of hits."""
    hits = [[_hits(service, case.path) for service in services] for case in cases]
    times = measure(
        [[request(service, case.path) for service in services] for case in cases], rounds, "Cases"
    )
    return [Result(*row) for row in zip(cases, hits, times, strict=True)]


def measure(groups: Sequence[Sequence[Request]], rounds: int, what: str) -> list[list[Times]]:
    """Send every request once a round; those of a group follow one another, so that noise hits them alike.

    A first round warms up and does not count. The order within a group turns from round to round.
    """
    taken: list[list[list[float]]] = [[[] for _ in group] for group in groups]
    for number in track(range(rounds + 1), what, console=console, transient=True):
        for group, lists in zip(groups, taken, strict=True):
            pairs = list(zip(group, lists, strict=True))
            for send, milliseconds in pairs if number % 2 else reversed(pairs):
                milliseconds.append(send())
    return [[_times(milliseconds[1:]) for milliseconds in lists] for lists in taken]


def _times(milliseconds: list[float]) -> Times:
    ordered = sorted(milliseconds)
    return Times(statistics.median(ordered), ordered[math.ceil(HIGH * len(ordered)) - 1])


def request(service: Service, path: str) -> Request:
    """Make the request for `path`, which must be answered with a 200."""
    return lambda: service.time(path)


def _hits(service: Service, path: str) -> int:
    counted = path if "total=true" in path else f"{path}{'&' if '?' in path else '?'}total=true"
    return int(service.read(counted)["meta"]["total"])
