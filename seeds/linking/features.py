"""What an article is about: its words and entities, weighed, as a vector of length 1.

A word weighs (1 + ln of how often it occurs) x its rarity x its emphasis; then the words together have 9/10
of the vector's squared length and the entities 1/10. Rarity is that in general English, not in the corpus: so
the similarity of two articles depends on nothing else, and no seeding changes that of two others. Emphasis is
on what two events of one kind differ in: names of persons, products, events and policies, and the calendar;
places and organizations are in the news with any event. Of all features the 120 weightiest are kept.

Salton, Wong, Yang: A vector space model for automatic indexing (1975); the rarity is the inverse document
frequency of Spärck Jones (1972).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from operator import itemgetter

from api.search.analyzer import fold, words_in
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.mentions import FoundEntity, Section

# The first words of the body count twice, as those of the title do.
LEAD_WORDS = 100
KEPT = 120
ENTITY_SHARE = 0.1
# The types of entity whose names tell one event from another.
TELLING = frozenset({"person", "product", "event", "policy"})
NAME, CALENDAR = 1.6, 2.0
# Books that the frequencies are of, and a text of so many words, in which a word is there or not.
BOOK_WORDS, TEXT_WORDS, UNKNOWN = 541_808_760_578, 300, 10_000
# What is rarer than this is as good as a name; what is commoner than that says nothing.
RAREST, COMMONEST = 6.0, 0.5
# The mark before an entity's id, which no word begins with.
ENTITY = "="
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# A month as it stands in a date.
MONTH_OF = {month[:length].title(): month for month in MONTHS for length in (3, len(month))}
MONTH_OF["Sept"] = "september"
DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
CALENDAR_EMPHASIS = dict.fromkeys((*WEEKDAYS, *MONTHS), CALENDAR)


def features(
    sections: Sequence[Section], entities: Sequence[FoundEntity], lexicon: Lexicon
) -> dict[str, float]:
    """Give the features of an article with their weights, the weightiest first."""
    words = _scaled(_words(sections, entities, lexicon), 1 - ENTITY_SHARE)
    named = {
        ENTITY + found.entity.id.hex: math.sqrt(found.salience) * _name_rarity(lexicon, found.entity.name)
        for found in entities
    }
    both = words | _scaled(named, ENTITY_SHARE)
    # Of equal ones those that are named first.
    kept = sorted(both.items(), key=itemgetter(1), reverse=True)[:KEPT]
    return {name: round(weight, 4) for name, weight in _scaled(dict(kept), 1).items()}


def _words(
    sections: Iterable[Section], entities: Iterable[FoundEntity], lexicon: Lexicon
) -> dict[str, float]:
    texts = [(section.part, words_in(section.text)) for section in sections]
    days = Counter(chain.from_iterable(_days(words) for _, words in texts))
    counts: defaultdict[str, int] = defaultdict(int, days)
    for form, count in _forms(texts).items():
        counts[_word(form)] += count
    emphasis = _telling(entities) | CALENDAR_EMPHASIS | dict.fromkeys(days, CALENDAR)
    return {
        word: (1 + math.log(count)) * rare * emphasis.get(word, 1.0)
        for word, count in counts.items()
        if (rare := rarity(lexicon, word))
    }


def _forms(texts: Sequence[tuple[str, Sequence[str]]]) -> Counter[str]:
    """Count words as they are written, those of the title and the first of the body twice."""
    every = chain.from_iterable(words for _, words in texts)
    title = chain.from_iterable(words for part, words in texts if part == "title")
    body = chain.from_iterable(words for part, words in texts if part == "body")
    return Counter(chain(every, title, islice(body, LEAD_WORDS)))


def _days(words: Sequence[str]) -> list[str]:
    """Give each day that is written `December 14`, `14 Dec` or the like, as `december 14`."""
    if MONTH_OF.keys().isdisjoint(words):
        return []
    beside = [
        (month, day)
        for place, month in enumerate(words)
        if month in MONTH_OF
        for day in (*words[place + 1 : place + 2], *words[max(place - 1, 0) : place])
    ]
    return [f"{MONTH_OF[month]} {int(found[1])}" for month, day in beside if (found := DAY.fullmatch(day))]


def _telling(entities: Iterable[FoundEntity]) -> dict[str, float]:
    """Give the emphasis of each word in a name that tells the event."""
    names = {mention.text for found in entities if found.entity.type in TELLING for mention in found.mentions}
    return {_word(form): NAME for name in names for form in words_in(name)}


@lru_cache(maxsize=65_536)
def _word(form: str) -> str:
    return fold(form).removesuffix("'s")


@lru_cache(maxsize=200_000)
def rarity(lexicon: Lexicon, word: str) -> float:
    """Give how much a word tells: -ln of the share of English texts that have it, 0 to 5.5."""
    expected = (lexicon.frequencies.get(word, 0) + UNKNOWN) / BOOK_WORDS * TEXT_WORDS
    return max(0.0, min(RAREST, -math.log(-math.expm1(-expected))) - COMMONEST)


@lru_cache(maxsize=50_000)
def _name_rarity(lexicon: Lexicon, name: str) -> float:
    return sum(rarity(lexicon, _word(form)) for form in words_in(name))


def _scaled(weights: Mapping[str, float], share: float) -> dict[str, float]:
    """Give `weights` with `share` as the sum of their squares."""
    length = math.hypot(*weights.values())
    factor = math.sqrt(share) / length if length else 0.0
    return {name: weight * factor for name, weight in weights.items()} if length else {}
