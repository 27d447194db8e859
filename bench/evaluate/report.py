"""Write the results of an evaluation as Markdown: totals, then a row for each document."""

from collections.abc import Iterable

from bench.evaluate.evidence import EvidenceResult
from bench.evaluate.links import PRECISION_CUTOFF
from bench.evaluate.measure import Results
from bench.evaluate.scores import Score, Share
from bench.markdown import markdown_table

SCORE_TITLES = ("precision", "recall", "F1", "hits", "false", "missed")


def evaluation_report(results: Results) -> str:
    """Return the results of an evaluation as Markdown: the totals, and the entities of each document."""
    parts = [_totals(results), "\n".join(f"- {line}" for line in _shares(results))]
    if results.entities:
        parts.append(_documents(results))
    return "\n\n".join(parts)


def _totals(results: Results) -> str:
    fields, entities = results.fields.values(), results.entities.values()
    scores = {
        "parse: fields": _sum(each.fields for each in fields),
        "parse: takeaways": _sum(each.takeaways for each in fields),
        "entities": _sum(each.typed for each in entities),
        "entities, any type": _sum(each.untyped for each in entities),
        "links": _sum(each.score for each in results.links.values()),
    }
    return markdown_table(
        ["measure", *SCORE_TITLES], [[name, *_cells(score)] for name, score in scores.items()]
    )


def _shares(results: Results) -> list[str]:
    counts = sum((each.counts for each in results.entities.values()), Share())
    misplaced = sum((each.misplaced for each in results.entities.values()), Share())
    links = results.links.values()
    precisions = [each.precision_at_cutoff for each in links if each.precision_at_cutoff is not None]
    average = _decimal(sum(precisions) / len(precisions) if precisions else None)
    return [
        f"number of mentions within one: {_decimal(counts.value)}, {counts.part} of {counts.total} entities",
        f"mentions with wrong offsets: {misplaced.part} of {misplaced.total}",
        f"links, precision at {PRECISION_CUTOFF}: {average}, over {len(precisions)} documents with relatives",
        *_evidence(results),
    ]


def _evidence(results: Results) -> list[str]:
    total = sum(results.evidence.values(), EvidenceResult())
    shares = {
        "precision": (total.precision, "listed paragraphs"),
        "recall": (total.recall, "required paragraphs"),
        "first paragraph": (total.first, "takeaways with a required paragraph"),
        "silence": (total.silent, "takeaways that no paragraph supports"),
    }
    return [
        f"evidence, {name}: {_decimal(share.value)}, {share.part} of {share.total} {counted}"
        for name, (share, counted) in shares.items()
        if results.evidence
    ]


def _documents(results: Results) -> str:
    rows = [
        [name, *_cells(each.typed), _decimal(each.untyped.f1), _decimal(each.counts.value)]
        for name, each in sorted(results.entities.items())
    ]
    return markdown_table(["entities of", *SCORE_TITLES, "F1 any type", "mentions"], rows)


def _sum(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())


def _cells(score: Score) -> list[str]:
    measures = [_decimal(each) for each in (score.precision, score.recall, score.f1)]
    return [*measures, *(f"{count:,}" for count in (score.hits, score.spurious, score.missed))]


def _decimal(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
