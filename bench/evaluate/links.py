"""Compare computed links between articles with the pages that a reader has annotated as related."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.evaluate.scores import Fault, Score
from bench.evaluate.served import Json

# Precision is evaluated over this number of links, best first.
PRECISION_CUTOFF = 5


@dataclass(frozen=True, slots=True)
class LinkResult:
    """The evaluation of the links of one document.

    Attributes:
        score: Hits, false positives and misses.
        precision_at_cutoff: The hits among the best PRECISION_CUTOFF links, divided by PRECISION_CUTOFF or
            the number of related pages, whichever is lower. None without related pages.
        faults: All errors.
    """

    score: Score
    precision_at_cutoff: float | None
    faults: tuple[Fault, ...]


def measure_links(name: str, related: frozenset[str], items: Sequence[Json]) -> LinkResult:
    """Compare the links of one document with the annotated related documents.

    Args:
        name: The file name of the document.
        related: The file names of related documents.
        items: The links that the API returns, each with the file name of its target in `file`.
    """
    scores = computed_scores(items)
    hits, spurious, missed = scores.keys() & related, scores.keys() - related, related - scores.keys()
    first = [target for target in list(scores)[:PRECISION_CUTOFF] if target in hits]
    faults = [Fault(name, "link missed", target, "related") for target in sorted(missed)]
    wrong = {target: score for target, score in scores.items() if target in spurious}
    faults += [Fault(name, "link spurious", target, got=f"{score:.3f}") for target, score in wrong.items()]
    return LinkResult(
        Score(len(hits), len(spurious), len(missed)),
        len(first) / min(PRECISION_CUTOFF, len(related)) if related else None,
        tuple(faults),
    )


def computed_scores(items: Sequence[Json]) -> dict[str, float]:
    """Return the scores of links, by the file name of the target, highest score first.

    `items` are links in a response of the API, with the file name in `file`. Links without a score are left
    out.
    """
    scored = [(item["file"], item["score"]) for item in items if item["file"] and item["score"] is not None]
    scores: dict[str, float] = {}
    for target, score in sorted(scored, key=lambda link: -link[1]):
        scores.setdefault(target, score)
    return scores
