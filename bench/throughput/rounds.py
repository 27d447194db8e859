"""Measure several servers in alternating rounds, so that background load affects all of them alike."""

import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from rich.console import Console
from rich.progress import track

from bench.markdown import markdown_table
from bench.throughput.load import Load, Targets, put_load
from bench.throughput.servers import RunningServer


class Case(NamedTuple):
    """A case to measure: a server, the requests to send, and the number of connections.

    `baseline` is the name of the case that the result is compared with, or None.
    """

    name: str
    server: RunningServer
    targets: Targets
    baseline: str | None = None
    connections: int = 32


class Result(NamedTuple):
    """The measured values of one case. `cpu`, `median` and `p99` are medians over all rounds.

    Attributes:
        case: The server and its requests.
        rates: The requests per second in each round.
        cpu: The CPU time of a request in microseconds.
        median: The median response time in milliseconds.
        p99: The 99th percentile of the response times in milliseconds.
    """

    case: Case
    rates: Sequence[float]
    cpu: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """The median of `rates`, the requests per second in each round."""
        return statistics.median(self.rates)

    def ratio_to(self, other: "Result") -> float:
        """Return the requests per second of this result, divided by the requests per second of `other`.

        The ratio is computed for each round. The returned ratio is the median of all rounds.
        """
        return statistics.median(rate / base for rate, base in zip(self.rates, other.rates, strict=True))


def measure_rounds(cases: Sequence[Case], seconds: int, rounds: int) -> dict[str, Result]:
    """Measure each case in several rounds, and return the results by the names of the cases.

    A short first round is not counted.

    Args:
        cases: The cases.
        seconds: How long requests are sent in each case and round.
        rounds: The number of rounds.
    """
    loads: dict[str, list[tuple[Load, float]]] = {case.name: [] for case in cases}
    starts = dict.fromkeys(loads, 0)
    for number in track(range(rounds + 1), "Throughput", console=Console(stderr=True), transient=True):
        # One case after the other in each round, so that background load affects all cases alike.
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
                cpu_seconds = (case.server.cpu_seconds() - before) / load.requests
                loads[case.name].append((load, cpu_seconds * 1e6))
    return {case.name: _result(case, loads[case.name]) for case in cases}


def _result(case: Case, loads: Sequence[tuple[Load, float]]) -> Result:
    figures = [(cpu, load.median, load.p99) for load, cpu in loads]
    rates = [load.rate for load, _ in loads]
    return Result(case, rates, *map(statistics.median, zip(*figures, strict=True)))


def results_table(results: Mapping[str, Result], baseline: str = "bare") -> str:
    """Return a Markdown table with a row for each case: requests per second, CPU time and response times.

    One column divides the requests per second by those of the case that `Case.baseline` names. The heading
    of this column is `of`, followed by `baseline`.
    """
    rows = [
        [
            result.case.name,
            f"{result.rate:,.0f}",
            f"{result.ratio_to(results[result.case.baseline]):.3f}" if result.case.baseline else "",
            f"{result.cpu:,.0f}",
            f"{result.median:.2f}",
            f"{result.p99:.1f}",
        ]
        for result in results.values()
    ]
    return markdown_table(["case", "a second", f"of {baseline}", "CPU µs", "median ms", "p99 ms"], rows)
