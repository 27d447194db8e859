"""What an article is about: its words and entities, weighed, as a vector of length 1.

A word weighs 1 + ln of how often it occurs, times its rarity; then the words together have 9/10 of the
vector's squared length and the entities 1/10. Rarity is that in general English, not in the corpus: so the
similarity of two articles depends on nothing else, and no seeding changes that of two others. Of all
features the 120 weightiest are kept.

Salton, Wong, Yang: A vector space model for automatic indexing (1975); the rarity is the inverse document
frequency of Spärck Jones (1972).
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from api.terms import WORD, fold
from seeds.entities import FoundEntity, Section
from seeds.lexicon import frequencies

# How much a word counts by its part; in the body the first words count twice, and less from there on.
PARTS = {"title": 2.0, "summary": 1.0, "takeaways": 1.0, "image": 1.0, "analysis": 1.0, "body": 1.0}
LEAD_WORDS = 200
KEPT = 120
ENTITY_SHARE = 0.1
# Books that the frequencies are of, and a text of so many words, in which a word is there or not.
BOOK_WORDS, TEXT_WORDS, UNKNOWN = 541_808_760_578, 300, 10_000
# What is rarer than this is as good as a name; what is commoner than that says nothing.
RAREST, COMMONEST = 6.0, 0.5
# The mark before an entity's id, which no word begins with.
ENTITY = "="


def features(sections: Sequence[Section], entities: Sequence[FoundEntity]) -> dict[str, float]:
    """Give the features of an article with their weights, the weightiest first."""
    words = _scaled(_words(sections), 1 - ENTITY_SHARE)
    named = {
        ENTITY + found.entity.id.hex: math.sqrt(found.salience) * _name_rarity(found.entity.name)
        for found in entities
    }
    both = words | _scaled(named, ENTITY_SHARE)
    kept = sorted(both.items(), key=lambda feature: (-feature[1], feature[0]))[:KEPT]
    return {name: round(weight, 4) for name, weight in _scaled(dict(kept), 1).items()}


def _words(sections: Iterable[Section]) -> dict[str, float]:
    counts: defaultdict[str, float] = defaultdict(float)
    before = 0
    for section in sections:
        weight = PARTS[section.part]
        words = WORD.findall(fold(section.text))
        if section.part == "body":
            for place, word in enumerate(words, before):
                counts[word] += weight + _lead(place)
            before += len(words)
        else:
            for word in words:
                counts[word] += weight
    return {word: (1 + math.log(count)) * rare for word, count in counts.items() if (rare := rarity(word))}


@lru_cache(maxsize=4_096)
def _lead(place: int) -> float:
    """Give how much more the body's word at `place` counts than its last ones, 1 to 0."""
    return math.exp(-place / LEAD_WORDS)


@lru_cache(maxsize=200_000)
def rarity(word: str) -> float:
    """Give how much a word tells: -ln of the share of English texts that have it, 0 to 5.5."""
    expected = (frequencies().get(word, 0) + UNKNOWN) / BOOK_WORDS * TEXT_WORDS
    return max(0.0, min(RAREST, -math.log(-math.expm1(-expected))) - COMMONEST)


@lru_cache(maxsize=50_000)
def _name_rarity(name: str) -> float:
    return min(RAREST, sum(rarity(fold(word)) for word in WORD.findall(name)))


def _scaled(weights: Mapping[str, float], share: float) -> dict[str, float]:
    """Give `weights` with `share` as the sum of their squares."""
    length = math.sqrt(sum(weight * weight for weight in weights.values()))
    return {name: weight / length * math.sqrt(share) for name, weight in weights.items()} if length else {}
