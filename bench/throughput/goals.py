"""Compare the measured values of the service with its performance targets."""

from collections.abc import Mapping
from typing import NamedTuple

from bench.corpus.build import Corpus
from bench.markdown import markdown_table
from bench.throughput.rounds import Result

# Requests that the byte cache answers with status 200.
HOT_CASES = ("hot detail", "hot list", "hot filtered list", "hot search")


class Goal(NamedTuple):
    """A performance target, and the measured value.

    The target is at least `bound`, or at most `bound` if `is_maximum` is True.
    """

    name: str
    value: float
    bound: float
    is_maximum: bool = False

    def row(self) -> list[str]:
        """Return the cells of a table row: name, value, target, and `yes` if it is reached, else `no`."""
        is_reached = self.value <= self.bound if self.is_maximum else self.value >= self.bound
        relation = "at most" if self.is_maximum else "at least"
        return [self.name, f"{self.value:.2f}", f"{relation} {self.bound:g}", "yes" if is_reached else "no"]


def goals(results: Mapping[str, Result], small: Corpus, large: Corpus, memory: float) -> list[Goal]:
    """Return the performance targets of the service, with the measured values.

    Args:
        results: The result of each measured case, by name, such as `hot detail`.
        small: The database with few articles.
        large: The database with many articles.
        memory: The memory of the largest worker process in MiB.
    """

    def ratio(name: str, other: str) -> float:
        return results[name].ratio_to(results[other])

    def of_bare(name: str) -> float:
        return ratio(name, results[name].case.baseline or name)

    is_sqlite = large.url.startswith("sqlite")
    hot = [*HOT_CASES, "hot 304"] if is_sqlite else ["hot detail"]
    found = [Goal(f"{name} / bare", of_bare(name), 0.85 if is_sqlite else 0.8) for name in hot]
    found.append(
        Goal("any detail, no cache / bare", of_bare("any detail, no cache"), 0.3 if is_sqlite else 0.15)
    )
    if is_sqlite:
        found.append(Goal("any detail / bare", of_bare("any detail"), 0.4))
    for what in ("list", "search"):
        names = [f"first-time {what}, {each.articles:,}" for each in (large, small)]
        found.append(Goal(" / ".join(names), ratio(*names), 0.5))
    if is_sqlite:
        for peer, bound in (("Datasette", 4), ("FastAPI, ORM", 20), ("Django REST framework", 20)):
            found.append(Goal(f"hot detail / {peer}", ratio("hot detail", peer), bound))
    single = results["hot detail, one connection"].median
    return [
        *found,
        Goal("hot detail, one connection, median ms", single, 0.5, is_maximum=True),
        Goal("second half of seeding / first", large.second_half_rate, 0.8),
        Goal("MiB of a worker", memory, 200, is_maximum=True),
    ]


def goals_table(results: Mapping[str, Result], small: Corpus, large: Corpus, memory: float) -> str:
    """Return a Markdown table of the performance targets and the measured values.

    Args:
        results: The result of each measured case, by name, such as `hot detail`.
        small: The database with few articles.
        large: The database with many articles.
        memory: The memory of the largest worker process in MiB.
    """
    rows = [each.row() for each in goals(results, small, large, memory)]
    return markdown_table(["target", "measured", "wanted", "reached"], rows)
