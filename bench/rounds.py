"""Load on several servers in turn, so that whatever else the machine does hits them alike."""

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.progress import track

from bench.load import Load, Targets, put_load
from bench.measure import console
from bench.report import table
from bench.servers import Running


class Case(NamedTuple):
    """What one row of the table says: which server is asked for what, the case that it is held against."""

    name: str
    server: Running
    targets: Targets
    against: str | None = None
    connections: int = 32


class Result(NamedTuple):
    """A case over all rounds: requests a second of each; of CPU microseconds and milliseconds the median."""

    case: Case
    rates: Sequence[float]
    cpu: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return statistics.median(self.rates)

    def over(self, other: "Result") -> float:
        """Give the ratio of the rates, each round by itself: what else the machine did hit both."""
        return statistics.median(own / its for own, its in zip(self.rates, other.rates, strict=True))


def measure(cases: Sequence[Case], seconds: int, rounds: int) -> dict[str, Result]:
    """Put load on each case in turn, `rounds` times after one that warms up; gives the results by name.

    Every other round goes backwards.
    """
    loads: dict[str, list[tuple[Load, float]]] = {case.name: [] for case in cases}
    starts = dict.fromkeys(loads, 0)
    for number in track(range(rounds + 1), "Throughput", console=console, transient=True):
        for case in cases if number % 2 else cases[::-1]:
            before = case.server.cpu_seconds()
            load = put_load(
                case.server.port,
                case.targets,
                seconds if number else 1,
                connections=case.connections,
                start=starts[case.name],
            )
            starts[case.name] += load.requests + case.connections
            if number:
                taken = (case.server.cpu_seconds() - before) / load.requests
                loads[case.name].append((load, taken * 1e6))
    return {case.name: _result(case, loads[case.name]) for case in cases}


def _result(case: Case, loads: Sequence[tuple[Load, float]]) -> Result:
    figures = [(cpu, load.median, load.p99) for load, cpu in loads]
    rates = [load.rate for load, _ in loads]
    return Result(case, rates, *map(statistics.median, zip(*figures, strict=True)))


def results_table(results: Mapping[str, Result]) -> str:
    """Give a row for each case."""
    rows = [
        [
            result.case.name,
            f"{result.rate:,.0f}",
            f"{result.over(results[result.case.against]):.3f}" if result.case.against else "",
            f"{result.cpu:,.0f}",
            f"{result.median:.2f}",
            f"{result.p99:.1f}",
        ]
        for result in results.values()
    ]
    return table(["what", "a second", "of bare", "CPU µs", "median ms", "p99 ms"], rows)
