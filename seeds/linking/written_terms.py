"""Find a readable term for each feature (word) of an article, to show the reasons for a link.

A feature is a single word in lower case, such as `xr`. Its term is the name or compound that the article
writes, such as `XR-5`.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple, Protocol
from uuid import UUID

from api.search.analyzer import CJK, words_in
from api.text_folding import remove_ignorable
from seeds.extraction.lexicon import words_without_content
from seeds.extraction.mentions import Mention, Section
from seeds.linking.article_features import ENTITY_PREFIX, MONTH_BY_NAME, days_in, normalize

# Words that hyphens, apostrophes, full stops or ampersands join: XR-5, AT&T, U.S., Node.js.
COMPOUND = (
    rf"(?:[^\W\d_{CJK}]\.){{2,}}|[^\W_{CJK}]+(?:(?:[-‐‑–'’&]|\.(?=[a-z\d]))[^\W_{CJK}]+)+|[{CJK}]{{2,}}"
)
# A compound is in the group. Other words match without the group, so that the search skips them at once.
COMPOUND_OR_WORD = re.compile(rf"[A-Za-z0-9]++(?=[ ,])|({COMPOUND})|[^\W_{CJK}]++(?!\.)")
# What occurs in every text with a compound, and not in many other texts.
CAN_CONTAIN_COMPOUND = re.compile(rf"[-‐‑–'’&.](?! |$)|[{CJK}]").search
POSSESSIVES = ("'s", "’s")
IS_CJK = re.compile(f"[{CJK}]").match
IS_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd]").search
# Chinese has no spaces between words. A longer run of Han characters is probably not a single word.
MAX_HAN_LENGTH = 4
DATE = re.compile(
    rf"(?:\b\d{{1,2}}(?:st|nd|rd|th)?\s)?\b(?:{'|'.join(MONTH_BY_NAME)})\b\.?(?:\s?\d{{1,2}}(?:st|nd|rd|th)?\b)?"
)
CAN_CONTAIN_DATE = re.compile("|".join(MONTH_BY_NAME)).search
HAS_LETTER = re.compile(r"[^\W\d_]").search
IS_NUMBER = re.compile(r"\d+(?:st|nd|rd|th)?").fullmatch

# Longer names and compounds are rare and would fill the cache.
MAX_CACHED_LENGTH = 100

Counts = dict[str, int]
"""The number of occurrences of each text, or of the names of each entity."""
Parts = tuple[tuple[str, str], ...]
"""The words of a text, each as a pair: the word in lower case (a feature's name), and the word as written."""


class WrittenTerm(NamedTuple):
    """The word or name that an article writes for a feature, such as `XR-5` for the feature `xr`.

    Attributes:
        text: The word or name, as the article writes it.
        entity: The id of the entity with this name, in hexadecimal. None if there is no such entity.
    """

    text: str
    entity: str | None


class Mentioned(Protocol):
    """An entity with its mentions in an article."""

    @property
    def id(self) -> UUID: ...

    @property
    def mentions(self) -> Sequence[Mention]: ...


def written_terms(
    features: Iterable[str], sections: Sequence[Section], entities: Iterable[Mentioned]
) -> list[WrittenTerm | None]:
    """Return how the article writes each feature (word, date or entity), in the order of `features`.

    A word can occur alone, in compounds such as `XR-5`, and in names. Its term is the most frequent form. The
    term is None for an entity, and for a word that tells readers nothing, such as a number.

    Args:
        features: The names of the features (see `article_features`).
        sections: The texts of the article.
        entities: The entities that the article mentions.
    """
    names = [*features]
    occurrences = _Occurrences({name for name in names if not name.startswith(ENTITY_PREFIX)})
    occurrences.add_texts([remove_ignorable(section.text) for section in sections])
    for entity in entities:
        occurrences.add_entity(
            entity.id.hex, Counter(remove_ignorable(mention.text) for mention in entity.mentions)
        )
    return [occurrences.term(name) for name in names]


@lru_cache(maxsize=2_048)
def _is_fragment(name: str) -> bool:
    """Return True if the word `name` alone says little: a number, a letter, or a word such as `the`."""
    is_letter = len(name) == 1 and not IS_CJK(name)
    return is_letter or bool(IS_NUMBER(name)) or name in words_without_content()


@lru_cache(maxsize=16_384)
def _term_of_word(name: str, form: str) -> WrittenTerm | None:
    """Return the term for a word alone, or None for a number, a single letter, or a word such as `the`.

    `form` is the word as the article writes it. `name` is the word in lower case.
    """
    return None if _is_fragment(name) else WrittenTerm(form, None)


class _Occurrences:
    """Counts how often each word of an article occurs alone, in compounds and in names of entities.

    Call `add_texts` with all texts, then `add_entity` for each entity, then `term` for each word.

    Args:
        wanted: The words (in lower case) and dates to count.
    """

    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted
        self._has_dates = any(" " in name for name in wanted)
        self._alone: defaultdict[str, Counts] = defaultdict(dict)
        self._compounds: defaultdict[str, Counts] = defaultdict(dict)
        self._names: defaultdict[str, Counts] = defaultdict(dict)
        # The longest name for a feature and an entity.
        self._longest: dict[tuple[str, str], str] = {}

    def add_texts(self, texts: Sequence[str]) -> None:
        """Count the words, compounds and dates of `texts`."""
        wanted, alone = self._wanted, self._alone
        counts = Counter(chain.from_iterable(map(words_in, texts)))
        for (form, count), name in zip(counts.items(), map(normalize, counts), strict=True):
            if name in wanted:
                _add(alone[name], _without_possessive(form), count)
        for compound, count in Counter(chain.from_iterable(map(_compounds_in, texts))).items():
            self._count_compound(compound, count)
        for text in texts if self._has_dates else ():
            for date in DATE.findall(text) if CAN_CONTAIN_DATE(text) else ():
                for name in days_in(words_in(date)):
                    _add(alone[name], date, 1)

    def add_entity(self, entity: str, names: Mapping[str, int]) -> None:
        """Count the words of the names of an entity.

        Args:
            entity: The id of the entity in hexadecimal.
            names: How often the article uses each name.
        """
        wanted, longest = self._wanted, self._longest
        for text, count in names.items():
            # The words and compounds in a name are not terms of their own.
            for compound in _compounds_in(text):
                self._count_compound(compound, -count)
            whole = _without_possessive(text)
            for name, form in _parts_of(whole):
                if name in wanted:
                    _add(self._alone[name], form, -count)
                    _add(self._names[name], entity, count)
                    key = name, entity
                    longest[key] = max(longest.get(key, ""), whole, key=lambda each: (len(each), each))

    def term(self, name: str) -> WrittenTerm | None:
        """Return the term for `name`, a word in lower case or a date.

        The term is how the article most often writes `name`: alone, or within a compound or a name, such as
        `XR-5` for `xr`. Return None if `name` does not occur or tells readers nothing, such as `the`.
        """
        if name in self._names or name in self._compounds:
            return self._term_of_part(name)
        forms = self._alone.get(name)
        if not forms:
            return None
        return _term_of_word(name, next(iter(forms)) if len(forms) == 1 else _most_frequent(forms)[0])

    def _term_of_part(self, name: str) -> WrittenTerm | None:
        """Return the readable term for the word `name`, which is also part of a name or compound.

        The term is the form that occurs most often: the name of an entity, the compound, or the word alone.
        Return None if this is the word alone, and it tells readers nothing.
        """
        entity, in_entity = _most_frequent(self._names.get(name))
        compound, in_compound = _most_frequent(self._compounds.get(name))
        alone = sum(self._alone[name].values())
        if in_entity >= max(in_compound, alone, 1):
            return WrittenTerm(self._longest[name, entity], entity)
        if in_compound >= max(alone, 1):
            return WrittenTerm(compound, None)
        word, in_word = _most_frequent(self._alone[name])
        return None if in_word < 1 or _is_fragment(name) else WrittenTerm(word, None)

    def _count_compound(self, compound: str, count: int) -> None:
        whole = _without_possessive(compound)
        if HAS_LETTER(whole) and (not IS_HAN(whole) or len(whole) <= MAX_HAN_LENGTH):
            for name, form in _parts_of(whole):
                if name in self._wanted:
                    _add(self._compounds[name], whole, count)
                    _add(self._alone[name], form, -count)


def _compounds_in(text: str) -> list[str]:
    return [*filter(None, COMPOUND_OR_WORD.findall(text))] if CAN_CONTAIN_COMPOUND(text) else []


def _without_possessive(text: str) -> str:
    return text[:-2] if text.endswith(POSSESSIVES) else text


def _parts_of(text: str) -> Parts:
    # The same names and compounds occur in many documents.
    return _cached_parts(text) if len(text) <= MAX_CACHED_LENGTH else _find_parts(text)


def _find_parts(text: str) -> Parts:
    return tuple((normalize(form), _without_possessive(form)) for form in words_in(text))


_cached_parts = lru_cache(maxsize=4_096)(_find_parts)


def _add(counts: Counts, text: str, count: int) -> None:
    counts[text] = counts.get(text, 0) + count


def _most_frequent(counts: Counts | None) -> tuple[str, int]:
    """Return the text with the highest count, and this count. If counts are equal, prefer lower case.

    `counts` maps texts to counts. If it is empty or None, return an empty text and 0.
    """
    if not counts:
        return "", 0
    return next(iter(counts.items())) if len(counts) == 1 else max(counts.items(), key=_frequency)


def _frequency(counted: tuple[str, int]) -> tuple[int, bool, str]:
    text, count = counted
    return count, text.islower(), text


@lru_cache(maxsize=16_384)
def normalized_words(text: str) -> tuple[str, ...]:
    """Return the different words of `text`, in lower case and without diacritics or a final `'s`."""
    return tuple(dict.fromkeys(map(normalize, words_in(text))))
