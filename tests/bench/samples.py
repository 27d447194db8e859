"""Small annotations and responses of the API, for the tests of `bench.evaluate`."""

from typing import Any

from bench.evaluate.entities import ExtractedEntity
from bench.evaluate.gold import Gold, GoldEntity, normalize_name

Json = dict[str, Any]
TEXT = "The lamps of Port Ilse burn. Ilse sleeps."


def annotated_entity(name: str, *aliases: str, required: bool = True, mentions: int | None = 1) -> GoldEntity:
    """Return an annotated entity of the type `place`.

    Args:
        name: The name of the entity.
        *aliases: Other names that count as correct.
        required: False if the entity is optional.
        mentions: The expected number of mentions, or None if any number is correct.
    """
    forms = frozenset(map(normalize_name, (name, *aliases)))
    return GoldEntity(name, "place", frozenset({"place"}), forms, mentions, required)


def page_annotations(*entities: GoldEntity, ignored: tuple[str, ...] = ()) -> Gold:
    """Return the annotations of a page on which only entities are annotated.

    The names in `ignored` count neither as correct nor as errors.
    """
    return Gold({}, entities, frozenset(ignored))


def extracted_entity(name: str, *others: str, kind: str = "place", mentions: int = 1) -> ExtractedEntity:
    """Return an extracted entity with the name `name` and the further names `others`."""
    return ExtractedEntity(name, kind, frozenset(map(normalize_name, (name, *others))), mentions)


def article() -> Json:
    """Return the texts of an article with one paragraph, as the API returns them."""
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
    """Return a mention of an entity in the form that the API returns."""
    return {"part": part, "index": index, "start": start, "end": end, "text": text}


def link(file: str | None, score: float | None, basis: str = "computed") -> Json:
    """Return a related link in the form that `bench.evaluate` uses.

    Args:
        file: The file name of the linked article, or None if the link leads to no article.
        score: The similarity of the two articles, or None if the link has no score.
        basis: `listed` for a link in the source page, or `computed` for a link between similar texts.
    """
    return {"file": file, "score": score, "basis": basis}
