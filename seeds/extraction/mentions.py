"""Find the mentions of entities in an article, and compute the importance (salience) of each entity."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from itertools import chain
from operator import itemgetter
from types import MappingProxyType
from unicodedata import combining, normalize
from uuid import UUID

from api.search.analyzer import CJK
from api.text_folding import VARIANTS, FoldedText, fold_characters, remove_ignorable
from seeds.extraction.candidates.hidden_text import hide_parts_without_names
from seeds.extraction.catalogue import EntityRecord, form_in_texts
from seeds.extraction.coreference import EntityCluster
from seeds.extraction.extractor import EntityExtractor, Recognizer, is_headline, recognize_nothing
from seeds.extraction.lexicon import Lexicon
from seeds.identifiers import make_slug
from seeds.parsing.document import ArticleText

# The weight of a mention by the part of the article; see `salience`.
WEIGHTS = {"title": 4, "summary": 3, "takeaways": 2, "image": 1, "analysis": 1, "body": 1}
# The most characters from a name to its acronym in brackets: a possessive, a space and the bracket.
MAX_BRACKET_GAP = 5
# A name begins with a letter or digit. CJK scripts have no spaces, so a name can begin at any CJK character.
WORD = re.compile(rf"[{CJK}]|[^\W_{CJK}]+")
WHOLE_WORD = re.compile(rf"[{CJK}]|(?<![^\W_{CJK}])[^\W_{CJK}]+")
# A translation table for ASCII texts. A space replaces each character that is neither a letter nor a digit.
WORD_SEPARATORS = "".join(chr(point) if chr(point).isalnum() else " " for point in range(128))
MARK = re.compile("[-'\"]")
# Marks that stay in names as they are written. All others become plain, because only typesetting or an
# accident explains them.
MARKS_IN_NAMES = frozenset("–’\u02bb\u02bc\u02be\u02bf")
PLAIN_MARKS = str.maketrans({mark: plain for mark, plain in VARIANTS.items() if mark not in MARKS_IN_NAMES})
WORD_CHARACTER = re.compile(rf"[^\W{CJK}]")

NamedEntity = tuple[str, EntityRecord]
"""A name and its entity."""
NameIndex = Mapping[str, Sequence[NamedEntity]]
"""Names by their first word, with its capitals."""


@dataclass(frozen=True, slots=True)
class Section:
    """One text of an article, such as the title or a paragraph.

    Attributes:
        part: The part of the article that contains the text, such as `title` or `body`.
        index: The number of the text in this part, from 1. None if the part is a single text.
    """

    part: str
    index: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """One occurrence of the name of an entity in a text of an article.

    Attributes:
        part: The part of the article that contains the text, such as `title` or `body`.
        index: The number of the text in this part, from 1. None if the part is a single text.
        start: The offset in the text where the name starts, in Unicode code points.
        end: The offset where the name ends.
        text: The name, as the text writes it.
    """

    part: str
    index: int | None
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class FoundEntity:
    """An entity that an article mentions, with its mentions in reading order.

    `salience` says how important the entity is in the article, from 0 to 1.
    """

    entity: EntityRecord
    mentions: tuple[Mention, ...]
    salience: float

    @cached_property
    def id(self) -> UUID:
        """The id of the entity."""
        return self.entity.id


class EntityMatcher:
    """Finds the names of entities in texts. If several names begin at the same word, the longest is found.

    Args:
        catalogue: The known entities.
        recognize: An additional function that finds names in a text, such as a spaCy pipeline.

    Raises:
        ValueError: If a name of the catalogue does not begin with a letter or digit.
    """

    def __init__(
        self,
        catalogue: Iterable[EntityRecord],
        lexicon: Lexicon,
        recognize: Recognizer = recognize_nothing,
    ) -> None:
        self.lexicon = lexicon
        self.known = {form_in_texts(name): entity for entity in catalogue for name in entity.names}
        # A slug belongs to one entity, so VELMORA in a text refers to Velmora in the catalogue.
        self.by_slug = {entity.slug: entity for entity in self.known.values()}
        self.extractor = EntityExtractor(lexicon, recognize)
        self._by_first_word = _by_first_word(self.known)

    def find(
        self, text: str, extracted: Mapping[str, Sequence[NamedEntity]] = MappingProxyType({})
    ) -> Iterator[tuple[int, int, EntityRecord]]:
        """Yield `(start, end, entity)` for each name of an entity in `text`, in order and without overlap.

        Args:
            extracted: Names to find besides those of the catalogue. Maps the first word of a name to pairs of
                a folded name and its entity.
        """
        view = FoldedText(text)
        readable = hide_parts_without_names(self.lexicon, view.text)
        plain, known = readable.known, self._by_first_word
        in_capitals = self._capital_index(extracted) if readable.capitals else {}
        words = _words_in(plain)
        first_words = {word for index in (known, extracted, in_capitals) for word in words & index.keys()}
        previous_end = 0
        for start, first in sorted(_find_words(plain, first_words)):
            if start < previous_end:
                continue
            names = chain(known.get(first, ()), extracted.get(first, ()))
            if in_capitals and any(begin <= start < end for begin, end in readable.capitals):
                names = chain(names, in_capitals.get(first, ()))
            found = [(len(name), entity) for name, entity in names if _is_name_at(plain, name, start)]
            if found:
                length, entity = found[0] if len(found) == 1 else max(found, key=itemgetter(0))
                previous_end = start + length
                yield *view.original_range(start, previous_end), entity

    def _capital_index(self, extracted: NameIndex) -> NameIndex:
        """Return the names of the catalogue and of `extracted` in capital letters.

        `extracted` and the result map the first word of a name to a list of `(name, entity)`.
        """
        names = {name: entity for found in extracted.values() for name, entity in found}
        return _by_first_word(self._capital_names(names | self.known))

    def _capital_names(self, names: Mapping[str, EntityRecord]) -> dict[str, EntityRecord]:
        """Return `names` in capital letters, except names that then look like a function word or a month."""
        non_names = self.lexicon.non_names
        return {name.upper(): entity for name, entity in names.items() if name.lower() not in non_names}


def _by_first_word(names: Mapping[str, EntityRecord]) -> dict[str, list[NamedEntity]]:
    by_first_word: dict[str, list[NamedEntity]] = {}
    for name, entity in names.items():
        first = WORD.search(name)
        if first is None or first.start():
            raise ValueError(f"a name begins with a letter or digit, not {name!r}")
        by_first_word.setdefault(first.group(), []).append((name, entity))
    return by_first_word


def _words_in(text: str) -> set[str]:
    """Return the different words of `text` that can be the first word of a name."""
    return {*text.translate(WORD_SEPARATORS).split()} if text.isascii() else {*WORD.findall(text)}


def _find_words(text: str, words: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Yield `(start, word)` for each place where one of `words` is a whole word of `text`."""
    for word in words:
        start = text.find(word)
        while start >= 0:
            found = WHOLE_WORD.match(text, start)
            if found and found.group() == word:
                yield start, word
            start = text.find(word, start + len(word))


def _is_name_at(text: str, name: str, start: int) -> bool:
    return text.startswith(name, start) and _can_end(text, start + len(name))


def _can_end(text: str, end: int) -> bool:
    """Return True if a name can end at offset `end` of `text`, that is, if no letter or digit follows.

    Chinese, Japanese and Korean characters can follow, because these languages put no space after a name.
    """
    if end == len(text):
        return True
    # An accent can be a separate character.
    is_inside = WORD_CHARACTER.match(text, end - 1) and WORD_CHARACTER.match(text, end)
    return not (combining(text[end]) or is_inside)


def sections(article: ArticleText) -> list[Section]:
    """Return the texts of `article` that are searched for entities, in reading order.

    They are the title, the summary, the caption of the image, each takeaway, and each paragraph of the
    analysis and of the body.
    """
    analysis = article.analysis.paragraphs if article.analysis else ()
    single = [("title", article.title), ("summary", article.summary), ("image", article.image_caption)]
    numbered = [
        ("takeaways", [takeaway.text for takeaway in article.takeaways]),
        ("analysis", analysis),
        ("body", article.body),
    ]
    return [Section(part, None, text) for part, text in single if text] + [
        Section(part, number, text) for part, texts in numbered for number, text in enumerate(texts, 1)
    ]


def find_entities(article: ArticleText, matcher: EntityMatcher) -> list[FoundEntity]:
    """Return the entities that `article` mentions, the most important first. `matcher` finds the names."""
    texts = sections(article)
    mentions = _find_mentions(texts, matcher)
    length = sum(len(section.text) for section in texts)
    max_weight = max((_weight(found) for found in mentions.values()), default=1)
    entities = [
        FoundEntity(
            entity,
            tuple(mention for _, mention in found),
            salience(share=_weight(found) / max_weight, position=found[0][0] / length),
        )
        for entity, found in mentions.items()
    ]
    return sorted(entities, key=lambda found: (-found.salience, found.entity.slug))


def _find_mentions(
    texts: Sequence[Section], matcher: EntityMatcher
) -> dict[EntityRecord, list[tuple[int, Mention]]]:
    """Return the mentions of each entity in `texts`, in reading order, as pairs `(offset, mention)`.

    The offset counts characters from the beginning of the first text.
    """
    extracted = _by_first_word(_extract_names(texts, matcher))
    mentions: dict[EntityRecord, list[tuple[int, Mention]]] = {}
    offset = 0
    for section in texts:
        for start, end, entity in matcher.find(section.text, extracted):
            mention = Mention(section.part, section.index, start, end, section.text[start:end])
            mentions.setdefault(entity, []).append((offset + start, mention))
        offset += len(section.text)
    return mentions


def _extract_names(texts: Sequence[Section], matcher: EntityMatcher) -> dict[str, EntityRecord]:
    """Return the names in `texts` that the rules of extraction find, each with its entity.

    `texts` are all texts of one article. Names of the catalogue (the known entities) are left out.
    """
    known = matcher.known
    views = [FoldedText(section.text) for section in texts]
    folded = [(section.part, view.text) for section, view in zip(texts, views, strict=True)]
    headline = next((text for part, text in folded if part == "title" and is_headline(text)), "")
    prose = [
        hide_parts_without_names(matcher.lexicon, text).new
        for part, text in folded
        if not (text == headline or _is_heading(part, text))
    ]
    headline = hide_parts_without_names(matcher.lexicon, headline).new
    by_slug = dict(matcher.by_slug)
    forms_of: dict[EntityRecord, set[str]] = {}
    for cluster in matcher.extractor.extract(prose, known, headline):
        forms = set(cluster.forms)
        extracted = _make_entity(cluster, views)
        entity = next((known[form] for form in sorted(forms) if form in known), None)
        entity = entity or by_slug.setdefault(extracted.slug, extracted)
        forms_of.setdefault(entity, set()).update(forms)
    entities = [(_with_aliases(entity, forms), forms) for entity, forms in forms_of.items()]
    return {
        form: entity
        for entity, forms in entities
        for form in sorted(forms)
        if form not in known and WORD.match(form)
    }


def _is_heading(part: str, text: str) -> bool:
    """Return True if `text` is a heading. Only the parts `analysis` and `body` of an article have headings.

    Most words of a heading are capitalised, and it ends with a letter or digit.
    """
    return part in ("analysis", "body") and text[-1:].isalnum() and is_headline(text)


def _make_entity(cluster: EntityCluster, views: Sequence[FoldedText]) -> EntityRecord:
    name = _written_name(cluster.name, views)
    return EntityRecord(name, cluster.type, extracted_slug(cluster.name), origin="extracted")


def _written_name(name: str, views: Sequence[FoldedText]) -> str:
    """Return the name of an entity with the apostrophes and dashes that the article writes most often.

    `name` is the folded name, and `views` are the texts of the article.
    """
    if MARK.search(name) is None or all(view.text == view.original for view in views):
        return name
    counts = Counter(
        remove_ignorable(normalize("NFC", view.written(found.start(), found.end()))).translate(PLAIN_MARKS)
        for view in views
        for found in re.finditer(re.escape(name), view.text)
    )
    return max(counts, key=lambda written: (counts[written], written == name), default=name)


# The same name often occurs in many documents.
@lru_cache(maxsize=4_096)
def extracted_slug(name: str) -> str:
    """Return the slug of an entity that rules found in a text: `Bank of Bern -> bank-of-bern`.

    For a name without letters that a slug can contain, the slug is `entity-` and a hash.
    """
    return make_slug(name, f"entity-{sha256(name.encode()).hexdigest()[:8]}")


def _with_aliases(entity: EntityRecord, forms: set[str]) -> EntityRecord:
    """Return `entity`, found by rules, with the other names in `forms` as its aliases.

    `forms` are the names that the article uses for the entity. An entity of the catalogue, the file of known
    entities, is returned unchanged.
    """
    if entity.origin == "catalogue":
        return entity
    aliases = tuple(sorted(forms - {fold_characters(entity.name)}))
    return EntityRecord(entity.name, entity.type, entity.slug, aliases, origin=entity.origin)


def _weight(found: Sequence[tuple[int, Mention]]) -> int:
    """Return the sum of the weights of the mentions of one entity.

    A weight depends on the part of the article, such as the title. An acronym in brackets adds nothing.
    `found` contains pairs of an offset and a mention.
    """
    mentions = [mention for _, mention in found]
    return sum(
        WEIGHTS[mention.part]
        for previous, mention in zip([None, *mentions], mentions, strict=False)
        if previous is None or not _is_acronym_after(previous, mention)
    )


def _is_acronym_after(previous: Mention, mention: Mention) -> bool:
    """Return True if one of two names is an acronym, and the second is in brackets right after the first.

    `previous` and `mention` are mentions of the same entity, as in `Inland Waters Board (IWB)`.
    """
    is_same_text = (previous.part, previous.index) == (mention.part, mention.index)
    is_near = is_same_text and mention.start - previous.end <= MAX_BRACKET_GAP
    return is_near and previous.text != mention.text and any(map(_is_acronym, (previous.text, mention.text)))


def _is_acronym(text: str) -> bool:
    return text.isupper() and " " not in text


def salience(share: float, position: float) -> float:
    """Return how important an entity is in an article, from 0 to 1: 0.7 share + 0.3 (1 - position).

    Args:
        share: The weight of the entity's mentions, divided by the greatest weight of all entities. A mention
            in the title has the weight 4, in the summary 3, in a takeaway 2, elsewhere 1.
        position: Where the article first names the entity: 0 is the beginning, 1 the end.
    """
    return round(0.7 * share + 0.3 * (1 - position), 4)
