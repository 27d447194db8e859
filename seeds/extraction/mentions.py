"""Mentions: where an article names entities, known ones and its own, and how central each is to it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from itertools import chain
from types import MappingProxyType
from unicodedata import combining, is_normalized, normalize
from uuid import UUID

from api.search.analyzer import CJK
from seeds.extraction.catalogue import KnownEntity
from seeds.extraction.coreference import Thing
from seeds.extraction.extractor import Candidate, Recognizer, extract, is_headline
from seeds.parsing.document import ArticleText
from seeds.storing.identifiers import CURLY_QUOTES, make_slug

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

    @property
    def id(self) -> UUID:
        """The entity's id."""
        return self.entity.id

    @property
    def own_name(self) -> str | None:
        """What this document alone calls it; None where the catalogue decides."""
        return self.entity.name if self.entity.origin == "extracted" else None

    @property
    def own_type(self) -> str | None:
        """What it is in this document alone; None where the catalogue decides."""
        return self.entity.type if self.entity.origin == "extracted" else None


class Matcher:
    """Finds names in text, the longest first: those of a catalogue, and those of one document besides.

    `recognize` has a say in what those are.
    """

    def __init__(self, catalogue: Iterable[KnownEntity], recognize: Recognizer | None = None) -> None:
        self.known = {name.translate(CURLY_QUOTES): entity for entity in catalogue for name in entity.names}
        # One slug is one entity: what a text writes VELMORA is the catalogue's Velmora.
        self.by_slug = {entity.slug: entity for entity in self.known.values()}
        self.recognize = recognize or _nothing
        self._by_first_word = _by_first_word(self.known)

    def find(
        self, text: str, besides: Mapping[str, Sequence[tuple[str, KnownEntity]]] = MappingProxyType({})
    ) -> Iterator[tuple[int, int, KnownEntity]]:
        """Yield `(start, end, entity)` for each name in `text`, without overlap, in order."""
        # Quotes are folded one for one, so that offsets stay.
        plain = text.translate(CURLY_QUOTES)
        reached = 0
        for word in WORD.finditer(plain):
            start, first = word.start(), word.group()
            # Nearly no word begins a name.
            if start < reached or not (first in self._by_first_word or first in besides):
                continue
            named = chain(self._by_first_word.get(first, ()), besides.get(first, ()))
            found = [(len(name), entity) for name, entity in named if _is_at(plain, name, start)]
            if found:
                length, entity = max(found, key=lambda one: one[0])
                reached = start + length
                yield start, reached, entity


def _nothing(_: str) -> Iterable[Candidate]:
    return ()


def _by_first_word(names: Mapping[str, KnownEntity]) -> dict[str, list[tuple[str, KnownEntity]]]:
    by_first_word: dict[str, list[tuple[str, KnownEntity]]] = {}
    for name, entity in names.items():
        first = WORD.search(name)
        if first is None or first.start():
            raise ValueError(f"a name begins with a letter or digit, not {name!r}")
        by_first_word.setdefault(first.group(), []).append((name, entity))
    return by_first_word


def _is_at(text: str, name: str, start: int) -> bool:
    return text.startswith(name, start) and _ends_word(text, start + len(name))


def _ends_word(text: str, end: int) -> bool:
    """Tell whether a name may end at `end`: not inside a word of letters and digits."""
    if end == len(text):
        return True
    # An accent may be a character of its own.
    return not (combining(text[end]) or (GLUE.match(text, end - 1) and GLUE.match(text, end)))


def sections(prose: ArticleText) -> list[Section]:
    """Give the texts of `prose` that can hold mentions, in reading order."""
    analysis = prose.analysis.paragraphs if prose.analysis else ()
    single = [("title", prose.title), ("summary", prose.summary), ("image", prose.image_caption)]
    numbered = [
        ("takeaways", [takeaway.text for takeaway in prose.takeaways]),
        ("analysis", analysis),
        ("body", prose.body),
    ]
    return [Section(part, None, text) for part, text in single if text] + [
        Section(part, number, text) for part, texts in numbered for number, text in enumerate(texts, 1)
    ]


def find_entities(prose: ArticleText, matcher: Matcher) -> list[FoundEntity]:
    """Find the entities of `prose`, the most salient first."""
    texts = sections(prose)
    named = _named(texts, matcher)
    length = sum(len(section.text) for section in texts)
    heaviest = max((_weight(found) for found in named.values()), default=1)
    entities = [
        FoundEntity(
            entity,
            tuple(mention for _, mention in found),
            salience(share=_weight(found) / heaviest, place=found[0][0] / length),
        )
        for entity, found in named.items()
    ]
    return sorted(entities, key=lambda found: (-found.salience, found.entity.slug))


def _named(texts: Sequence[Section], matcher: Matcher) -> dict[KnownEntity, list[tuple[int, Mention]]]:
    """Give the mentions of each entity, and the place of each in the whole article."""
    besides = _by_first_word(_extracted(texts, matcher))
    named: dict[KnownEntity, list[tuple[int, Mention]]] = {}
    offset = 0
    for section in texts:
        for start, end, entity in matcher.find(section.text, besides):
            mention = Mention(section.part, section.index, start, end, section.text[start:end])
            named.setdefault(entity, []).append((offset + start, mention))
        offset += len(section.text)
    return named


def _extracted(texts: Sequence[Section], matcher: Matcher) -> dict[str, KnownEntity]:
    """Give the names that are the document's own: of entities that are so too, and of the catalogue's."""
    known = matcher.known
    headline = next((text.text for text in texts if text.part == "title" and is_headline(text.text)), "")
    prose = [
        normalize("NFC", text.text) for text in texts if not (text.text == headline or _is_heading(text))
    ]
    by_slug = dict(matcher.by_slug)
    forms_of: dict[KnownEntity, set[str]] = {}
    for thing in extract(prose, known, headline, matcher.recognize):
        forms = {form.translate(CURLY_QUOTES) for form in thing.forms}
        own = _as_entity(thing)
        entity = next((known[form] for form in sorted(forms) if form in known), None)
        forms_of.setdefault(entity or by_slug.setdefault(own.slug, own), set()).update(forms)
    own_names = {
        form: entity
        for entity, forms in (_with_aliases(*each) for each in forms_of.items())
        for form in sorted(forms)
        if form not in known and WORD.match(form)
    }
    if all(is_normalized("NFC", text.text) for text in texts):
        return own_names
    # Letters and accents apart, as some systems save them: every name is looked for so, too.
    apart = {normalize("NFD", name): entity for name, entity in (known | own_names).items()}
    return {name: entity for name, entity in (apart | own_names).items() if name not in known}


def _is_heading(section: Section) -> bool:
    """Tell whether a paragraph is a heading of which capitals say nothing: no full stop ends it."""
    return section.part in ("analysis", "body") and section.text[-1:].isalnum() and is_headline(section.text)


def _as_entity(thing: Thing) -> KnownEntity:
    return KnownEntity(thing.name, thing.type, own_slug(thing.name), origin="extracted")


# Some names stand in many documents.
@lru_cache(maxsize=16_384)
def own_slug(name: str) -> str:
    """Give the slug of an extracted entity, of which its id is made; a hash where none can be spelt."""
    return make_slug(name, f"entity-{sha256(name.encode()).hexdigest()[:8]}")


def _with_aliases(entity: KnownEntity, forms: set[str]) -> tuple[KnownEntity, set[str]]:
    """Give an entity with its forms; of an extracted one all that are not its name are aliases."""
    if entity.origin == "catalogue":
        return entity, forms
    aliases = tuple(sorted(forms - {entity.name}))
    return KnownEntity(entity.name, entity.type, entity.slug, aliases, origin=entity.origin), forms


def _weight(found: Sequence[tuple[int, Mention]]) -> int:
    return sum(WEIGHTS[mention.part] for _, mention in found)


def salience(share: float, place: float) -> float:
    """Combine an entity's share and place to its salience, 0 to 1 with four digits.

    `share` is the weight of its mentions over that of the article's weightiest entity, a mention weighing 4
    in the title, 3 in the summary, 2 in a takeaway and 1 elsewhere; `place` is where it is first named, 0 at
    the beginning and 1 at the end of the article. Salience is 0.7 share + 0.3 (1 - place).
    """
    return round(0.7 * share + 0.3 * (1 - place), 4)
