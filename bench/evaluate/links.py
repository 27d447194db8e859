"""Computed links against the pages that a reader calls related."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.evaluate.scores import Fault, Score
from bench.evaluate.service import Json

# Of how many links the precision is taken.
FIRST = 5


@dataclass(frozen=True, slots=True)
class LinkResult:
    """Of one document; `at_first` is the precision at five, None for a page without relatives."""

    score: Score
    at_first: float | None
    faults: tuple[Fault, ...]


def measure_links(name: str, relatives: frozenset[str], items: Sequence[Json]) -> LinkResult:
    """Hold the served links of the file `name` against its `relatives`; without these, each is an error."""
    scores = computed(items)
    hits, spurious, missed = scores.keys() & relatives, scores.keys() - relatives, relatives - scores.keys()
    first = [target for target in list(scores)[:FIRST] if target in hits]
    faults = [Fault(name, "link missed", target, "related") for target in sorted(missed)]
    wrong = {target: score for target, score in scores.items() if target in spurious}
    faults += [Fault(name, "link spurious", target, got=f"{score:.3f}") for target, score in wrong.items()]
    return LinkResult(
        Score(len(hits), len(spurious), len(missed)),
        len(first) / min(FIRST, len(relatives)) if relatives else None,
        tuple(faults),
    )


def computed(items: Sequence[Json]) -> dict[str, float]:
    """Give the scores of the links that have one, by the file that each leads to, the nearest first."""
    scored = [(item["file"], item["score"]) for item in items if item["file"] and item["score"] is not None]
    scores: dict[str, float] = {}
    for target, score in sorted(scored, key=lambda link: -link[1]):
        scores.setdefault(target, score)
    return scores
