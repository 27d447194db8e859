"""Entities that no catalogue has: names of one document, brought together to things and typed."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from api.terms import fold
from seeds.aliases import bracketed
from seeds.kinds import RECOGNIZED, own_votes, votes_around
from seeds.lexicon import RARE_WORD, frequencies, lexicon, places
from seeds.names import names
from seeds.things import Thing, grouped
from seeds.tokens import UPPER, lower

LOWER_WORD = re.compile(r"(?<![\w'’-])[a-z]{3,}(?!\w)")
LONG_WORD = re.compile(r"(?<!\w)[^\W\d_]{4,}")
CAPITAL_WORD = re.compile(rf"(?<![\w-])[{UPPER}][^\W\d_]+(?![\w-])")
# The share of capitalised words that makes a title a headline, if it has more than a few.
HEADLINE, FEW = 0.5, 3
# A word of English that is a name needs so many votes for what it is.
LEAST = 1.5


class Candidate(NamedTuple):
    """What a recognizer takes for a name: its place in a text, and its type."""

    start: int
    end: int
    kind: str


Recognizer = Callable[[str], Iterable[Candidate]]


def is_headline(text: str) -> bool:
    """Tell whether a text has capitals at most of its words, or at all if few, so that they mean nothing."""
    words = LONG_WORD.findall(text)
    capitals = sum(word[0].isupper() for word in words)
    return 1 < len(words) == capitals or (len(words) > FEW and capitals > HEADLINE * len(words))


def extract(
    prose: Sequence[str],
    known: Mapping[str, object],
    headline: str = "",
    recognize: Recognizer = lambda _: (),
) -> list[Thing]:
    """Give what the texts of `prose` name, and the places in `headline`, of which nothing else can be told.

    What `known` has too has its name there among its forms; what `recognize` finds is weighed with the rest.
    """
    small = {word for text in prose for word in LOWER_WORD.findall(text)}
    named, pairs = _seen(prose, recognize)
    things = {name: Thing(name, tuple(name.lower().split())) for name in _places(headline)} | named
    for thing in things.values():
        thing.count(own_votes(thing.words, thing.name))
        thing.settle()
    groups = grouped(things, pairs, known, small)
    for thing in groups:
        thing.settle()
    return [thing for thing in groups if _is_entity(thing, known, small)]


def _seen(texts: Iterable[str], recognize: Recognizer) -> tuple[dict[str, Thing], dict[str, str]]:
    """Collect the names of all texts, and by what stands in brackets the name before it."""
    things: dict[str, Thing] = {}
    pairs: dict[str, str] = {}
    for text in texts:
        for name in names(text):
            thing = _thing(things, name.text, name.words)
            thing.count(votes_around(text, name))
            thing.is_sure |= not name.is_start
            thing.is_titled |= name.title is not None
            other = bracketed(text, name.end)
            if other:
                pairs.setdefault(other, name.text)
        for start, end, kind in recognize(text):
            thing = _thing(things, text[start:end], tuple(lower(text[start:end]).split()))
            thing.count([(kind, RECOGNIZED)])
            thing.is_sure = True
    return things, pairs


def _thing(things: dict[str, Thing], name: str, words: tuple[str, ...]) -> Thing:
    return things.get(name) or things.setdefault(name, Thing(name, words))


def _places(headline: str) -> Iterator[str]:
    words = list(CAPITAL_WORD.finditer(headline))
    for first, second in zip_longest(words, words[1:]):
        both = headline[first.start() : second.end()] if second else ""
        if fold(both) in places():
            yield both
        elif fold(first.group()) in places():
            yield first.group()


def _is_entity(thing: Thing, known: Mapping[str, object], small: Collection[str]) -> bool:
    """Tell whether a group of names is an entity: one word alone may be any word with a capital."""
    is_known = any(form in known for form in thing.forms)
    if is_known or len(thing.words) > 1 or fold(thing.name) in places():
        return True
    word = thing.words[0]
    if word in small or word in lexicon().heads or word in lexicon().nouns:
        return False
    if not _is_word(word):
        return True
    is_rare = frequencies().get(word, RARE_WORD) < RARE_WORD
    return thing.is_sure and (is_rare or thing.votes[thing.type] >= LEAST)


def _is_word(word: str) -> bool:
    singular = word.removesuffix("s")
    return word in frequencies() or singular in frequencies() or singular in lexicon().nouns
