"""The features of an article: its words and entities with weights, as a vector of length 1.

The weight of a word follows tf-idf, with an emphasis on words that distinguish events:

    weight(w) = (1 + ln(tf(w))) * idf(w) * emphasis(w)
    idf(w)    = -ln(share of English texts that contain w) - 0.5, limited to 0 to 5.5

- `tf` is the number of occurrences. Words of the title and of the beginning of the body count twice.
- `idf` is the inverse document frequency in general English. Loading more articles therefore never changes
  the similarity of two articles.
- `emphasis` is higher for the names of persons, products, events and policies, and for days, weekdays and
  months. Reports of two similar events differ in these words.

The weight of an entity is the square root of its salience, multiplied by the sum of the `idf` of the words in
its name. Words make up nine tenths of the squared length of the vector, and entities one tenth. The 120
heaviest features are kept.

References: Salton, Wong and Yang, "A vector space model for automatic indexing" (1975); Spärck Jones, "A
statistical interpretation of term specificity and its application in retrieval" (1972).
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from itertools import chain, islice
from operator import itemgetter

from api.search.analyzer import fold, words_in
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.mentions import FoundEntity, Section

MAX_FEATURES = 120
# Words at the beginning of the body that count twice.
LEAD_WORDS = 100
# The share of entities in the squared length of the vector.
ENTITY_SHARE = 0.1
# The types of entity whose names distinguish events.
EMPHASIZED_TYPES = frozenset({"person", "product", "event", "policy"})
NAME_EMPHASIS, DATE_EMPHASIS = 1.6, 2.0
# The number of words in the books whose words were counted.
BOOK_WORDS = 541_808_760_578
# Added to the count of each word, so that an unknown word has a finite idf.
COUNT_SMOOTHING = 10_000
# The idf formula assumes English texts of this many words.
TEXT_WORDS = 300
# The idf is limited to the maximum, which names reach. Then the offset is subtracted, so that the words that
# most texts contain have no weight.
MAX_IDF, IDF_OFFSET = 6.0, 0.5
# A text is not English if more than this share of its words are function words of other languages.
MAX_FOREIGN_SHARE = 0.15
# The name of an entity's feature is this prefix and the id of the entity. No word begins with the prefix.
ENTITY_PREFIX = "="
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# The full name of each month, by its names and abbreviations in dates.
MONTH_BY_NAME = {month[:length].title(): month for month in MONTHS for length in (3, len(month))}
MONTH_BY_NAME["Sept"] = "september"
DAY = re.compile(r"(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
CALENDAR_EMPHASIS = dict.fromkeys((*WEEKDAYS, *MONTHS), DATE_EMPHASIS)

Idf = Callable[[str], float]
"""A function that returns the inverse document frequency of a word (see `idf`)."""


def extract_features(
    sections: Sequence[Section], entities: Sequence[FoundEntity], lexicon: Lexicon
) -> dict[str, float]:
    """Return the features of an article, its words and entities, with weights from 0 to 1, heaviest first.

    The name of an entity's feature is `ENTITY_PREFIX` and the id of the entity.

    Args:
        sections: The texts of the article.
        entities: The entities that the texts mention.
        lexicon: The frequencies of English words.
    """
    idf = cached_idf(lexicon)
    words = _word_weights(sections, entities, lexicon)
    names = {
        ENTITY_PREFIX + found.id.hex: (
            math.sqrt(found.salience) * sum(map(idf, words_of_name(found.entity.name)))
        )
        for found in entities
    }
    weights = [*_scaled(words.items(), 1 - ENTITY_SHARE), *_scaled(names.items(), ENTITY_SHARE)]
    # Sorting is stable, so features with the same weight stay in the order of the text.
    weights.sort(key=itemgetter(1), reverse=True)
    return {name: round(weight, 4) for name, weight in _scaled(weights[:MAX_FEATURES], 1)}


def _word_weights(
    sections: Iterable[Section], entities: Iterable[FoundEntity], lexicon: Lexicon
) -> dict[str, float]:
    idf = cached_idf(lexicon)
    texts = [(section.part, words_in(section.text)) for section in sections]
    days = Counter(chain.from_iterable(days_in(words) for _, words in texts))
    emphasis = _name_emphasis(entities) | CALENDAR_EMPHASIS | dict.fromkeys(days, DATE_EMPHASIS)
    counts = {**days, **_without_function_words(_count_words(texts), lexicon.foreign_function_words)}
    log = math.log
    # Most words occur once, and ln(1) is 0.
    weights = {
        word: word_idf if count == 1 else (1 + log(count)) * word_idf
        for (word, count), word_idf in zip(counts.items(), map(idf, counts), strict=True)
        if word_idf
    }
    for word in emphasis.keys() & weights.keys():
        weights[word] *= emphasis[word]
    return weights


def _count_words(texts: Sequence[tuple[str, Sequence[str]]]) -> Counter[str]:
    """Return how often each word occurs in an article, by the word as `normalize` returns it.

    Words in the title, and the first `LEAD_WORDS` words of the body, count twice.

    Args:
        texts: For each text, its part of the article, such as `title`, and its words.
    """
    every = chain.from_iterable(words for _, words in texts)
    title = chain.from_iterable(words for part, words in texts if part == "title")
    body = chain.from_iterable(words for part, words in texts if part == "body")
    return Counter(map(normalize, chain(every, title, islice(body, LEAD_WORDS))))


def _without_function_words(counts: Counter[str], foreign_words: frozenset[str]) -> Mapping[str, int]:
    """Return `counts`, without foreign function words if the article is not English.

    An article is not English if more than `MAX_FOREIGN_SHARE` of its words are foreign function words.

    Args:
        counts: How often each word occurs in the article.
        foreign_words: The function words of languages other than English.
    """
    # Foreign function words are rare in English, so they would have the highest weights. In an English
    # article, most of these words are names, such as Ma and Van.
    found = counts.keys() & foreign_words
    if sum(counts[word] for word in found) <= MAX_FOREIGN_SHARE * counts.total():
        return counts
    return {word: count for word, count in counts.items() if word not in found}


def days_in(words: Sequence[str]) -> list[str]:
    """Return the dates in `words` as month and day: `december 14` for both `December 14` and `14 Dec`.

    `words` are the words of one text, with their capitals.
    """
    if MONTH_BY_NAME.keys().isdisjoint(words):
        return []
    beside = [
        (month, day)
        for place, month in enumerate(words)
        if month in MONTH_BY_NAME
        for day in (*words[place + 1 : place + 2], *words[max(place - 1, 0) : place])
    ]
    return [
        f"{MONTH_BY_NAME[month]} {int(found[1])}" for month, day in beside if (found := DAY.fullmatch(day))
    ]


def _name_emphasis(entities: Iterable[FoundEntity]) -> dict[str, float]:
    """Return a factor for the weight of each word in the names of persons, products, events and policies.

    `entities` are all entities of an article. The keys are words in lower case, without diacritics or `'s`.
    """
    names = {
        mention.text
        for found in entities
        if found.entity.type in EMPHASIZED_TYPES
        for mention in found.mentions
    }
    return dict.fromkeys(chain.from_iterable(map(words_of_name, names)), NAME_EMPHASIS)


@lru_cache(maxsize=16_384)
def normalize(form: str) -> str:
    """Return the feature of the word `form`: the word in lower case, without diacritics or a final `'s`."""
    return fold(form).removesuffix("'s")


# The same names occur in many documents.
@lru_cache(maxsize=4_096)
def words_of_name(name: str) -> Sequence[str]:
    """Return the words of an entity's name, in lower case and without diacritics or a final `'s`."""
    return tuple(map(normalize, words_in(name)))


# For one lexicon at a time, so that a lexicon which is no longer used is not kept.
@lru_cache(maxsize=1)
def cached_idf(lexicon: Lexicon) -> Idf:
    """Return a version of `idf` for one lexicon that caches its results.

    The returned function takes a word. It returns the inverse document frequency of the word in general
    English.
    """
    return lru_cache(maxsize=16_384)(partial(idf, lexicon))


def idf(lexicon: Lexicon, word: str) -> float:
    """Return the inverse document frequency of `word` in general English, from 0 (common) to 5.5 (rare)."""
    # The expected number of occurrences in a text. By the Poisson distribution, the share of texts that
    # contain the word is 1 - exp(-expected).
    expected = (lexicon.frequencies.get(word, 0) + COUNT_SMOOTHING) / BOOK_WORDS * TEXT_WORDS
    return max(0.0, min(MAX_IDF, -math.log(-math.expm1(-expected))) - IDF_OFFSET)


def _scaled(weights: Collection[tuple[str, float]], squared_length: float) -> list[tuple[str, float]]:
    """Multiply all weights by one factor, so that the sum of their squares is `squared_length`.

    `weights` are pairs of a feature and its weight. Return an empty list if all weights are 0.
    """
    length = math.hypot(*[weight for _, weight in weights])
    factor = math.sqrt(squared_length) / length if length else 0.0
    return [(name, weight * factor) for name, weight in weights] if length else []
