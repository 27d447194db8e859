"""Load the lists of English words and of names that tools/freeze_word_lists.py has written to files.

NOTICE names the sources of the lists.
"""

import gzip
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "word_lists"


@cache
def word_frequencies() -> Mapping[str, int]:
    """Return how often each English word occurs in books, as a number of occurrences in 5.4e11 words.

    The counts come from Google Books Ngram.
    """
    lines = (line.split() for line in read_lines("word_frequencies"))
    return {word: int(count) for word, count in lines}


@cache
def place_names() -> Mapping[str, bool]:
    """Return the names of countries, subdivisions and cities, in lower case and without diacritics.

    A value is True if the place is well known, such as a country or a city with 500,000 inhabitants.
    """
    well_known = dict.fromkeys(read_lines("well_known_places"), True)
    return dict.fromkeys(read_lines("other_places"), False) | well_known


@cache
def given_names() -> frozenset[str]:
    """Return given names of many languages in lower case, without names that are usually ordinary words."""
    return frozenset(read_lines("given_names"))


@cache
def possible_given_names() -> frozenset[str]:
    """Return all words that can be a given name, in lower case, including words that are rarely names."""
    return frozenset(read_lines("possible_given_names"))


@cache
def family_names() -> frozenset[str]:
    """Return family names of many languages in lower case, without names that are usually ordinary words."""
    return frozenset(read_lines("family_names"))


def read_lines(name: str) -> list[str]:
    """Return the lines of a word list. `name` is the name of its file without `.txt.gz`."""
    return gzip.decompress((FOLDER / f"{name}.txt.gz").read_bytes()).decode().splitlines()
