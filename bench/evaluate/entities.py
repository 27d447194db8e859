"""Entities against gold, by their names and types, and how often and where they are mentioned."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.evaluate.gold import Gold, GoldEntity, form
from bench.evaluate.scores import Fault, Score, Share
from bench.evaluate.service import Json

# How far a count of mentions may be off and still be right.
TOLERANCE = 1


@dataclass(frozen=True, slots=True)
class Found:
    """An extracted entity; `forms` are its name and what its mentions call it."""

    name: str
    type: str
    forms: frozenset[str]
    mentions: int


@dataclass(frozen=True, slots=True)
class Match:
    """Which gold entities were hit by what; what is optional or ignored is in neither of the others."""

    hits: tuple[tuple[GoldEntity, Found], ...]
    missed: tuple[GoldEntity, ...]
    spurious: tuple[Found, ...]

    @property
    def score(self) -> Score:
        return Score(len(self.hits), len(self.spurious), len(self.missed))


@dataclass(frozen=True, slots=True)
class EntityResult:
    """Of one document; `counts` of the hit entities have the right number of mentions, and of all mentions
    `misplaced` do not stand where they say.
    """

    typed: Score
    untyped: Score
    counts: Share
    misplaced: Share
    faults: tuple[Fault, ...]


def measure_entities(name: str, gold: Gold, items: Sequence[Json], article: Json | None) -> EntityResult:
    """Hold the served entities of the file `name`, and of its `article`, against its gold."""
    found = [found_entity(item) for item in items]
    typed = match(gold, found)
    misplaced = list(_misplaced(name, items, served_texts(article)))
    counted = [pair for pair in typed.hits if pair[0].mentions is not None]
    off = list(_miscounted(name, typed))
    return EntityResult(
        typed.score,
        match(gold, found, typed=False).score,
        Share(len(counted) - len(off), len(counted)),
        Share(len(misplaced), sum(entity.mentions for entity in found)),
        (*_faults(name, gold, found, typed), *off, *misplaced),
    )


def found_entity(item: Json) -> Found:
    """Read an entity as the API serves it under an article."""
    names = [item["name"], *(mention["text"] for mention in item["mentions"])]
    return Found(item["name"], item["type"], frozenset(map(form, names)), len(item["mentions"]))


def match(gold: Gold, found: Sequence[Found], *, typed: bool = True) -> Match:
    """Give each required entity of `gold` at most one of `found`, the likeliest first."""
    required = [entity for entity in gold.entities or () if entity.required]
    pairs = [(one, other) for one in required for other in found if _fits(one, other, typed=typed)]
    hits: dict[int, tuple[GoldEntity, Found]] = {}
    taken: set[int] = set()
    for one, other in sorted(pairs, key=_unlikeliness):
        if id(one) not in taken and id(other) not in hits:
            taken.add(id(one))
            hits[id(other)] = (one, other)
    missed = [entity for entity in required if id(entity) not in taken]
    rest = [entity for entity in found if id(entity) not in hits]
    spurious = [entity for entity in rest if not _is_free(gold, entity)]
    return Match(tuple(hits.values()), tuple(missed), tuple(spurious))


def served_texts(article: Json | None) -> dict[tuple[str, int | None], str | None]:
    """Give the texts that mentions point into, by part and index."""
    if article is None:
        return {}
    image, analysis = article["image"] or {}, article["analysis"] or {}
    single = {"title": article["title"], "summary": article["summary"], "image": image.get("caption")}
    numbered = {
        "takeaways": [takeaway["text"] for takeaway in article["takeaways"]],
        "analysis": analysis.get("paragraphs", []),
        "body": [paragraph["text"] for paragraph in article["body"]],
    }
    return {(part, None): text for part, text in single.items()} | {
        (part, index): text for part, each in numbered.items() for index, text in enumerate(each, 1)
    }


def _fits(one: GoldEntity, other: Found, *, typed: bool) -> bool:
    return bool(one.forms & other.forms) and (not typed or other.type in one.types)


def _unlikeliness(pair: tuple[GoldEntity, Found]) -> tuple[bool, int]:
    one, other = pair
    return form(one.name) != form(other.name), abs((one.mentions or 0) - other.mentions)


def _is_free(gold: Gold, found: Found) -> bool:
    """Tell whether an entity that hits nothing costs nothing."""
    optional = (entity.forms for entity in gold.entities or () if not entity.required)
    return bool(found.forms & gold.ignored.union(*optional))


def _faults(name: str, gold: Gold, found: Sequence[Found], typed: Match) -> Iterator[Fault]:
    for entity in typed.missed:
        got = {other.type for other in found if entity.forms & other.forms}
        yield Fault(name, "entity missed", entity.name, _alternatives(entity.types), _alternatives(got))
    for other in typed.spurious:
        meant = [entity for entity in gold.entities or () if entity.forms & other.forms]
        is_second = any(other.type in entity.types for entity in meant)
        kind = "entity again" if is_second else "entity spurious"
        expected = set[str]().union(*(entity.types for entity in meant))
        yield Fault(name, kind, other.name, _alternatives(expected), other.type)


def _alternatives(types: frozenset[str] | set[str]) -> str:
    return " or ".join(sorted(types)) or "-"


def _miscounted(name: str, typed: Match) -> Iterator[Fault]:
    for entity, found in typed.hits:
        if entity.mentions is not None and abs(entity.mentions - found.mentions) > TOLERANCE:
            yield Fault(name, "mentions", entity.name, str(entity.mentions), str(found.mentions))


def _misplaced(
    name: str, items: Sequence[Json], texts: dict[tuple[str, int | None], str | None]
) -> Iterator[Fault]:
    for item in items:
        for mention in item["mentions"]:
            start, end = mention["start"], mention["end"]
            text = texts.get((mention["part"], mention["index"])) or ""
            if not 0 <= start < end or text[start:end] != mention["text"]:
                place = f"{mention['part']} {mention['index'] or ''}".strip()
                got = f"{text[start:end]!r} in {place} from {start} to {end}"
                yield Fault(name, "offsets", item["name"], repr(mention["text"]), got)
