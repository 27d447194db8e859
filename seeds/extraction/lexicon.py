"""The lexicon: the lists of words and names that the rules of entity extraction use."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from api.search.analyzer import fold
from seeds.extraction import word_lists

LEXICON_FILE = Path(__file__).parent / "lexicon.yaml"
# Numbers of occurrences in 5.4e11 words of English books. A word below the first number is rare, and a word
# with at least the second number is common.
RARE_WORD, COMMON_WORD = 3_000_000, 20_000_000
# The words that link a head noun to the following words: Ministry of …, Council for …, election in ….
HEAD_LINKS = ("of", "for", "on", "in")
# The numbers of a series, which follow the head noun: World War II.
ROMAN_NUMERALS = ("i", "ii", "iii")


@dataclass(frozen=True, eq=False)
class Lexicon:
    """The words and names that the rules of entity extraction know.

    All are in lower case, except `page_labels` and `extra_places`. The fields up to `extra_places` come from
    lexicon.yaml, which describes them. Some map each word to an entity type. The last fields are larger lists
    of words, places and persons.
    """

    head_nouns: Mapping[str, str]
    ambiguous_head_nouns: Mapping[str, str]
    seasons: frozenset[str]
    trade_words: frozenset[str]
    legal_forms: frozenset[str]
    suffixes: Mapping[str, str]
    first_words: Mapping[str, str]
    common_nouns: Mapping[str, str]
    apposition_nouns: Mapping[str, str]
    possessed_nouns: Mapping[str, str]
    verbs_before: Mapping[str, str]
    verbs_after: Mapping[str, str]
    passive_person_verbs: frozenset[str]
    scheme_verbs_before: frozenset[str]
    enrolment_words: frozenset[str]
    scheme_verbs_after: frozenset[str]
    scheme_nouns: frozenset[str]
    place_prepositions: Mapping[str, float]
    facility_nouns: frozenset[str]
    facility_heads: frozenset[str]
    investment_words: frozenset[str]
    named_product_nouns: frozenset[str]
    movement_words: frozenset[str]
    company_nouns: frozenset[str]
    ranks: frozenset[str]
    title_modifiers: frozenset[str]
    honorifics: frozenset[str]
    portfolio_ranks: frozenset[str]
    speech_verbs: frozenset[str]
    function_words: frozenset[str]
    demonyms: frozenset[str]
    calendar_words: frozenset[str]
    abbreviations: frozenset[str]
    currency_codes: frozenset[str]
    units: frozenset[str]
    page_labels: frozenset[str]
    chinese_surnames: frozenset[str]
    korean_surnames: frozenset[str]
    southern_chinese_surnames: frozenset[str]
    name_particles: frozenset[str]
    foreign_function_words: frozenset[str]
    foreign_linking_words: frozenset[str]
    lowercase_title_words: frozenset[str]
    dotted_abbreviations: frozenset[str]
    plural_possessors: frozenset[str]
    government_adjectives: frozenset[str]
    heads_before_of: frozenset[str]
    heads_before_on: frozenset[str]
    extra_places: frozenset[str]

    frequencies: Mapping[str, int]
    """How often each English word occurs in books, out of 5.4e11 words."""
    gazetteer: Mapping[str, bool]
    """Names of places, without diacritics. A value is True if the place is so well known that the name alone
    always refers to the place."""
    given_names: frozenset[str]
    possible_given_names: frozenset[str]
    """All words that can be a given name, even words that are more often not a name."""
    family_names: frozenset[str]

    @cached_property
    def head_types(self) -> Mapping[str, str]:
        """The entity type that each head noun indicates: `organization` for `bank`, as in Bank of Bern.

        If a noun can indicate two types, the value is the likelier type.
        """
        likelier = {word: types.split()[0] for word, types in self.ambiguous_head_nouns.items()}
        organizations = dict.fromkeys(self.trade_words | self.legal_forms, "organization")
        return organizations | likelier | dict(self.head_nouns)

    @cached_property
    def title_words(self) -> frozenset[str]:
        """All words that occur in titles of persons, such as `chief` and `minister`."""
        return self.ranks | self.title_modifiers

    @cached_property
    def east_asian_surnames(self) -> frozenset[str]:
        """Family names that can come before a given name with a hyphen, as in Tsai Mei-hua."""
        return self.korean_surnames | self.southern_chinese_surnames | self.chinese_surnames

    @cached_property
    def non_names(self) -> frozenset[str]:
        """Words that are never a name on their own, such as function words, months and titles."""
        return (
            self.function_words
            | self.abbreviations
            | self.demonyms
            | self.calendar_words
            | self.title_words
            | self.units
        )

    @cached_property
    def page_label_pattern(self) -> re.Pattern[str]:
        """A pattern that finds the labels of the parts of a page, such as Related Articles."""
        labels = sorted(self.page_labels, key=len, reverse=True)
        alternatives = "|".join(re.escape(" ".join(label.split())) for label in labels)
        return re.compile(rf"(?:{alternatives})(?![\w'-])")

    @cached_property
    def is_place(self) -> Callable[[str], bool]:
        """A function that returns True if a name is in the gazetteer, the list of places.

        The function ignores case and diacritics, and caches its results.
        """
        return lru_cache(maxsize=16_384)(self._is_place)

    def _is_place(self, name: str) -> bool:
        return fold(name) in self.gazetteer

    def is_well_known_place(self, name: str) -> bool | None:
        """Return whether the place `name` is well known.

        Return None if the gazetteer (the list of places) does not contain `name`.
        """
        return self.gazetteer.get(fold(name))

    @cached_property
    def noun_type(self) -> Callable[[str], str | None]:
        """A function that returns the entity type that a common noun describes, or None.

        For example, `pilots` describes a person. The noun can be singular or plural.
        """
        return lru_cache(maxsize=4_096)(self._noun_type)

    def _noun_type(self, word: str) -> str | None:
        nouns = self.common_nouns
        if word in nouns:
            return nouns[word]
        forms = (word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("-elect"))
        found = next((nouns[form] for form in forms if form in nouns), None)
        return found or nouns.get(word.rpartition("-")[2])

    @cached_property
    def _suffixes_by_type(self) -> Mapping[str, tuple[str, ...]]:
        types = dict.fromkeys(self.suffixes.values())
        return {kind: tuple(end for end, each in self.suffixes.items() if each == kind) for kind in types}

    def suffix_type(self, word: str) -> str | None:
        """Return the entity type that the ending of `word` indicates: `place` for Velmorabad.

        Return None if no ending is known, or if `word` is an English word or the name of a person.
        """
        if word in self.frequencies or word in self.family_names or word in self.given_names:
            return None
        return next((kind for kind, ends in self._suffixes_by_type.items() if word.endswith(ends)), None)

    @cached_property
    def head_noun(self) -> Callable[[tuple[str, ...]], str]:
        """A function that returns the head noun of a name: `("bank", "of", "bern") -> "bank"`.

        The head noun says what the name refers to. For a single word, the result is an empty string.
        """
        return lru_cache(maxsize=4_096)(self._head_noun)

    def _head_noun(self, words: tuple[str, ...]) -> str:
        heads = self.head_types
        for index, word in enumerate(words):
            if index and word in HEAD_LINKS:
                return words[index - 1]
        last = len(words) - 1
        while last > 0 and (words[last].isdigit() or words[last] in ROMAN_NUMERALS):
            last -= 1
        # A place can follow the head noun: Design Museum London, Expo Oslo; but not in Port Said.
        can_be_place = last > 1 or (words[0] in heads and words[0] not in self.first_words)
        if last and can_be_place and words[last] not in heads and self.is_place(words[last]):
            last -= 1
        return words[last] if len(words) > 1 else ""

    def head_type(self, words: tuple[str, ...]) -> str | None:
        """Return the entity type that the head noun of a name indicates: `organization` for Bank of Bern.

        `words` are in lower case. Return None for a single word, or if the noun indicates no type.
        """
        return self.head_types.get(self.head_noun(words))


def load_lexicon() -> Lexicon:
    """Return the lexicon, read from lexicon.yaml and the word lists.

    Reading them takes a moment, so call this once and pass the lexicon on.
    """
    fields = dict(_lexicon_lists())
    places, particles = fields["extra_places"], fields["name_particles"]
    return Lexicon(
        **fields,
        frequencies=word_lists.word_frequencies(),
        gazetteer={**word_lists.place_names(), **{fold(name): True for name in places}},
        given_names=word_lists.given_names() - particles,
        possible_given_names=word_lists.possible_given_names() - particles,
        family_names=word_lists.family_names() - particles,
    )


@lru_cache(maxsize=1)
def _lexicon_lists() -> Mapping[str, Any]:
    lists: dict[str, Any] = yaml.load(LEXICON_FILE.read_bytes(), yaml.CSafeLoader)
    return {name: _read_list(value) for name, value in lists.items()}


@lru_cache(maxsize=1)
def words_without_content() -> frozenset[str]:
    """Return the function words, such as `the`, and the honorifics, such as `mr`, of lexicon.yaml."""
    lists = _lexicon_lists()
    words: frozenset[str] = lists["function_words"] | lists["honorifics"]
    return words


def _read_list(value: Any) -> Any:
    """Convert `value`, a value in lexicon.yaml, to the form that `Lexicon` uses.

    A list or text becomes a set of words. A mapping from type to text becomes a mapping from word to type.
    Other mappings stay unchanged.
    """
    if isinstance(value, dict) and all(isinstance(words, str) for words in value.values()):
        return {word: kind for kind, words in value.items() for word in words.split()}
    return value if isinstance(value, dict) else frozenset(value.split() if isinstance(value, str) else value)
