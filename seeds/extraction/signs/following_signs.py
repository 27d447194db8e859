"""Rules (signs) that read the words after a mention and vote for the type of the name.

For example, an age after a comma is a sign of a person.
"""

import re

from seeds.extraction.candidates.tokens import UPPER
from seeds.extraction.signs.context import Context
from seeds.extraction.signs.sign import Sign

MADE_BY = re.compile(r", (?:also )?(?:built|designed|developed|made|manufactured) (?:and \w+ )?(?:by|in)\b")
AGE = re.compile(r", (?:aged )?[1-9]\d[,.;]")
COUNTRY = re.compile(rf", ([{UPPER}][\w.-]+)(?: ([{UPPER}][\w.-]+))?")
EVENT_PREDICATE = re.compile(
    r" (?:opens|opened|begins|began|starts|started|ends|ended|(?:will be|was|is) held|takes place|took place)"
    r"(?=[.,;]| (?:on|in|at|next|this|tomorrow)\b)"
)


def _is_before_country(here: Context) -> bool:
    found, is_place = COUNTRY.match(here.after), here.lexicon.is_place
    return found is not None and (is_place(found.group(1)) or is_place(found.group()[2:]))


def _is_passive_of_person(here: Context) -> bool:
    return here.next in ("is", "was", "were") and here.verb in here.lexicon.passive_person_verbs


SIGNS: tuple[Sign[Context], ...] = (
    # An apposition.
    Sign(
        "container in apposition",
        "apposition",
        lambda here: here.apposition if here.is_container else None,
        1,
        example="Then [Velmora], a network of microphones, came.",
        expected={"organization": 1},
        group="apposition",
    ),
    Sign(
        # The mayor of Bern, a pilot: the apposition can belong to the mayor.
        "person in apposition after a preposition",
        "apposition",
        lambda here: here.is_oblique and here.apposition == "person",
        {"person": 1},
        example="They met the mayor of [Velmora], a retired pilot, there.",
        group="apposition",
    ),
    Sign(
        "noun in apposition",
        "apposition",
        lambda here: here.apposition,
        4,
        example="Then [Velmora], a chip maker, grew.",
        expected={"organization": 4},
        group="apposition",
    ),
    Sign(
        "clause with who",
        "who clause",
        lambda here: not here.is_oblique and here.after.startswith(", who "),
        {"person": 4},
        example="Then [Velmora], who sang, came.",
    ),
    Sign(
        "clause with who after a preposition",
        "who clause",
        lambda here: here.is_oblique and here.after.startswith(", who "),
        {"person": 1},
        example="They met the mayor of [Velmora], who sang.",
    ),
    # A possession.
    Sign(
        "possessed noun",
        "possession",
        lambda here: here.lexicon.possessed_nouns.get(here.next),
        2,
        example="Then [Velmora]'s shareholders came.",
        expected={"organization": 2},
    ),
    # The next noun.
    Sign(
        "noun of companies",
        "next noun",
        lambda here: here.next in here.lexicon.company_nouns,
        {"organization": 3},
        example="Then [Velmora] shares rose.",
        group="next noun",
    ),
    Sign(
        # A facility is named after its place or its owner.
        "facility",
        "next noun",
        lambda here: here.next in here.lexicon.facility_nouns,
        {"place": 1.5, "organization": 1},
        example="They shut the [Velmora] plant again.",
        group="next noun",
    ),
    Sign(
        "product with its own name",
        "next noun",
        lambda here: here.is_multiword and here.next in here.lexicon.named_product_nouns,
        {"product": 5},
        example="They tried the [Green Quay] app there.",
        group="next noun",
    ),
    Sign(
        "policy, place or event",
        "next noun",
        lambda here: here.next_noun if here.next_noun in ("policy", "place", "event") else None,
        2.5,
        example="They joined the [Velmora] scheme there.",
        expected={"policy": 2.5},
        group="next noun",
    ),
    Sign(
        # The name can be that of the product or of its maker.
        "product",
        "next noun",
        lambda here: here.next_noun == "product",
        {"product": 2, "organization": 1},
        example="They took the [Velmora] phone there.",
        group="next noun",
    ),
    Sign(
        "person of an organization",
        "next noun",
        lambda here: here.next_noun == "person",
        {"organization": 1},
        example="They met the [Velmora] lawyers there.",
        group="next noun",
    ),
    # The next verb.
    Sign(
        "verb of speech after several words",
        "next verb",
        lambda here: here.is_multiword and here.verb in here.lexicon.speech_verbs,
        {"person": 2, "organization": 1},
        example="Then [Tovrik Ekkelund] said so.",
    ),
    Sign(
        "verb of speech after one word",
        "next verb",
        lambda here: not here.is_multiword and here.verb in here.lexicon.speech_verbs,
        {"person": 1, "organization": 1.5},
        example="Then [Velmora] said so.",
    ),
    Sign(
        "passive verb of persons",
        "next verb",
        _is_passive_of_person,
        {"person": 3},
        example="Then [Velmora] was born there.",
    ),
    Sign(
        "verb with a typical subject",
        "next verb",
        lambda here: here.lexicon.verbs_after.get(here.verb),
        1,
        example="Then [Velmora] also employs divers.",
        expected={"organization": 1},
    ),
    # The rest of the sentence.
    Sign(
        "pronoun its",
        "pronoun after",
        lambda here: here.pronoun == "its",
        {"person": -1.5, "organization": 1},
        example="Then [Velmora] hopes to keep its ships.",
    ),
    Sign(
        "pronoun of a person",
        "pronoun after",
        lambda here: here.pronoun != "its",
        {"person": 1.5},
        example="Then [Velmora] had often lost her keys.",
    ),
    Sign(
        "opening or end of an event",
        "predicate",
        lambda here: bool(EVENT_PREDICATE.match(here.after)),
        {"event": 2},
        example="Then [Green Quay] opens on Monday.",
    ),
    # The words after a comma or a hyphen.
    Sign(
        "clause with which",
        "which clause",
        lambda here: not here.mark.isalnum(),
        {"person": -2, "organization": 1},
        example="[Velmora], which grew, left.",
    ),
    Sign(
        # The death of Velmora, which was sudden: the clause can belong to the noun before.
        "clause with which after a name in mid-sentence",
        "which clause",
        lambda here: here.mark.isalnum(),
        {"person": -1},
        example="They mourn the loss of [Velmora], which was sudden.",
    ),
    Sign(
        "country after a comma",
        "comma after",
        _is_before_country,
        {"place": 2},
        example="Then [Velmora], Norway, was quiet.",
        group="comma after",
    ),
    Sign(
        "age after a comma",
        "comma after",
        lambda here: bool(AGE.match(here.after)),
        {"person": 5},
        example="Then [Velmora], 54, came.",
        group="comma after",
    ),
    Sign(
        "maker or place of manufacture",
        "comma after",
        lambda here: bool(MADE_BY.match(here.after)),
        {"product": 2},
        example="Then [Velmora], made in a shed, came.",
        group="comma after",
    ),
    Sign(
        "hyphen and a word",
        "hyphen after",
        lambda here: here.after[1:4].isalpha(),
        {"place": 0.5},
        example="Then [Velmora]-based ships came.",
    ),
)
