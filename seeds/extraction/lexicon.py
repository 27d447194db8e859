"""Words by which English news prose says what a name stands for, and names that are known as such."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml

from api.search.analyzer import fold
from seeds.extraction import word_lists

LEXICON = Path(__file__).parent / "lexicon.yaml"
# How often a word that is not rare, and a common word, at least occurs in `frequencies`.
RARE_WORD, COMMON_WORD = 3_000_000, 20_000_000


@dataclass(frozen=True)
class Lexicon:
    """The lists of lexicon.yaml, all in small letters; where it has one a type, the type of each word."""

    heads: Mapping[str, str]
    heads_of_two: Mapping[str, str]
    trades: frozenset[str]
    legal_forms: frozenset[str]
    endings: Mapping[str, str]
    first_words: Mapping[str, str]
    nouns: Mapping[str, str]
    apposed: Mapping[str, str]
    possessed: Mapping[str, str]
    verbs: Mapping[str, str]
    does: Mapping[str, str]
    prepositions: Mapping[str, float]
    of_companies: frozenset[str]
    plants: frozenset[str]
    put_in: frozenset[str]
    moves: frozenset[str]
    seasons: frozenset[str]
    scheme_verbs: frozenset[str]
    enrolled: frozenset[str]
    scheme_does: frozenset[str]
    schemes: frozenset[str]
    bears_name: frozenset[str]
    ranks: frozenset[str]
    modifiers: frozenset[str]
    honorifics: frozenset[str]
    with_field: frozenset[str]
    speech: frozenset[str]
    function: frozenset[str]
    demonyms: frozenset[str]
    calendar: frozenset[str]
    terms: frozenset[str]
    surnames: frozenset[str]
    korean_surnames: frozenset[str]
    southern_surnames: frozenset[str]
    particles: frozenset[str]
    joints: frozenset[str]
    small: frozenset[str]
    abbreviated: frozenset[str]
    of_all: frozenset[str]
    of_states: frozenset[str]
    take_of: frozenset[str]
    take_on: frozenset[str]
    regions: frozenset[str]

    @cached_property
    def head_types(self) -> Mapping[str, str]:
        """The type that each head noun says, the likelier one where it says two."""
        likelier = {word: kinds.split()[0] for word, kinds in self.heads_of_two.items()}
        return dict.fromkeys(self.trades | self.legal_forms, "organization") | likelier | dict(self.heads)

    @cached_property
    def titles(self) -> frozenset[str]:
        """All words of offices and forms of address."""
        return self.ranks | self.modifiers

    @cached_property
    def hyphened_surnames(self) -> frozenset[str]:
        """Family names that stand before a given name of two syllables with a hyphen."""
        return self.korean_surnames | self.southern_surnames | self.surnames

    @cached_property
    def nameless(self) -> frozenset[str]:
        """Words that are no names by themselves."""
        return self.function | self.terms | self.demonyms | self.calendar | self.titles


@cache
def lexicon() -> Lexicon:
    """Read the lexicon, once."""
    read: dict[str, Any] = yaml.load(LEXICON.read_bytes(), yaml.CSafeLoader)
    return Lexicon(**{key: _by_form(value) for key, value in read.items()})


def _by_form(value: Any) -> Any:
    """Give a list as the set of its words, and lists by type as the type of each word."""
    if isinstance(value, dict) and all(isinstance(words, str) for words in value.values()):
        return {word: kind for kind, words in value.items() for word in words.split()}
    return value if isinstance(value, dict) else frozenset(value.split() if isinstance(value, str) else value)


def frequencies() -> Mapping[str, int]:
    """Return how often each English word occurs in books, out of 5.4e11 words."""
    return word_lists.word_frequencies()


@cache
def places() -> Mapping[str, bool]:
    """Return the gazetteer: names of places, in lower case and without diacritics.

    A value is True if the place is so well known that its name alone means nothing else.
    """
    return {**word_lists.place_names(), **{fold(name): True for name in lexicon().regions}}


@lru_cache(maxsize=65_536)
def is_place(name: str) -> bool:
    """Return True if the gazetteer contains `name`, in any case, with or without diacritics."""
    return fold(name) in places()


@cache
def given_names() -> frozenset[str]:
    """Return given names of many languages in lower case, without those that are more often a word."""
    return word_lists.given_names() - lexicon().particles


@cache
def perhaps_given_names() -> frozenset[str]:
    """Return all words that can be a given name, in lower case."""
    return word_lists.possible_given_names() - lexicon().particles


@cache
def family_names() -> frozenset[str]:
    """Return family names of many languages in lower case, without those that are more often a word."""
    return word_lists.family_names() - lexicon().particles
