"""Tiny gold, and what the API would say, for the tests of the scoring."""

from typing import Any

from bench.evaluate.entities import Found
from bench.evaluate.gold import Gold, GoldEntity, form

Json = dict[str, Any]
TEXT = "The lamps of Port Ilse burn. Ilse sleeps."


def gold_entity(name: str, *aliases: str, required: bool = True, mentions: int | None = 1) -> GoldEntity:
    """Give a place."""
    forms = frozenset(map(form, (name, *aliases)))
    return GoldEntity(name, "place", frozenset({"place"}), forms, mentions, required)


def gold(*entities: GoldEntity, ignored: tuple[str, ...] = ()) -> Gold:
    """Give the gold of a page of which only entities are told."""
    return Gold({}, entities, frozenset(ignored))


def found(name: str, *others: str, kind: str = "place", mentions: int = 1) -> Found:
    """Give an extracted entity that mentions call `others` too."""
    return Found(name, kind, frozenset(map(form, (name, *others))), mentions)


def article() -> Json:
    """Give an article of one paragraph, as far as mentions point into it."""
    body = [{"paragraph": 1, "text": TEXT}]
    return {
        "title": "Lamps",
        "summary": None,
        "image": None,
        "analysis": None,
        "takeaways": [],
        "body": body,
    }


def mention(start: int, end: int, text: str, part: str = "body", index: int | None = 1) -> Json:
    """Give a mention as served."""
    return {"part": part, "index": index, "start": start, "end": end, "text": text}


def link(file: str | None, score: float | None, basis: str = "computed") -> Json:
    """Give a related link as served, with the file that it leads to."""
    return {"file": file, "score": score, "basis": basis}
