"""What the form of a name says of its type: its words, and what names of its make mostly are."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache

from api.search.analyzer import fold
from seeds.extraction import votes as kinds
from seeds.extraction.lexicon import (
    family_names,
    frequencies,
    given_names,
    is_place,
    lexicon,
    perhaps_given_names,
    places,
)
from seeds.extraction.person_names import begins_as_person, is_chinese_firm, is_chinese_name, is_western_name
from seeds.extraction.tokens import UPPER, YEAR, head_noun, head_type
from seeds.extraction.votes import Vote

MODEL = re.compile(r"(?:[^\W\d_]+-?\d+[\w-]*|\d+[^\W\d_]+)")
CAMEL = re.compile(rf"[^\W\d_]+[a-z][{UPPER}]|[a-z]-?[{UPPER}]")
ACRONYM = re.compile(rf"[{UPPER}]{{2,7}}s?")
# A family name and a given name of two syllables: Tsai Mei-hua.
HYPHENED = re.compile(rf"[{UPPER}]\w+ [{UPPER}][a-z]{{1,5}}-[a-z]{{1,6}}")
ROMANCE = frozenset(("el", "la", "las", "los"))
# What the dress of a name says, whatever its words.
WORN = {"the": kinds.ARTICLE, "attribute": kinds.ATTRIBUTIVE, "quoted": kinds.QUOTES}
# Words that names of persons have not.
JOINTS = frozenset(("and", "for", "of", "on", "the"))
# No name of a person has more words.
MOST_OF_PERSON = 4


@lru_cache(maxsize=16_384)
def own_votes(words: tuple[str, ...], text: str) -> tuple[Vote, ...]:
    """Vote by the form of a name alone."""
    return (*_by_words(words, text), *_by_person(words, text), *_by_shape(words, text), *_by_ending(words))


def _by_words(words: Sequence[str], text: str) -> Iterator[Vote]:
    place, head, known = fold(text), head_noun(words), lexicon()
    if place in places():
        yield "place", kinds.FAMOUS_PLACE if places()[place] else kinds.KNOWN_PLACE
    if head in known.heads_of_two:
        yield from zip(known.heads_of_two[head].split(), kinds.HEAD_OF_TWO, strict=True)
    elif head in known.head_types:
        yield known.head_types[head], kinds.TRADE if head in known.trades else kinds.HEAD
    first = known.first_words.get(words[0]) if len(words) > 1 else None
    if first:
        yield first, kinds.FIRST_WORD[first]


def _by_person(words: Sequence[str], text: str) -> Iterator[Vote]:
    if not 1 < len(words) <= MOST_OF_PERSON or places().get(fold(text)):
        return
    if words[0] in ROMANCE:
        yield from kinds.ROMANCE.items()
    elif words[0] in lexicon().ranks:
        yield "person", kinds.RANKED
    elif not lexicon().joints.isdisjoint(words[1:-1]):
        yield "organization", kinds.JOINT
    elif HYPHENED.fullmatch(text) or is_chinese_name(words) or is_western_name(words):
        yield "person", kinds.PERSON_NAME
    elif begins_as_person(words):
        yield "person", kinds.GIVEN_NAME
    elif len(words) > 2 and not lexicon().particles.isdisjoint(words[1:-1]):
        yield "person", kinds.PARTICLE


def _by_shape(words: Sequence[str], text: str) -> Iterator[Vote]:
    last = words[-1]
    if len(words) > 2 and YEAR.fullmatch(last) and head_type(words) != "event":
        yield "policy", kinds.ROUND_YEAR
    elif MODEL.fullmatch(last) or (len(words) > 1 and last[:1].isdigit()):
        yield "product", kinds.SHAPE["model"]
    elif len(words) > 1 and len(last) == 1:
        yield "product", kinds.SINGLE_LETTER
    if CAMEL.match(text):
        kind = "product" if text[0].islower() else "organization"
        yield kind, kinds.SHAPE["camel"] if len(words) == 1 else kinds.SHAPE["camel among others"]
    elif len(words) == 1 and ACRONYM.fullmatch(text):
        yield "organization", kinds.SHAPE["acronym"]
    if "&" in text:
        yield "organization", kinds.SHAPE["ampersand"]


def _by_ending(words: Sequence[str]) -> Iterator[Vote]:
    last = words[-1]
    if last in frequencies() or last in family_names() or last in given_names():
        return
    kind = next((kind for kind, ends in _endings().items() if last.endswith(ends)), None)
    if kind:
        yield kind, kinds.ENDING if len(words) > 1 else kinds.ENDING_ALONE


@cache
def _endings() -> Mapping[str, tuple[str, ...]]:
    by_kind: dict[str, tuple[str, ...]] = {}
    for ending, kind in lexicon().endings.items():
        by_kind[kind] = (*by_kind.get(kind, ()), ending)
    return by_kind


@lru_cache(maxsize=16_384)
def usual_votes(words: tuple[str, ...], dress: str) -> tuple[Vote, ...]:
    """Vote by what names of this make mostly are in `dress`; see `Thing.dress`."""
    return (*_usual(words, dress).items(), *WORN.get(dress, {}).items())


def _usual(words: Sequence[str], dress: str) -> Mapping[str, float]:
    if len(words) == 1:
        return kinds.SINGLE
    head, known = head_noun(words), lexicon()
    if dress == "quoted" and head not in known.heads:
        return kinds.QUOTED
    if dress == "the" and known.heads_of_two.get(head) == "organization product":
        return {"product": kinds.ARTICLE_OF_TWO}
    if head in known.head_types or is_place(" ".join(words)):
        return {}
    if dress == "quoted":
        return kinds.QUOTED
    plain = [word in frequencies() for word in words]
    return _after_article(words[-1], plain[-1]) if dress == "the" else _bare(words, plain)


def _after_article(last: str, is_plain: bool) -> Mapping[str, float]:
    if not is_plain or is_place(last):
        return kinds.ARTICLE_STRANGE
    is_plural = last.endswith("s") and last[:-1] in frequencies()
    return kinds.ARTICLE_PLURAL if is_plural else kinds.ARTICLE_PLAIN


def _bare(words: Sequence[str], plain: Sequence[bool]) -> Mapping[str, float]:
    if len(words) > MOST_OF_PERSON or all(plain) or not (JOINTS | lexicon().joints).isdisjoint(words):
        return kinds.PLAIN
    if words[0] == "al" and not plain[-1] and words[-1] not in family_names():
        return kinds.ARABIC
    if places().get(fold(words[0])) and words[0] not in perhaps_given_names():
        return kinds.STRANGE_FIRST
    if is_chinese_firm(words):
        return kinds.STRANGE_FIRST
    if not plain[-1]:
        return kinds.HALF_STRANGE if any(plain) else kinds.STRANGE
    return kinds.FAMILY_LAST if words[-1] in family_names() else kinds.STRANGE_FIRST


def short_votes(words: tuple[str, ...], alone: Collection[str]) -> Iterator[Vote]:
    """Vote by which word of a name the text has `alone` too: of a person the last, of a firm the first."""
    is_first, is_last = words[0] in alone, words[-1] in alone
    if is_first == is_last or not 1 < len(words) <= MOST_OF_PERSON or not JOINTS.isdisjoint(words):
        return
    if head_noun(words) in lexicon().head_types:
        return
    # Of Second Harvest only the last word is left where it begins a sentence.
    is_rest = words[0] in lexicon().function and words[-1] in frequencies()
    if is_last and not is_rest and not places().get(words[-1]):
        yield "person", kinds.SHORT_FORM
    elif is_first and not _is_first_of_person(words[0]):
        yield "organization", kinds.SHORT_FORM


def _is_first_of_person(word: str) -> bool:
    """Tell whether a first word alone may be a person's, or is another thing: Tara, Zhang, Kim; Bern."""
    known = lexicon()
    return (
        word in perhaps_given_names()
        or word in known.surnames
        or word in known.korean_surnames
        or is_place(word)
    )
