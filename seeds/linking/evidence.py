"""Evidence: the paragraphs of the body that support each takeaway, with a score.

A text is reduced to its items: the entities that it mentions, its numbers, and its other words. The score of
a paragraph is the weighted share of the takeaway's items that the paragraph contains, from 0 to 1:

    score(takeaway, paragraph) = sum(weight(i) for shared items i) / sum(weight(i) for items i of takeaway)
    weight(i)                  = base(i) / max(1, number of paragraphs that contain i)

The base weight is 2 for an entity or a number, 1 for a whole number below ten, and 0 to 1 for a word. A word
that is rare in English has a higher weight (`word_weight`). The division by the number of paragraphs is an
inverse document frequency within the article: items that most paragraphs contain do not distinguish
paragraphs. Items of the takeaway that no paragraph contains lower the score of all paragraphs.

A paragraph is evidence if all of the following hold:

- Its score is at least `MIN_SCORE`, and at least `MIN_SHARE_OF_BEST` of the best score.
- It contains at least `MIN_SPECIFIC_SHARE` of the takeaway's entities and numbers, by weight.
- It shares at least `MIN_SHARED_ITEMS` items with the takeaway.
- The weights of the shared items that are not numbers add up to at least `MIN_WEIGHT_WITHOUT_NUMBERS`.

At most `MAX_PARAGRAPHS` paragraphs are returned for a takeaway.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from math import log
from typing import Any

from api.search.analyzer import WORD, fold, term
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.mentions import FoundEntity
from seeds.parsing.document import ArticleText

# These values were chosen on pages with hand-annotated evidence. They favour precision, because one wrong
# reference makes readers distrust all references.
MIN_SCORE, MIN_SPECIFIC_SHARE, MIN_SHARE_OF_BEST = 0.4, 0.5, 0.6
# Any two texts can share one item or a few numbers by chance.
MIN_SHARED_ITEMS, MIN_WEIGHT_WITHOUT_NUMBERS = 2, 0.3
MAX_PARAGRAPHS = 3
ENTITY_WEIGHT, NUMBER_WEIGHT, SMALL_NUMBER_WEIGHT = 2.0, 2.0, 1.0
# A word with these numbers of occurrences, among 5.4e11 words of English books, has the weights 0 and 1.
COMMON_WORD_COUNT, RARE_WORD_COUNT = 500_000_000, 1_000_000
DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# If a letter directly follows the digits, as in 5G, the digits are part of a word.
TOKEN = re.compile(rf"(?>{DIGITS.pattern})(?![^\W_])|{WORD.pattern}")
# "One" is not in the list, because it is rarely used as a number.
TWO_TO_NINE = ("two", "three", "four", "five", "six", "seven", "eight", "nine")
TEN_TO_NINETEEN = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen"),
    *("fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ONES = {word: float(number) for number, word in enumerate(TWO_TO_NINE, 2)}
TENS = {word: 10.0 * number for number, word in enumerate(TENS_WORDS, 2)}
TEENS = {word: float(number) for number, word in enumerate(TEN_TO_NINETEEN, 10)}
NUMBER_WORDS = ONES | TEENS | TENS
MULTIPLIERS = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}

# The key of an entity is `e` and its slug, the key of a number is `n` and the number, and the key of a word
# is its term, which never begins with `e` or `n`.
SPECIFIC_PREFIXES = ("e", "n")
Weights = Mapping[str, float]
"""The weight of each item (entity, number or word) of a text, by the key of the item."""
Span = tuple[int, int, str]
"""The start and end of a mention in a text, and the key of its entity."""
Weigher = Callable[[str], tuple[str, float]]
"""A function that returns the search term of a token, and its weight from 0 to 1."""


def find_evidence(
    text: ArticleText, entities: Sequence[FoundEntity], lexicon: Lexicon
) -> list[list[dict[str, Any]]]:
    """Return, for each takeaway, its evidence: the paragraphs of the body that support it, best first.

    A takeaway is one of the numbered key points of the article. Each paragraph is returned in the form
    `{"paragraph": 1, "score": 0.75}`, where the first paragraph has the number 1. The list of a takeaway
    without evidence is empty.

    Args:
        text: The texts of the article.
        entities: The entities that the texts mention.
        lexicon: Contains the frequencies of English words, and the function words.
    """
    spans, weigh = _mention_spans(entities), _cached_weigher(lexicon)
    body = [
        _base_weights(weigh, paragraph, spans.get(("body", number), []))
        for number, paragraph in enumerate(text.body, 1)
    ]
    paragraph_counts = Counter(item for items in body for item in items)
    takeaways = [
        _base_weights(weigh, takeaway.text, spans.get(("takeaways", takeaway.position), []))
        for takeaway in text.takeaways
    ]
    return [
        _best_paragraphs({item: base / (paragraph_counts[item] or 1) for item, base in items.items()}, body)
        for items in takeaways
    ]


def _mention_spans(entities: Sequence[FoundEntity]) -> dict[tuple[str, int | None], list[Span]]:
    """Return where each text of an article mentions entities: `(start, end, key)` for each mention, in order.

    `start` and `end` are offsets in the text, and `key` is `e` and the slug of the entity. The key of a text
    is its part and its number, such as `("body", 2)` for the second paragraph; the number is None if the part
    has a single text.
    """
    spans: dict[tuple[str, int | None], list[Span]] = {}
    for found in entities:
        key = f"e{found.entity.slug}"
        for mention in found.mentions:
            spans.setdefault((mention.part, mention.index), []).append((mention.start, mention.end, key))
    return {place: sorted(in_place) for place, in_place in spans.items()}


def _best_paragraphs(takeaway: Weights, body: Sequence[Weights]) -> list[dict[str, Any]]:
    """Return the paragraphs that support a takeaway, best first: `[{"paragraph": 1, "score": 0.75}]`.

    Args:
        takeaway: The weight of each item (word, number or entity) of the takeaway.
        body: The items of each paragraph of the article. Their weights are not used.
    """
    scores = [(_score(takeaway, paragraph), number) for number, paragraph in enumerate(body, 1)]
    scores.sort(key=lambda scored: (-scored[0], scored[1]))
    lowest = max(MIN_SCORE, MIN_SHARE_OF_BEST * scores[0][0]) if scores else MIN_SCORE
    return [
        {"paragraph": number, "score": score} for score, number in scores[:MAX_PARAGRAPHS] if score >= lowest
    ]


def _score(takeaway: Weights, paragraph: Weights) -> float:
    """Return how well a paragraph supports a takeaway, from 0 to 1.

    The score is the weight of the items (words, numbers and entities) that both contain, as a share of the
    weight of all items of the takeaway. Only the weights in `takeaway` are used. The score is 0 if too few
    items are shared; see `MIN_SHARED_ITEMS`, `MIN_WEIGHT_WITHOUT_NUMBERS` and `MIN_SPECIFIC_SHARE`.
    """
    shared = {item: weight for item, weight in takeaway.items() if item in paragraph}
    without_numbers = sum(weight for item, weight in shared.items() if not item.startswith("n"))
    if len(shared) < MIN_SHARED_ITEMS or without_numbers < MIN_WEIGHT_WITHOUT_NUMBERS:
        return 0.0
    if _specific_weight(shared) < MIN_SPECIFIC_SHARE * _specific_weight(takeaway):
        return 0.0
    return round(sum(shared.values()) / sum(takeaway.values()), 4)


def _specific_weight(weights: Weights) -> float:
    """Return the sum of the weights of the entities and numbers in `weights`, which also contains words."""
    return sum(weight for item, weight in weights.items() if item.startswith(SPECIFIC_PREFIXES))


def _base_weights(weigh: Weigher, text: str, spans: Sequence[Span]) -> dict[str, float]:
    """Return the entities, numbers and words of `text`, each with its weight in comparisons.

    Args:
        weigh: A function that returns the search term and the weight of a word.
        text: A takeaway or a paragraph.
        spans: The mentions of entities in `text`, in order. Their words and numbers are not counted
            separately.

    Returns:
        The weights by key: `e` and the slug for an entity, `n` and the value for a number, and the search
        term for a word.
    """
    between_mentions, reached = [], 0
    for start, end, _ in spans:
        between_mentions.append(text[reached:start])
        reached = end
    tokens = TOKEN.findall(" ".join([*between_mentions, text[reached:]]))
    weights = {key: ENTITY_WEIGHT for _, _, key in spans}
    for number in _numbers(tokens):
        is_small = number < 10 and number.is_integer()
        weights[f"n{number:.12g}"] = SMALL_NUMBER_WEIGHT if is_small else NUMBER_WEIGHT
    for token in tokens:
        stem, weight = weigh(token)
        if weight:
            weights[stem] = weight
    return weights


def _numbers(tokens: Sequence[str]) -> Iterator[float]:
    """Yield the value of each number in `tokens`, the words and numbers of a text.

    Several tokens can be one number: `1.5 million` is 1500000, and `forty`, `two` is 42.
    """
    number: float | None = None
    for token in tokens:
        if number is None:
            number = _number(token)
        elif (word := fold(token)) in MULTIPLIERS:
            number *= MULTIPLIERS[word]
        elif word in ONES and number in TENS.values():
            number += ONES[word]
        else:
            yield number
            number = _number(token)
    if number is not None:
        yield number


@lru_cache(maxsize=65_536)
def _number(token: str) -> float | None:
    """Return the value of a number in digits or words (`5`, `five`), or None if `token` is not a number."""
    return float(token.replace(",", "")) if DIGITS.fullmatch(token) else NUMBER_WORDS.get(fold(token))


# For one lexicon at a time, so that a lexicon which is no longer used is not kept.
@lru_cache(maxsize=1)
def _cached_weigher(lexicon: Lexicon) -> Weigher:
    """Return a function that returns the search term and the weight of a word, and caches its results.

    The weight depends on how often the word occurs in English, according to `lexicon`.
    """
    return lru_cache(maxsize=65_536)(partial(_term_and_weight, lexicon))


def _term_and_weight(lexicon: Lexicon, token: str) -> tuple[str, float]:
    """Return the search term of the word `token`, and its weight from 0 to 1.

    Inflected forms of a word have the same search term. The rarer a word is in English, the higher is its
    weight. The weight of a number, a single letter or a function word such as `the` is 0.
    """
    stem, word = term(token), fold(token).removesuffix("'s")
    is_empty = (len(word) == 1 and word.isascii()) or _number(token) is not None or word in MULTIPLIERS
    if is_empty or word in lexicon.function_words:
        return stem, 0.0
    # An inflected form is rarer than its stem, but not more specific.
    return stem, word_weight(max(lexicon.frequencies.get(form, 0) for form in (word, stem[1:])))


def word_weight(count: int) -> float:
    """Return how much a shared word says, from 0 for a common word to 1 for a rare word.

    `count` is the number of its occurrences in English books. The weight is log(COMMON_WORD_COUNT / count) /
    log(COMMON_WORD_COUNT / RARE_WORD_COUNT), limited to 0 to 1.
    """
    weight = log(COMMON_WORD_COUNT / max(count, 1)) / log(COMMON_WORD_COUNT / RARE_WORD_COUNT)
    return min(max(weight, 0.0), 1.0)
