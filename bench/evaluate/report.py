"""The report, in Markdown: a line a measure, then a line a document."""

from collections.abc import Iterable

from bench.evaluate.links import FIRST
from bench.evaluate.measure import Results
from bench.evaluate.scores import Score, Share
from bench.report import table

SCORE = ("precision", "recall", "F1", "hits", "false", "missed")


def report(results: Results) -> str:
    """Give everything that was measured, over all documents together and, for entities, of each."""
    parts = [_totals(results), "\n".join(f"- {line}" for line in _shares(results))]
    if results.entities:
        parts.append(_documents(results))
    return "\n\n".join(parts)


def _totals(results: Results) -> str:
    parses, entities = results.parses.values(), results.entities.values()
    scores = {
        "parse: fields": _sum(each.fields for each in parses),
        "parse: takeaways": _sum(each.takeaways for each in parses),
        "entities": _sum(each.typed for each in entities),
        "entities, whatever type": _sum(each.untyped for each in entities),
        "links": _sum(each.score for each in results.links.values()),
    }
    return table(["measure", *SCORE], [[name, *_cells(score)] for name, score in scores.items()])


def _shares(results: Results) -> list[str]:
    counts = sum((each.counts for each in results.entities.values()), Share())
    misplaced = sum((each.misplaced for each in results.entities.values()), Share())
    first = [each.at_first for each in results.links.values() if each.at_first is not None]
    average = _decimal(sum(first) / len(first) if first else None)
    return [
        f"mentions right to within one: {_decimal(counts.value)}, {counts.part} of {counts.total} hit",
        f"mentions that do not stand where they say: {misplaced.part} of {misplaced.total}",
        f"links, precision at {FIRST}: {average}, over {len(first)} documents that have relatives",
    ]


def _documents(results: Results) -> str:
    rows = [
        [name, *_cells(each.typed), _decimal(each.untyped.f1), _decimal(each.counts.value)]
        for name, each in sorted(results.entities.items())
    ]
    return table(["entities of", *SCORE, "F1 whatever type", "mentions"], rows)


def _sum(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())


def _cells(score: Score) -> list[str]:
    measures = [_decimal(each) for each in (score.precision, score.recall, score.f1)]
    return [*measures, *(f"{count:,}" for count in (score.hits, score.spurious, score.missed))]


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
