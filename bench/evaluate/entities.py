"""Compare the extracted entities of a document with annotations: names, types, and mentions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.evaluate.gold import Gold, GoldEntity, normalize_name
from bench.evaluate.scores import Fault, Score, Share
from bench.evaluate.served import Json

# A number of mentions counts as correct if it differs from the annotation by at most this number.
MENTION_COUNT_TOLERANCE = 1


@dataclass(frozen=True, slots=True)
class ExtractedEntity:
    """An entity that the service found in a document.

    Attributes:
        name: The main name.
        type: The entity type.
        forms: The main name and the texts of all mentions, in normalized form.
        mentions: The number of mentions.
    """

    name: str
    type: str
    forms: frozenset[str]
    mentions: int


@dataclass(frozen=True, slots=True)
class Match:
    """The required entities of a document's annotations, compared with the extracted entities.

    Attributes:
        hits: Pairs of an annotated and an extracted entity with a name in common.
        missed: Annotated entities that were not extracted.
        spurious: Extracted entities that were not annotated.
    """

    hits: tuple[tuple[GoldEntity, ExtractedEntity], ...]
    missed: tuple[GoldEntity, ...]
    spurious: tuple[ExtractedEntity, ...]

    @property
    def score(self) -> Score:
        return Score(len(self.hits), len(self.spurious), len(self.missed))


@dataclass(frozen=True, slots=True)
class EntityResult:
    """The evaluation of the entities of one document.

    Attributes:
        typed: The score if types must agree.
        untyped: The score if types are ignored.
        counts: The share of matched entities with the correct number of mentions.
        misplaced: The share of mentions whose text is not at their offsets.
    """

    typed: Score
    untyped: Score
    counts: Share
    misplaced: Share
    faults: tuple[Fault, ...]


def measure_entities(name: str, gold: Gold, items: Sequence[Json], article: Json | None) -> EntityResult:
    """Compare the extracted entities of one document with its annotations.

    Args:
        name: The file name of the document.
        gold: Its annotations.
        items: The entities that the API returns.
        article: The article that the API returns, or None if the document was rejected.
    """
    found = [read_entity(item) for item in items]
    typed = match_entities(gold, found)
    misplaced = list(_misplaced(name, items, served_texts(article)))
    counted = [pair for pair in typed.hits if pair[0].mentions is not None]
    off = list(_miscounted(name, typed))
    return EntityResult(
        typed.score,
        match_entities(gold, found, typed=False).score,
        Share(len(counted) - len(off), len(counted)),
        Share(len(misplaced), sum(entity.mentions for entity in found)),
        (*_faults(name, gold, found, typed), *off, *misplaced),
    )


def read_entity(item: Json) -> ExtractedEntity:
    """Convert `item`, an entity in a response of the API for an article, to an `ExtractedEntity`."""
    names = [item["name"], *(mention["text"] for mention in item["mentions"])]
    return ExtractedEntity(
        item["name"], item["type"], frozenset(map(normalize_name, names)), len(item["mentions"])
    )


def match_entities(gold: Gold, found: Sequence[ExtractedEntity], *, typed: bool = True) -> Match:
    """Pair the required entities of a document's annotations with extracted entities that share a name.

    Each entity is in at most one pair.

    Args:
        gold: The annotations.
        found: The extracted entities.
        typed: If False, the entities of a pair can have different types.
    """
    required = [entity for entity in gold.entities or () if entity.required]
    pairs = [(entity, other) for entity in required for other in found if _fits(entity, other, typed=typed)]
    hits: dict[int, tuple[GoldEntity, ExtractedEntity]] = {}
    matched: set[int] = set()
    for entity, other in sorted(pairs, key=_difference):
        if id(entity) not in matched and id(other) not in hits:
            matched.add(id(entity))
            hits[id(other)] = (entity, other)
    missed = [entity for entity in required if id(entity) not in matched]
    rest = [entity for entity in found if id(entity) not in hits]
    spurious = [entity for entity in rest if not _is_ignored(gold, entity)]
    return Match(tuple(hits.values()), tuple(missed), tuple(spurious))


def served_texts(article: Json | None) -> dict[tuple[str, int | None], str | None]:
    """Return the texts of an article that can contain mentions of entities, by part and number.

    For example, the key `("body", 1)` is the first paragraph. Parts with a single text have the number None.
    A missing text is None.

    `article` is the JSON of the API. If it is None, the result is empty.
    """
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


def _fits(entity: GoldEntity, other: ExtractedEntity, *, typed: bool) -> bool:
    return bool(entity.forms & other.forms) and (not typed or other.type in entity.types)


def _difference(pair: tuple[GoldEntity, ExtractedEntity]) -> tuple[bool, int]:
    entity, other = pair
    has_different_name = normalize_name(entity.name) != normalize_name(other.name)
    return has_different_name, abs((entity.mentions or 0) - other.mentions)


def _is_ignored(gold: Gold, found: ExtractedEntity) -> bool:
    """Return True if an extracted entity is annotated as optional or ignored.

    Such an entity does not count as an error.
    """
    optional = (entity.forms for entity in gold.entities or () if not entity.required)
    return bool(found.forms & gold.ignored.union(*optional))


def _faults(name: str, gold: Gold, found: Sequence[ExtractedEntity], typed: Match) -> Iterator[Fault]:
    for entity in typed.missed:
        types = {other.type for other in found if entity.forms & other.forms}
        yield Fault(name, "entity missed", entity.name, _alternatives(entity.types), _alternatives(types))
    for other in typed.spurious:
        same_name = [entity for entity in gold.entities or () if entity.forms & other.forms]
        is_duplicate = any(other.type in entity.types for entity in same_name)
        kind = "entity again" if is_duplicate else "entity spurious"
        expected = set[str]().union(*(entity.types for entity in same_name))
        yield Fault(name, kind, other.name, _alternatives(expected), other.type)


def _alternatives(types: frozenset[str] | set[str]) -> str:
    return " or ".join(sorted(types)) or "-"


def _miscounted(name: str, typed: Match) -> Iterator[Fault]:
    for entity, found in typed.hits:
        if entity.mentions is not None and abs(entity.mentions - found.mentions) > MENTION_COUNT_TOLERANCE:
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
