"""Entities that no catalogue has: names of one document, brought together to things and typed."""

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import NamedTuple

from seeds.extraction.bracketed_aliases import bracketed
from seeds.extraction.context_after import votes_after
from seeds.extraction.context_before import dress, surroundings, votes_before
from seeds.extraction.coreference import Thing, grouped
from seeds.extraction.form_signs import own_votes, short_votes, usual_votes
from seeds.extraction.lexicon import (
    RARE_WORD,
    family_names,
    frequencies,
    is_place,
    lexicon,
    perhaps_given_names,
)
from seeds.extraction.name_candidates import Name, names, quoted
from seeds.extraction.scheme_signs import may_be_scheme, votes_for_scheme
from seeds.extraction.tokens import UPPER, lower
from seeds.extraction.votes import ALONE, RECOGNIZED

LONG_WORD = re.compile(r"(?<!\w)[^\W\d_]{4,}")
CAPITAL_WORD = re.compile(rf"(?<![\w-])[{UPPER}][^\W\d_]+(?![\w-])")
# A word that begins with no capital, and what is joined to it.
SMALL_WORD = re.compile(r"(?<![\w'’-])([^\W_A-Z][^\W_]*)((?:['’-]\w+)*)")
# The share of capitalised words that makes a title a headline, if it has more than a few.
HEADLINE, FEW = 0.5, 3
# What follows a name that begins a sentence, and hardly any other noun without an article.
AS_NAME = re.compile(r"['’]s |, (?:an?|which|who) | (?:had|has|is|was|will) ")
SPEAKS = re.compile(r" ([a-z]+)")
# So many sentences that begin like that, and the word is a name.
ENOUGH = 2
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
    small = _small_words(prose)
    named, pairs = _seen(prose, recognize)
    _quote(named, headline)
    things = {name: Thing(name, tuple(name.lower().split())) for name in _places(headline, small)} | named
    alone = {thing.words[0] for thing in named.values() if len(thing.words) == 1 and not thing.dress}
    for thing in things.values():
        thing.count(own_votes(thing.words, thing.name))
        thing.count(usual_votes(thing.words, thing.dress))
        if len(thing.words) > 1:
            thing.count(short_votes(thing.words, alone))
        thing.settle()
    groups = grouped(things, pairs, known, small)
    for thing in groups:
        if len(thing.words) == 1:
            thing.count(ALONE.items())
        thing.settle()
    return [thing for thing in groups if _is_entity(thing, known, small)]


def _small_words(texts: Iterable[str]) -> set[str]:
    """Give the words that some texts have in small letters, joined ones whole and by their beginning."""
    return {form for text in texts for word, rest in SMALL_WORD.findall(text) for form in (word, word + rest)}


def _seen(texts: Iterable[str], recognize: Recognizer) -> tuple[dict[str, Thing], dict[str, str]]:
    """Collect the names of all texts, and by what stands in brackets the name before it."""
    things: dict[str, Thing] = {}
    pairs: dict[str, str] = {}
    for text in texts:
        for name in names(text):
            thing = _thing(things, name.text, name.words)
            _count(thing, text, name)
            if name.is_start:
                thing.starts += _weight_of_start(text, name)
            else:
                thing.is_sure = True
            thing.is_titled |= name.title is not None
            other = bracketed(text, name.end)
            if other:
                pairs.setdefault(other, name.text)
        for start, end, kind in recognize(text):
            thing = _thing(things, text[start:end], tuple(lower(text[start:end]).split()))
            thing.count([(kind, RECOGNIZED)])
            thing.is_sure = True
    return things, pairs


def _weight_of_start(text: str, name: Name) -> int:
    """Give how much what follows a name that begins a sentence says that it is one."""
    word = name.words[0]
    if len(name.words) > 1 or not word.isalpha():
        return 0
    following = SPEAKS.match(text, name.end)
    if following and following.group(1) in lexicon().speech and _is_rare(word):
        return 0 if word in perhaps_given_names() or word in family_names() else ENOUGH
    return 1 if AS_NAME.match(text, name.end) else 0


def _is_rare(word: str) -> bool:
    return frequencies().get(word, RARE_WORD) < RARE_WORD


def _count(thing: Thing, text: str, name: Name) -> None:
    """Count what stands around one place of a thing."""
    around = surroundings(text, name)
    thing.count_again(votes_before(text, name, around))
    is_full = len(name.words) > 1
    thing.count_again(votes_after(around, is_full=is_full))
    if is_full and may_be_scheme(name.words):
        thing.count_again(votes_for_scheme(name.words, around))
    thing.dresses[dress(name, around)] += 1


def _quote(things: Mapping[str, Thing], headline: str) -> None:
    """Let those names count that the headline has in quotes."""
    # Its capitals say nothing, so that they are made small.
    plain = "".join(char.lower() if char.isascii() else char for char in headline)
    for name in quoted(headline):
        if name.text in things:
            _count(things[name.text], plain, name)


def _thing(things: dict[str, Thing], name: str, words: tuple[str, ...]) -> Thing:
    return things.get(name) or things.setdefault(name, Thing(name, words))


def _places(headline: str, small: Container[str]) -> Iterator[str]:
    words = list(CAPITAL_WORD.finditer(headline))
    for first, second in zip_longest(words, words[1:]):
        both = headline[first.start() : second.end()] if second else ""
        if is_place(both):
            yield both
        elif is_place(first.group()) and first.group().lower() not in small:
            yield first.group()


def _is_entity(thing: Thing, known: Mapping[str, object], small: Container[str]) -> bool:
    """Tell whether a group of names is an entity: one word alone may be any word with a capital."""
    is_known = any(form in known for form in thing.forms)
    if is_known or len(thing.words) > 1 or is_place(thing.name):
        return True
    word = thing.words[0]
    if word in small or word in lexicon().head_types or word in lexicon().nouns:
        return False
    if not _is_word(word):
        return True
    is_likely = thing.votes[thing.type] >= LEAST
    if not thing.is_sure:
        return thing.starts >= ENOUGH and is_likely and not word.endswith("s")
    return is_likely or _is_rare(word)


def _is_word(word: str) -> bool:
    singular = word.removesuffix("s")
    return word in frequencies() or singular in frequencies() or singular in lexicon().nouns
