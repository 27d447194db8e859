"""The words and names of the generated pages that benchmarks load.

Some words are put into a fixed share of the pages, such as 1 %, so that a search for such a word has a
predictable number of hits.
"""

import random
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Generic, TypeVar

from seeds.extraction.catalogue import read_catalogue

Item = TypeVar("Item")

# Only the first pages contain these values, so that a search for them has the same number of hits in each
# corpus.
FIRST_PAGES = 20
RARE_WORD = "quillwhistle"
RARE_PUBLICATION = "The Lamplighter Quarterly"
RARE_LANGUAGE = "fi"
# About one page in a hundred contains the first word, and about one page in ten contains the second word.
# Both always follow "the".
HUNDREDTH_WORD, HUNDREDTH_SHARE = "brackenford", 0.01
TENTH_WORD, TENTH_SHARE = "thistledown", 0.1

VOCABULARY_SIZE = 20_000
FUNCTION_WORDS = """
    the of and to in a is that for it as was with be by on not he his but at are this have from or had an
    they which one were all their there been will would more when who into its than after about over
"""
ONSETS = (*"bcdfghjklmnprstvwz", "gr", "pl", "st")
VOWELS = (*"aeiou", "ai", "ou")
CODAS = ("", "", "", "", "l", "m", "n", "r", "s")
HANZI = "中国工业计算能源港口城市天气海洋贸易政府学校铁路科技经济发展"

FIRST_NAMES = ("Ada", "Bram", "Cleo", "Dario", "Elin", "Farid", "Greta", "Hugo", "Ines", "Jun", "Kaya")
LAST_NAMES = ("Quill", "Renn", "Marlow", "Okafor", "Sato", "Vance", "Holm", "Ibarra", "Lindqvist", "Tamm")
ROLES = ("Correspondent", "Staff Writer", "Strategic Insight", "Senior Editor", "Markets Desk")
TOWNS = ("Harbour", "Northgate", "Aldemar", "Coastal", "Meridian", "Lantern")
PUBLICATION_NAMES = ("Post", "Ledger", "Observer", "Daily Brief", "Courier", "Gazette")
# Titles that many pages share.
STOCK_TITLES = (
    "Morning Briefing From the Capital",
    "Markets Pause Before the Holiday",
    "What to Watch in the Week Ahead",
    "Storm Closes Ports Along the Coast",
)


class Zipf(Generic[Item]):
    """Items drawn by Zipf's law: the item at rank r is drawn about 1/r times as often as the first."""

    def __init__(self, items: Sequence[Item]) -> None:
        self.items = items
        # Add Mandelbrot's constant to the ranks. Otherwise, a third of all words would be "the".
        self._weights = list(accumulate(1 / (rank + 2) for rank in range(len(items))))

    def draw(self, rng: random.Random, count: int = 1) -> list[Item]:
        """Draw `count` items with the random generator `rng`. Items can be repeated."""
        return rng.choices(self.items, cum_weights=self._weights, k=count)


def _syllables(rng: random.Random) -> Iterator[str]:
    while True:
        yield rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS)


def _invented_words() -> list[str]:
    """Return the invented words of all generated pages, short words first."""
    rng = random.Random("vocabulary")
    syllables = _syllables(rng)
    words: dict[str, None] = {}
    while len(words) < VOCABULARY_SIZE:
        word = "".join(islice(syllables, rng.choice((2, 2, 3))))
        if word not in RESERVED_WORDS:
            words[word] = None
    return sorted(words, key=len)


# The entities of the demonstration briefs are left out, so that the corpus does not depend on these briefs.
*COMMON_ENTITIES, RARE_ENTITY = [
    entity for entity in read_catalogue() if "demonstration briefs" not in (entity.description or "")
]
ENTITY_NAMES = [name for entity in (*COMMON_ENTITIES, RARE_ENTITY) for name in entity.names]
# Words that the vocabulary must not contain.
RESERVED_WORDS = {RARE_WORD, HUNDREDTH_WORD, TENTH_WORD} | set(FUNCTION_WORDS.split())
RESERVED_WORDS |= {word.lower() for name in ENTITY_NAMES for word in name.split()}

WORDS = Zipf([*FUNCTION_WORDS.split(), *_invented_words()])
ENTITIES = Zipf(COMMON_ENTITIES)
PUBLICATIONS = Zipf([f"The {town} {name}" for name in PUBLICATION_NAMES for town in TOWNS])
CHINESE = Zipf([first + second for first in HANZI for second in HANZI[:5]])
