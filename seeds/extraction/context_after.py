"""What the words after a name say of its type."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from seeds.extraction import votes as kinds
from seeds.extraction.context_before import AUXILIARIES, DETERMINERS, Surroundings, noun
from seeds.extraction.lexicon import is_place, lexicon
from seeds.extraction.tokens import UPPER
from seeds.extraction.votes import Vote

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# A noun in apposition: `, a full-stack GPU developer,` or `, which is a town in`.
APPOSITION = re.compile(
    r"(?:'s|’s)?(?:\s\([^)]{1,40}\))?,? (?:which |who )?(?:is |was |are |were |became |becomes )?"
    r"(?:an?|the|its|his|her|their|one of the|another)\s((?:[\w'’&.-]+ ){0,7}?[\w'’-]+)"
    r"(?=[,;:.?—]|$| (?:of|in|at|for|with|that|which|who|whose|to|from|by|on|between|and|where|called)\b)"
)
MADE = re.compile(r", (?:also )?(?:built|designed|developed|made|manufactured) (?:and \w+ )?(?:by|in)\b")
# After a verb that could be a noun in the plural.
OBJECT = frozenset(("a", "an", "as", "her", "his", "its", "that", "the", "their", "to"))
AGE = re.compile(r", (?:aged )?[1-9]\d[,.;]")
COUNTRY = re.compile(rf", ([{UPPER}][\w.-]+)(?: ([{UPPER}][\w.-]+))?")
HELD = re.compile(
    r" (?:opens|opened|begins|began|starts|started|ends|ended|(?:will be|was|is) held|takes place|took place)"
    r"(?=[.,;]| (?:on|in|at|next|this|tomorrow)\b)"
)
# A pronoun before any other name and any mark: who has `its` is no person.
PRONOUN = re.compile(r"[a-z ]{1,60}? (its|his|her|he|she)\b")


def votes_after(around: Surroundings, *, is_full: bool) -> Iterator[Vote]:
    """Vote by what stands after one place of a name, which `is_full` if it has two words or more."""
    after = around.after
    yield from _apposed(around)
    if around.is_possessive:
        possessed = lexicon().possessed.get(around.first)
        if possessed:
            yield possessed, kinds.POSSESSED
    elif after.startswith(" "):
        if around.first[-1:] != "s" or not _is_verb(around):
            yield from _noun_after(around.first, is_full=is_full)
        if not around.is_oblique:
            yield from _verb_after(around.following, is_full=is_full)
            yield from _pronoun(after)
            if is_full and HELD.match(after):
                yield "event", kinds.HELD
    elif after.startswith(", which "):
        yield from (kinds.WHICH_INSIDE if around.mark.isalnum() else kinds.WHICH).items()
        yield from _verb_after(after.split(None, 5)[2:5], is_full=is_full)
    elif after.startswith(", "):
        yield from _listed(after)
    elif after.startswith("-") and after[1:4].isalpha():
        yield "place", kinds.HYPHEN


def _apposed(around: Surroundings) -> Iterator[Vote]:
    of_person = kinds.OF_APPOSED if around.is_oblique else kinds.APPOSED
    kind, is_container = apposed(around)
    if kind:
        yield kind, kinds.CONTAINER if is_container else of_person if kind == "person" else kinds.APPOSED
    if around.after.startswith(", who "):
        yield "person", of_person


def apposed(around: Surroundings) -> tuple[str | None, bool]:
    """Give the type that a noun in apposition says, and whether it rather says what is in the thing."""
    after = around.after
    found = APPOSITION.match(after)
    # `Near Bern, the boat and the …` goes on to speak of something else.
    if not found or (around.is_oblique and after.startswith(" and", found.end())):
        return None, False
    is_container = found.group(1).endswith("network") and after.startswith(" of ", found.end())
    return _first_noun(WORD.findall(found.group(1))), is_container


def _first_noun(words: Sequence[str]) -> str | None:
    """Give what the first noun says that no other follows: of `drug maker accused of theft`, maker."""
    found = [*(noun(word) or lexicon().apposed.get(word) for word in words), None]
    return next((kind for kind, following in pairwise(found) if kind and not following), None)


def _noun_after(word: str, *, is_full: bool) -> Iterator[Vote]:
    known, kind = lexicon(), noun(word)
    if word in known.of_companies:
        yield "organization", kinds.COMPANY_NOUN
    elif word in known.plants:
        yield from kinds.PLANT_AFTER.items()
    elif is_full and word in known.bears_name:
        yield "product", kinds.BEARS_NAME
    elif kind in ("policy", "place", "event"):
        yield kind, kinds.NOUN_AFTER
    elif kind == "product":
        yield from kinds.PRODUCT_AFTER.items()
    elif kind == "person":
        yield "organization", kinds.PERSON_AFTER


def _is_verb(around: Surroundings) -> bool:
    """Tell whether what could be a plural after a name is its verb: `Velmora plans to grow`."""
    is_bare = not around.before or around.before[-1] not in DETERMINERS
    return is_bare and not OBJECT.isdisjoint(around.following[1:2])


def _verb_after(following: Sequence[str], *, is_full: bool) -> Iterator[Vote]:
    known, verb = lexicon(), next((word for word in following if word not in AUXILIARIES), "")
    if verb in known.speech:
        yield from (kinds.SPEECH_FULL if is_full else kinds.SPEECH).items()
    if verb in known.does:
        yield known.does[verb], kinds.DOES


def _pronoun(after: str) -> Iterator[Vote]:
    pronoun = PRONOUN.match(after)
    if pronoun and pronoun.group(1) == "its":
        yield from kinds.ITS.items()
    elif pronoun:
        yield "person", kinds.THEIRS


def _listed(after: str) -> Iterator[Vote]:
    """Vote by what stands after a comma: an age, or the country of a town."""
    country = COUNTRY.match(after)
    if country and (is_place(country.group(1)) or is_place(country.group(0)[2:])):
        yield "place", kinds.COUNTRY_AFTER
    elif AGE.match(after):
        yield "person", kinds.AGE
    elif MADE.match(after):
        yield "product", kinds.MADE
