"""What the service is to reach, beside what was measured."""

from collections.abc import Mapping
from typing import NamedTuple

from bench.corpus import Corpus
from bench.report import table
from bench.rounds import Result

# What is asked for again and again, but for the answer that a client has.
HOT = ("hot detail", "hot list", "hot filtered list", "hot search")


class Goal(NamedTuple):
    """What is to be reached: the least, or the most, of a figure."""

    name: str
    value: float
    wanted: float
    is_most: bool = False

    def row(self) -> list[str]:
        """Give the row of the table."""
        is_reached = self.value <= self.wanted if self.is_most else self.value >= self.wanted
        bound = "at most" if self.is_most else "at least"
        return [self.name, f"{self.value:.2f}", f"{bound} {self.wanted:g}", "yes" if is_reached else "no"]


def goals(results: Mapping[str, Result], small: Corpus, large: Corpus, memory: float) -> list[Goal]:
    """Hold the results against what is to be reached."""

    def ratio(name: str, other: str) -> float:
        return results[name].over(results[other])

    def of_bare(name: str) -> float:
        return ratio(name, results[name].case.against or name)

    is_sqlite = large.url.startswith("sqlite")
    hot = [*HOT, "hot 304"] if is_sqlite else ["hot detail"]
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
        for peer, wanted in (("Datasette", 4), ("FastAPI, ORM", 20), ("Django REST framework", 20)):
            found.append(Goal(f"hot detail / {peer}", ratio("hot detail", peer), wanted))
    single = results["hot detail, one connection"].median
    return [
        *found,
        Goal("hot detail, one connection, median ms", single, 0.5, is_most=True),
        Goal("second half of seeding / first", large.second_half, 0.8),
        Goal("MiB of a worker", memory, 200, is_most=True),
    ]


def goals_table(results: Mapping[str, Result], small: Corpus, large: Corpus, memory: float) -> str:
    """Give a row for each goal."""
    rows = [each.row() for each in goals(results, small, large, memory)]
    return table(["target", "measured", "wanted", "reached"], rows)
