"""What a name stands for: votes of its own form and of the words around it for each of the six types."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise

from api.models import ENTITY_TYPES
from api.terms import fold
from seeds.lexicon import family_names, frequencies, lexicon, places
from seeds.names import Name
from seeds.persons import is_chinese_name, is_western_name
from seeds.tokens import UPPER, head_type

Vote = tuple[str, float]
Votes = defaultdict[str, float]

# How much each sign counts. First what the form of a name says; it is asked once a name.
HEAD = 6  # Its head noun: … Ministry is an organization, … Strait a place.
FIRST_WORD = {"place": 4, "event": 9}  # Its first word: Mount …, Typhoon …, though its last be a head.
FAMOUS_PLACE, KNOWN_PLACE = 5, 3  # The gazetteer has it; a name of a small town may mean something else.
PERSON_NAME = 4  # A given name and a family name, in their order.
PARTICLE = 2  # A particle of persons' names inside: … van …
SHAPE = {"model": 3, "ampersand": 3, "camel": 2, "acronym": 2}  # ASCEND-3, Marks & Co, DeepLeaf, OECD.
SCIENCE = 3  # Its last word in -ics: … Robotics.
STRANGE, HALF_STRANGE = 2.5, 1.5  # Two or three words, none of English or not all: a person.
MIXED = 2  # Words of English among others, the last of English: an organization.
UNKNOWN = {"product": 0.6, "policy": 0.5, "organization": 0.5}  # Nothing else is said of it.
# Then what stands around it; asked at each of its places.
TITLE = 6  # An office or a form of address before it: a person.
APPOSED = 4  # A noun in apposition: `, a chip maker,`.
WHO = {"person": 4, "of": 1}  # `, who` after it; after `the mayor of Bern, who` it means the mayor.
NOUN_BEFORE, NOUN_LISTED = 3, 2  # `the drug Velatide`; `the actor, Jan Novak`.
COMPANY_NOUN = 3  # `… shares`, `shares of …`, `… employees`: an organization.
NOUN_AFTER = 2.5  # `the … scheme`, `the … region`.
PRODUCT_AFTER: Mapping[str, float] = {"product": 1.5, "organization": 1}  # `the … phone`: or its maker's.
PERSON_AFTER = 1  # `… lawyers`: an organization has them.
POSSESSED = 2  # What it has: `…'s shareholders`, `…'s suburbs`, `…'s widow`.
SPEECH_FULL: Mapping[str, float] = {"person": 2, "organization": 1}  # `… said` after two words or more.
SPEECH: Mapping[str, float] = {"person": 1, "organization": 1.5}  # `… said` after one word.
VERB = 1  # A verb before it: `unveiled …`, `under …`, `attended the …`.
ARTICLE = {"person": -3, "place": -1}  # An article before it.
ONE_OF = 1  # `a …`, `an …`: a product is one of many.
HYPHEN = 0.5  # `…-based`, `…-born`: a place.
RECOGNIZED = 3  # An operator's own recognizer says so.

BESIDE = 48  # How far the words before a name may reach, in characters.
BEYOND = 110  # The same after it.
WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# A noun in apposition: `, a full-stack GPU developer,` or `, which is a town in`.
APPOSITION = re.compile(
    r"(?:'s|’s)?(?:\s\([^)]{1,40}\))?,? (?:which |who )?(?:is |was |are |were |became |becomes )?"
    r"(?:an?|the|its|his|her|their|one of the|another)\s((?:[\w'’&.-]+ ){0,7}?[\w'’-]+)"
    r"(?=,|;|:|\.|\?|—|$| (?:of|in|at|for|with|that|which|who|whose|to|from|by|on|between|and|has|had|is|was"
    r"|where|called)\b)"
)
MODEL = re.compile(r"(?:[^\W\d_]+-?\d+[\w-]*|\d+[^\W\d_]+)")
CAMEL = re.compile(rf"[^\W\d_]+[a-z][{UPPER}]|[a-z]-?[{UPPER}]")
ACRONYM = re.compile(rf"[{UPPER}]{{2,7}}s?")


@lru_cache(maxsize=16_384)
def own_votes(words: tuple[str, ...], text: str) -> tuple[Vote, ...]:
    """Vote by the form of a name alone."""
    return (*_by_words(words, text), *_by_shape(words, text), *_by_strangeness(words))


def _by_words(words: Sequence[str], text: str) -> Iterator[Vote]:
    place, head = fold(text), head_type(words)
    if place in places():
        yield "place", FAMOUS_PLACE if places()[place] else KNOWN_PLACE
    if head:
        yield head, HEAD
    first = lexicon().first_words.get(words[0]) if len(words) > 1 else None
    if first:
        yield first, FIRST_WORD[first]
    if is_chinese_name(words) or (1 < len(words) < 5 and is_western_name(words)):
        yield "person", PERSON_NAME
    elif 2 < len(words) < 5 and not lexicon().particles.isdisjoint(words[1:-1]):
        yield "person", PARTICLE


def _by_shape(words: Sequence[str], text: str) -> Iterator[Vote]:
    last = words[-1]
    if MODEL.fullmatch(last) or (len(words) > 1 and last[:1].isdigit()):
        yield "product", SHAPE["model"]
    if CAMEL.match(text):
        yield "product" if text[0].islower() else "organization", SHAPE["camel"]
    elif len(words) == 1 and ACRONYM.fullmatch(text):
        yield "organization", SHAPE["acronym"]
    if "&" in text:
        yield "organization", SHAPE["ampersand"]


def _by_strangeness(words: Sequence[str]) -> Iterator[Vote]:
    plain = [word in frequencies() for word in words]
    if len(words) in (2, 3) and not plain[-1]:
        yield "person", HALF_STRANGE if any(plain) else STRANGE
    elif len(words) in (2, 3) and not all(plain):
        yield "person" if words[-1] in family_names() else "organization", MIXED
    if len(words) > 1 and words[-1].endswith("ics"):
        yield "organization", SCIENCE
    else:
        for kind in ("product", "policy") if len(words) > 1 else ("organization",):
            yield kind, UNKNOWN[kind]


def votes_around(text: str, name: Name) -> Iterator[Vote]:
    """Vote by what stands before and after one place where a name is."""
    if name.title:
        yield "person", TITLE
    yield from _before(text[max(0, name.start - BESIDE) : name.start].rstrip("\"'“‘("))
    after = text[name.end : name.end + BEYOND]
    if name.is_quoted:
        after = after.lstrip("\"'”’")
    yield from _apposed(after)
    if after.startswith(", who"):
        yield "person", WHO["of" if text.endswith((" of ", " by "), 0, name.start) else "person"]
    yield from _after(after, is_full=len(name.words) > 1)


def _before(before: str) -> Iterator[Vote]:
    words = [word.lower() for word in WORD.findall(before)[-2:]]
    if not words or before[-1] != " ":
        return
    kind = noun(words[-1])
    if before[-2].isalnum():
        if kind:
            yield kind, NOUN_BEFORE
        yield from _governed(words)
    elif kind == "person" and before[-2] == ",":
        yield kind, NOUN_LISTED


def _governed(words: Sequence[str]) -> Iterator[Vote]:
    """Vote by the two small words right before a name."""
    known, last = lexicon(), words[-1]
    yield "place", known.prepositions.get(last, 0)
    verb = known.verbs.get(words[0] if last == "the" else last)
    if verb:
        yield verb, VERB
    if last in known.articles:
        yield from ARTICLE.items()
    if last in ("a", "an"):
        yield "product", ONE_OF
    if words == ["shares", "of"]:
        yield "organization", COMPANY_NOUN


def _apposed(after: str) -> Iterator[Vote]:
    apposed = APPOSITION.match(after)
    kind = _first_noun(WORD.findall(apposed.group(1))) if apposed else None
    if kind:
        yield kind, APPOSED


def _first_noun(words: Sequence[str]) -> str | None:
    """Give what the first noun says that no other follows: of `drug maker accused of theft`, maker."""
    kinds = [*(noun(word.lower()) for word in words), None]
    return next((kind for kind, following in pairwise(kinds) if kind and not following), None)


def _after(after: str, *, is_full: bool) -> Iterator[Vote]:
    if after.startswith(("'s ", "’s ")):
        possessed = lexicon().possessed.get(_first_word(after[3:]))
        if possessed:
            yield possessed, POSSESSED
    elif after.startswith("-") and len(_first_word(after)) > 3:
        yield "place", HYPHEN
    elif after.startswith(" "):
        yield from _following(_first_word(after), is_full=is_full)


def _first_word(text: str) -> str:
    word = WORD.search(text)
    return word.group().lower() if word else ""


def _following(word: str, *, is_full: bool) -> Iterator[Vote]:
    if word in lexicon().speech:
        yield from (SPEECH_FULL if is_full else SPEECH).items()
    kind = noun(word)
    if word in lexicon().of_companies:
        yield "organization", COMPANY_NOUN
    elif kind in ("policy", "place", "event"):
        yield kind, NOUN_AFTER
    elif kind == "product":
        yield from PRODUCT_AFTER.items()
    elif kind == "person":
        yield "organization", PERSON_AFTER


@lru_cache(maxsize=16_384)
def noun(word: str) -> str | None:
    """Give the type of what a noun in small letters, singular or plural, is said of."""
    nouns = lexicon().nouns
    forms = (word, word.removesuffix("s"), word.removesuffix("es"), word.rpartition("-")[2])
    return next((nouns[form] for form in forms if form in nouns), None)


def decide(votes: Votes) -> str:
    """Give the type of most votes; between equals the first of `ENTITY_TYPES`."""
    return max(ENTITY_TYPES, key=lambda kind: votes[kind])
