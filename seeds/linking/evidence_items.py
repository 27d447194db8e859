"""Find the items of a text (entities, numbers and words), to compare key points with paragraphs.

An entity is the same item under each of its names. A short form such as `the union` also means the entity
that was named before. A number is the same item in digits and in words, and a word in all its forms.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import takewhile
from math import log

from api.search.analyzer import WORD, fold, term
from api.text_folding import fold_characters
from seeds.extraction.lexicon import HEAD_LINKS, Lexicon
from seeds.extraction.mentions import FoundEntity

ENTITY_WEIGHT, NUMBER_WEIGHT, SMALL_NUMBER_WEIGHT = 2.0, 2.0, 1.0
# A word with these numbers of occurrences, among 5.4e11 words of English books, has the weights 0 and 1.
COMMON_WORD_COUNT, RARE_WORD_COUNT = 500_000_000, 1_000_000
LOG_OF_COUNT_RANGE = log(COMMON_WORD_COUNT / RARE_WORD_COUNT)
DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# If a letter directly follows the digits, as in 5G, the digits are part of a word.
TOKEN = re.compile(rf"(?>{DIGITS.pattern})(?:(?=(?:bn|tn)\b)|(?![^\W_]))|{WORD.pattern}")
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
MULTIPLIERS = {
    **{"hundred": 1e2, "thousand": 1e3, "million": 1e6},
    **{"billion": 1e9, "bn": 1e9, "trillion": 1e12, "tn": 1e12},
}
# The pattern begins with plain letters, which makes the search fast.
SHORT_FORM = re.compile(r"he (?<=\b[Tt]he )([a-z]{3,})\b")
QUOTATION = re.compile(r"\"([^\"]+)\"")
# A quotation with fewer words, without function words, can be a title or a word used with irony.
MIN_QUOTED_WORDS = 3

# The key of an entity is `e` and its slug, the key of a number is `n` and the number, and the key of a word
# is its term, which never begins with `e` or `n`.
ENTITY, NUMBER = "e", "n"
ONE = f"{NUMBER}1"
Weights = Mapping[str, float]
"""The weight of each item (entity, number or word) of a text, by the key of the item."""
Span = tuple[int, int, str]
"""The start and end of a mention in a text, and the key of its entity."""
Weigher = Callable[[str], tuple[str, float]]
"""A function that returns the search term of a token, and its weight from 0 to 1."""
KeyFinder = Callable[[str], str]
"""A function that returns the search term of a token, `NUMBER` for a number, or "" if its weight is 0."""


def mention_spans(entities: Sequence[FoundEntity]) -> dict[tuple[str, int | None], list[Span]]:
    """Return the places where each text of an article mentions entities.

    The key is a part of the article and the number of the text, such as `("body", 2)`. The number is None if
    the part has a single text. The value is `(start, end, key of the entity)` for each mention, in order.
    """
    spans: dict[tuple[str, int | None], list[Span]] = {}
    for found in entities:
        key = ENTITY + found.entity.slug
        for mention in found.mentions:
            spans.setdefault((mention.part, mention.index), []).append((mention.start, mention.end, key))
    return {place: sorted(in_place) for place, in_place in spans.items()}


def base_weights(weigh: Weigher, text: str, spans: Sequence[Span]) -> dict[str, float]:
    """Return the entities, numbers and words of a takeaway (key point), each with its weight in comparisons.

    Args:
        weigh: Returns the search term and the weight of a word.
        text: The takeaway.
        spans: The mentions of entities in `text`, in order. Their words are not counted separately.

    Returns:
        The weights by key: `e` and the slug for an entity, `n` and the value for a number, and the search
        term for a word.
    """
    tokens = _tokens_outside(text, spans)
    weights = {key: ENTITY_WEIGHT for _, _, key in spans}
    for number in numbers_in(tokens):
        is_small = number < 10 and number.is_integer()
        weights[_number_key(number)] = SMALL_NUMBER_WEIGHT if is_small else NUMBER_WEIGHT
    if "one" in tokens or "One" in tokens:
        # `one` is rarely used as a number. It matches the digit 1, but has no weight in a takeaway.
        weights.setdefault(ONE, 0.0)
    for token in tokens:
        stem, weight = weigh(token)
        if weight:
            weights[stem] = weight
    return weights


def items_in(find_key: KeyFinder, text: str, spans: Sequence[Span]) -> set[str]:
    """Return the keys of the entities, numbers and words of a paragraph.

    `base_weights` returns the same keys for a takeaway (key point).

    Args:
        find_key: Returns the key of a word.
        text: The paragraph.
        spans: The mentions of entities in `text`, in order.
    """
    # The result can also contain keys that no takeaway has, such as the empty key of common words.
    tokens = _tokens_outside(text, spans)
    keys = set(map(find_key, tokens))
    if NUMBER in keys:
        keys.update(map(_number_key, numbers_in(tokens)))
    if "one" in tokens or "One" in tokens:
        keys.add(ONE)
    keys.update(key for _, _, key in spans)
    return keys


def _tokens_outside(text: str, spans: Sequence[Span]) -> list[str]:
    """Return the words and numbers of `text` that are not in one of `spans`."""
    between_mentions, reached = [], 0
    for start, end, _ in spans:
        between_mentions.append(text[reached:start])
        reached = end
    tokens: list[str] = TOKEN.findall(fold_characters(" ".join([*between_mentions, text[reached:]])))
    return tokens


def _number_key(number: float) -> str:
    return f"{NUMBER}{number:.12g}"


class ShortForms:
    """Finds the entities that a paragraph names only by `the` and a noun, such as `the union`.

    Call `find` for the paragraphs in order. The noun means the last entity in earlier paragraphs whose name
    has this noun.
    """

    def __init__(self) -> None:
        self._entity_by_noun: dict[str, str] = {}

    def find(self, text: str, spans: Sequence[Span]) -> set[str]:
        """Return the keys of the entities that a paragraph names by a short form, such as `the union`.

        Args:
            text: The paragraph.
            spans: The mentions of entities in the paragraph, in order, with the keys of the entities.
        """
        nouns = SHORT_FORM.findall(fold_characters(text)) if self._entity_by_noun else ()
        found = {self._entity_by_noun[noun] for noun in nouns if noun in self._entity_by_noun}
        for start, end, key in spans:
            if noun := _noun_in_short_form(text[start:end]):
                self._entity_by_noun[noun] = key
        return found


@lru_cache(maxsize=4_096)
def _noun_in_short_form(name: str) -> str | None:
    """Return the noun by which a text can name an entity after `the`, or None for a single word.

    The noun is the word before `of`, `for`, `on` or `in`, otherwise the last word: `bank` in People's Bank of
    China. A number or place at the end of the name counts as the last word, unlike in `Lexicon.head_noun`.
    """
    words = fold(name).split()
    head = [*takewhile(lambda word: word not in HEAD_LINKS, words)]
    return head[-1] if head and len(words) > 1 else None


def numbers_in(tokens: Sequence[str]) -> Iterator[float]:
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


@lru_cache(maxsize=16_384)
def _number(token: str) -> float | None:
    """Return the value of a number in digits or words (`5`, `five`), or None if `token` is not a number."""
    is_in_digits = token[:1].isdecimal() and DIGITS.fullmatch(token)
    return float(token.replace(",", "")) if is_in_digits else NUMBER_WORDS.get(fold(token))


def quotations(text: str, lexicon: Lexicon) -> list[frozenset[str]]:
    """Return the search terms of each quotation in `text`, without short quotations.

    A quotation is short if it has fewer than `MIN_QUOTED_WORDS` different search terms. Function words in
    `lexicon`, such as `the`, are not search terms.
    """
    quoted = [
        frozenset(term(word) for word in WORD.findall(each) if fold(word) not in lexicon.function_words)
        for each in QUOTATION.findall(fold_characters(text))
    ]
    return [each for each in quoted if len(each) >= MIN_QUOTED_WORDS]


def search_terms_in(text: str) -> frozenset[str]:
    """Return the search terms of all words in `text`, including common words and the words of names."""
    return frozenset(map(term, WORD.findall(fold_characters(text))))


# For one lexicon at a time, so that a lexicon which is no longer used is not kept.
@lru_cache(maxsize=1)
def cached_weigher(lexicon: Lexicon) -> Weigher:
    """Return the result of `make_weigher`, and keep it for the next call with `lexicon`."""
    return make_weigher(lexicon)


def make_weigher(lexicon: Lexicon) -> Weigher:
    """Return a function that returns the search term (stem) and the weight of a word.

    The function caches its results.
    """
    return lru_cache(maxsize=16_384)(partial(_term_and_weight, lexicon))


@lru_cache(maxsize=1)
def cached_key_finder(lexicon: Lexicon) -> KeyFinder:
    """Return a function that returns the key of a word or number, to compare texts.

    The key is the search term (stem) of a word, `NUMBER` for each number, or an empty text for a word without
    weight, such as `the`.
    """
    return lru_cache(maxsize=16_384)(partial(_find_key, cached_weigher(lexicon)))


def _find_key(weigh: Weigher, token: str) -> str:
    if _number(token) is not None:
        return NUMBER
    stem, weight = weigh(token)
    return stem if weight else ""


def _term_and_weight(lexicon: Lexicon, token: str) -> tuple[str, float]:
    """Return the search term of the word `token`, and its weight from 0 to 1.

    All forms of a word have the same search term. A rare word has a high weight. A number, a single letter or
    a function word such as `the` has the weight 0.
    """
    stem, word = term(token), fold(token).removesuffix("'s")
    is_empty = (len(word) == 1 and word.isascii()) or _number(token) is not None or word in MULTIPLIERS
    if is_empty or word in lexicon.function_words:
        return stem, 0.0
    # An inflected form is rarer than its stem, but not more specific.
    frequencies = lexicon.frequencies
    return stem, word_weight(max(frequencies.get(word, 0), frequencies.get(stem[1:], 0)))


def word_weight(count: int) -> float:
    """Return the weight of a word in comparisons of texts: 0 for a common word, up to 1 for a rare word.

    `count` is how often the word occurs in English books. The weight, limited to 0 to 1, is:

        log(COMMON_WORD_COUNT / count) / log(COMMON_WORD_COUNT / RARE_WORD_COUNT)
    """
    weight = log(COMMON_WORD_COUNT / max(count, 1)) / LOG_OF_COUNT_RANGE
    return min(max(weight, 0.0), 1.0)
