"""What the words after a name say of its type."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from seeds import kinds
from seeds.around import AUXILIARIES, Surroundings, noun
from seeds.kinds import Vote
from seeds.lexicon import is_place, lexicon
from seeds.tokens import UPPER

WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
# A noun in apposition: `, a full-stack GPU developer,` or `, which is a town in`.
APPOSITION = re.compile(
    r"(?:'s|’s)?(?:\s\([^)]{1,40}\))?,? (?:which |who )?(?:is |was |are |were |became |becomes )?"
    r"(?:an?|the|its|his|her|their|one of the|another)\s((?:[\w'’&.-]+ ){0,7}?[\w'’-]+)"
    r"(?=[,;:.?—]|$| (?:of|in|at|for|with|that|which|who|whose|to|from|by|on|between|and|where|called)\b)"
)
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
        yield from _noun_after(around.first, is_full=is_full)
        if not around.is_oblique:
            yield from _verb_after(around, is_full=is_full)
            yield from _pronoun(after)
    elif after.startswith(", "):
        yield from _listed(after)
    elif after.startswith("-") and after[1:4].isalpha():
        yield "place", kinds.HYPHEN


def _apposed(around: Surroundings) -> Iterator[Vote]:
    after = around.after
    apposed = APPOSITION.match(after)
    # `Near Bern, the boat and the …` goes on to speak of something else.
    if apposed and around.is_oblique and after.startswith(" and", apposed.end()):
        apposed = None
    kind = _first_noun(WORD.findall(apposed.group(1))) if apposed else None
    if kind:
        yield kind, kinds.OF_APPOSED if kind == "person" and around.is_oblique else kinds.APPOSED
    if after.startswith(", who "):
        yield "person", kinds.OF_APPOSED if around.is_oblique else kinds.APPOSED


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


def _verb_after(around: Surroundings, *, is_full: bool) -> Iterator[Vote]:
    known, verb = lexicon(), around.first
    if verb in AUXILIARIES:
        verb = next((word for word in around.following if word not in AUXILIARIES), "")
    if verb in known.speech:
        yield from (kinds.SPEECH_FULL if is_full else kinds.SPEECH).items()
    if verb in known.does:
        yield known.does[verb], kinds.DOES
    if is_full and HELD.match(around.after):
        yield "event", kinds.HELD


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
