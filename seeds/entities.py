"""Mentions: where an article names the entities of the catalogue, and how central each is to it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from api.terms import CJK
from seeds.catalogue import KnownEntity
from seeds.document import Document
from seeds.identity import CURLY_QUOTES

# How much a mention counts by the part that it is in; see `salience`.
WEIGHTS = {"title": 4, "summary": 3, "takeaways": 2, "image": 1, "analysis": 1, "body": 1}
# A name begins with a letter or digit; CJK scripts write no spaces, so any of their characters may begin one.
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
GLUE = re.compile(rf"[^\W{CJK}]")


@dataclass(frozen=True, slots=True)
class Section:
    """One text of an article in which mentions have their offsets."""

    part: str
    index: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where an entity is named: code points `start` to `end` of a section's text."""

    part: str
    index: int | None
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FoundEntity:
    """An entity of the article with all its mentions in reading order."""

    entity: KnownEntity
    mentions: tuple[Mention, ...]
    salience: float


class Matcher:
    """Finds the names of a catalogue in text, the longest first; built once for many documents."""

    def __init__(self, catalogue: Iterable[KnownEntity]) -> None:
        self._by_first_word: dict[str, list[tuple[str, KnownEntity]]] = {}
        for entity in catalogue:
            for name in entity.names:
                plain = name.translate(CURLY_QUOTES)
                first = WORD.match(plain)
                if first is None:
                    raise ValueError(f"a name begins with a letter or digit, not {name!r}")
                self._by_first_word.setdefault(first.group(), []).append((plain, entity))
        for names in self._by_first_word.values():
            names.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> Iterator[tuple[int, int, KnownEntity]]:
        """Yield `(start, end, entity)` for each name in `text`, without overlap, in order."""
        # Quotes are folded one for one, so that offsets stay.
        plain = text.translate(CURLY_QUOTES)
        reached = 0
        for word in WORD.finditer(plain):
            if word.start() < reached:
                continue
            for name, entity in self._by_first_word.get(word.group(), ()):
                end = word.start() + len(name)
                if plain.startswith(name, word.start()) and _ends_word(plain, end):
                    yield word.start(), end, entity
                    reached = end
                    break


def _ends_word(text: str, end: int) -> bool:
    """Tell whether a name may end at `end`: not inside a word of letters and digits."""
    return end == len(text) or not (GLUE.match(text, end - 1) and GLUE.match(text, end))


def sections(document: Document) -> list[Section]:
    """Give the texts of `document` that can hold mentions, in reading order."""
    analysis = document.analysis.paragraphs if document.analysis else ()
    single = [("title", document.title), ("summary", document.summary), ("image", document.image_caption)]
    numbered = [
        ("takeaways", [takeaway.text for takeaway in document.takeaways]),
        ("analysis", analysis),
        ("body", document.body),
    ]
    return [Section(part, None, text) for part, text in single if text] + [
        Section(part, number, text) for part, texts in numbered for number, text in enumerate(texts, 1)
    ]


def find_entities(document: Document, matcher: Matcher) -> list[FoundEntity]:
    """Find the entities of `document`, the most salient first."""
    places: dict[KnownEntity, list[tuple[int, Mention]]] = {}
    offset = 0
    for section in sections(document):
        for start, end, entity in matcher.find(section.text):
            mention = Mention(section.part, section.index, start, end, section.text[start:end])
            places.setdefault(entity, []).append((offset + start, mention))
        offset += len(section.text)
    heaviest = max((_weight(found) for found in places.values()), default=1)
    entities = [
        FoundEntity(
            entity,
            tuple(mention for _, mention in found),
            salience(share=_weight(found) / heaviest, place=found[0][0] / offset),
        )
        for entity, found in places.items()
    ]
    return sorted(entities, key=lambda found: (-found.salience, found.entity.slug))


def _weight(found: Sequence[tuple[int, Mention]]) -> int:
    return sum(WEIGHTS[mention.part] for _, mention in found)


def salience(share: float, place: float) -> float:
    """Combine an entity's share and place to its salience, 0 to 1 with four digits.

    `share` is the weight of its mentions over that of the article's weightiest entity, a mention weighing 4
    in the title, 3 in the summary, 2 in a takeaway and 1 elsewhere; `place` is where it is first named, 0 at
    the beginning and 1 at the end of the article. Salience is 0.7 share + 0.3 (1 - place).
    """
    return round(0.7 * share + 0.3 * (1 - place), 4)
