"""Evidence: which paragraphs of the body support each takeaway, and how well.

What a text says are its entities, whatever it calls them, its numbers and its other words. A paragraph's
score is the share of what the takeaway says that the paragraph says too, from 0 to 1 with four digits:

    score = sum of the weights of what both say / sum of the weights of all that the takeaway says
    weight = kind / the number of paragraphs that say it, or just kind where none does

The kind is 2 for an entity and for a number, 1 for a whole number below ten, and 0 to 1 for a word, the rarer
the more; see `telling`. So what the whole article is about says little of any one paragraph, and what no
paragraph says counts against all of them.

A paragraph is listed if it scores at least `LEAST`, has at least `LEAST_SPECIFIC` of the takeaway's entities
and numbers, by weight, and says at least `LEAST_SHARED` of its things, those besides numbers weighing at
least `LEAST_BESIDES`; at most `MOST` are, and none that scores below `NEIGHBOUR` of the best.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import log
from typing import Any

from api.search.analyzer import WORD, fold, term
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.mentions import FoundEntity
from seeds.parsing.document import ArticleText

# Set on pages whose evidence was noted by a reader first. A paragraph in doubt is better left out: who
# follows one reference to nothing trusts none of them.
LEAST, LEAST_SPECIFIC, NEIGHBOUR = 0.4, 0.5, 0.6
# One thing alone, or numbers alone, any text may happen to have.
LEAST_SHARED, LEAST_BESIDES = 2, 0.3
MOST = 3
ENTITY, NUMBER, SMALL_NUMBER = 2.0, 2.0, 1.0
# Of 5.4e11 words in English books: one that is there as often as COMMON says nothing, as RARE all it can.
COMMON, RARE = 500_000_000, 1_000_000
DIGITS = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
# Digits that letters are glued to, as in 5G, are a word.
TOKEN = re.compile(rf"(?>{DIGITS.pattern})(?![^\W_])|{WORD.pattern}")
# "One" is left out: it seldom counts anything.
SMALL = (
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
ROUND = "twenty thirty forty fifty sixty seventy eighty ninety"
ONES = {word: float(number) for number, word in enumerate(SMALL.split()[:8], 2)}
TENS = {word: 10.0 * number for number, word in enumerate(ROUND.split(), 2)}
WRITTEN = {word: float(number) for number, word in enumerate(SMALL.split(), 2)} | TENS
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}

# Keys are `e` and the slug of an entity, `n` and a number, or the term of a word, which begins with neither.
SPECIFIC = ("e", "n")
Things = Mapping[str, float]
"""What a text says: the kind or weight by key."""
Span = tuple[int, int, str]
"""Where a text names an entity, and its key."""


def find_evidence(
    prose: ArticleText, entities: Sequence[FoundEntity], lexicon: Lexicon
) -> list[list[dict[str, Any]]]:
    """Give the paragraphs that support each takeaway, the best first: `{"paragraph": 1, "score": 0.75}`."""
    spans = _spans(entities)
    body = [_things(lexicon, text, spans.get(("body", at), [])) for at, text in enumerate(prose.body, 1)]
    paragraphs = Counter(thing for things in body for thing in things)
    said = [_things(lexicon, one.text, spans.get(("takeaways", one.position), [])) for one in prose.takeaways]
    return [
        _best({thing: kind / (paragraphs[thing] or 1) for thing, kind in things.items()}, body)
        for things in said
    ]


def _spans(entities: Sequence[FoundEntity]) -> dict[tuple[str, int | None], list[Span]]:
    """Give where each takeaway and paragraph names entities, in order."""
    spans: dict[tuple[str, int | None], list[Span]] = {}
    for found in entities:
        key = f"e{found.entity.slug}"
        for mention in found.mentions:
            spans.setdefault((mention.part, mention.index), []).append((mention.start, mention.end, key))
    return {place: sorted(several) for place, several in spans.items()}


def _best(weights: Things, body: Sequence[Things]) -> list[dict[str, Any]]:
    """List the paragraphs of `body` that support a takeaway of these `weights`."""
    scores = [(_score(weights, things), number) for number, things in enumerate(body, 1)]
    scores.sort(key=lambda scored: (-scored[0], scored[1]))
    least = max(LEAST, NEIGHBOUR * scores[0][0]) if scores else LEAST
    return [{"paragraph": number, "score": score} for score, number in scores[:MOST] if score >= least]


def _score(weights: Things, things: Things) -> float:
    """Give the score of a paragraph that says `things`, 0 where too little of what is shared is specific."""
    shared = {thing: weight for thing, weight in weights.items() if thing in things}
    besides = sum(weight for thing, weight in shared.items() if not thing.startswith("n"))
    if len(shared) < LEAST_SHARED or besides < LEAST_BESIDES:
        return 0.0
    if _specific(shared) < LEAST_SPECIFIC * _specific(weights):
        return 0.0
    return round(sum(shared.values()) / sum(weights.values()), 4)


def _specific(weights: Things) -> float:
    return sum(weight for thing, weight in weights.items() if thing.startswith(SPECIFIC))


def _things(lexicon: Lexicon, text: str, spans: Sequence[Span]) -> dict[str, float]:
    """Give what `text` says, with its kinds; the words and numbers in a name are the entity's."""
    gaps, reached = [], 0
    for start, end, _ in spans:
        gaps.append(text[reached:start])
        reached = end
    tokens = TOKEN.findall(" ".join([*gaps, text[reached:]]))
    things = {key: ENTITY for _, _, key in spans}
    for number in _numbers(tokens):
        things[f"n{number:.12g}"] = SMALL_NUMBER if number < 10 and number.is_integer() else NUMBER
    for token in tokens:
        stem, kind = _word(lexicon, token)
        if kind:
            things[stem] = kind
    return things


def _numbers(tokens: Sequence[str]) -> Iterator[float]:
    """Yield the numbers that `tokens` write: `12`, `forty-two` and `1.5 million` are one each."""
    number: float | None = None
    for token in tokens:
        if number is None:
            number = _number(token)
        elif (word := fold(token)) in SCALES:
            number *= SCALES[word]
        elif word in ONES and number in TENS.values():
            number += ONES[word]
        else:
            yield number
            number = _number(token)
    if number is not None:
        yield number


@lru_cache(maxsize=65_536)
def _number(token: str) -> float | None:
    """Give the number that one token writes."""
    return float(token.replace(",", "")) if DIGITS.fullmatch(token) else WRITTEN.get(fold(token))


@lru_cache(maxsize=65_536)
def _word(lexicon: Lexicon, token: str) -> tuple[str, float]:
    """Give the term of `token` and its kind, which is 0 where it is a number, a letter or a function word."""
    stem, word = term(token), fold(token).removesuffix("'s")
    is_empty = (len(word) == 1 and word.isascii()) or _number(token) is not None or word in SCALES
    if is_empty or word in lexicon.function_words:
        return stem, 0.0
    # "Mandates" is no rarer a word than "mandate".
    return stem, telling(max(lexicon.frequencies.get(form, 0) for form in (word, stem[1:])))


def telling(count: int) -> float:
    """Give the kind of a word that books have so often: log(COMMON / count) / log(COMMON / RARE), 0 to 1."""
    return min(max(log(COMMON / max(count, 1)) / log(COMMON / RARE), 0.0), 1.0)
