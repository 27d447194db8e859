"""Signs in the context of a mention: the words before and after the name."""

import re

from seeds.extraction.signs.context import Context, words_before
from seeds.extraction.signs.sign import Sign
from seeds.extraction.tokens import UPPER

# Prepositions that tell nothing about a place before an article: in the Board, but across the Velmora.
GENERAL_PREPOSITIONS = frozenset(("at", "between", "from", "in", "inside", "into", "through", "to"))
# The share of a preposition's weight for an attribute, `in … shops`; for a name of several English words,
# `in Internet Explorer`; and for the later names of a list. What `from … to` adds.
ATTRIBUTE_SHARE, ENGLISH_NAME_SHARE, LIST_SHARE, FROM_TO_WEIGHT = 0.4, 0.3, 0.75, 0.5
MADE_BY = re.compile(r", (?:also )?(?:built|designed|developed|made|manufactured) (?:and \w+ )?(?:by|in)\b")
AGE = re.compile(r", (?:aged )?[1-9]\d[,.;]")
COUNTRY = re.compile(rf", ([{UPPER}][\w.-]+)(?: ([{UPPER}][\w.-]+))?")
EVENT_PREDICATE = re.compile(
    r" (?:opens|opened|begins|began|starts|started|ends|ended|(?:will be|was|is) held|takes place|took place)"
    r"(?=[.,;]| (?:on|in|at|next|this|tomorrow)\b)"
)


def _place_preposition(here: Context) -> float:
    """Return the weight of the preposition before a name, or before the list with the name."""
    weight = _preposition_weight(here)
    if not weight:
        return 0
    words, frequencies = here.candidate.words, here.lexicon.frequencies
    share = 1 if here.stands_alone else ATTRIBUTE_SHARE
    # Places of several English words have a head noun.
    is_english = len(words) > 1 and all(word in frequencies for word in words)
    return weight * (share * ENGLISH_NAME_SHARE if is_english else share)


def _preposition_weight(here: Context) -> float:
    candidate, before = here.candidate, here.before
    if here.last == "from" and here.after.startswith(" to "):
        return here.lexicon.place_prepositions["from"] + FROM_TO_WEIGHT
    share = 1.0
    while True:
        last, previous = before[-1] if before else "", before[-2] if len(before) > 1 else ""
        if last == "in" and previous in here.lexicon.investment_words:
            return 0
        if last == "the" and previous not in GENERAL_PREPOSITIONS:
            last = previous
        weight = here.lexicon.place_prepositions.get(last, 0)
        if weight or candidate.previous is None:
            return share * weight
        candidate, share = candidate.previous, share * LIST_SHARE
        before, _ = words_before(here.text, candidate)


def _listed_noun(here: Context) -> str | None:
    kind = here.noun_before
    is_enclosed = kind == "organization" and here.after[:1] == ","
    return kind if kind == "person" or is_enclosed else None


def _verb_before(here: Context) -> str | None:
    is_naming = here.linked in ("named", "called")
    return None if is_naming else here.lexicon.verbs_before.get(here.link)


def _owner_type(here: Context) -> str | None:
    lexicon, word = here.lexicon, here.linked or ""
    return lexicon.possessed_nouns.get(word) or ("place" if lexicon.noun_type(word) == "place" else None)


def _is_person_linked(here: Context) -> bool:
    word = here.linked or ""
    return here.lexicon.noun_type(word) == "person" and word not in here.lexicon.movement_words


def _is_before_country(here: Context) -> bool:
    found, is_place = COUNTRY.match(here.after), here.lexicon.is_place
    return found is not None and (is_place(found.group(1)) or is_place(found.group()[2:]))


SIGNS: tuple[Sign[Context], ...] = (
    # Before the name.
    Sign(
        "office or form of address",
        "title",
        lambda here: here.candidate.title is not None,
        {"person": 6},
        example="Then Dr [Velmora] came.",
    ),
    Sign(
        # The weight is in the lexicon.
        "preposition of place",
        "preposition",
        _place_preposition,
        {"place": 1},
        example="They live in [Velmora] now.",
        expected={"place": 3},
    ),
    Sign(
        "common noun",
        "word before",
        lambda here: here.noun_before,
        3,
        example="They took the drug [Velmora] there.",
        expected={"product": 3},
    ),
    Sign(
        "common noun and a comma",
        "comma before",
        _listed_noun,
        2,
        example="They met the actor, [Velmora], there.",
        expected={"person": 2},
    ),
    Sign(
        # A product is one of many.
        "indefinite article",
        "word before",
        lambda here: here.last in ("a", "an") and here.stands_alone,
        {"product": 1},
        example="They took a [Velmora] there.",
    ),
    Sign(
        "verb or preposition that takes a type",
        "word before",
        _verb_before,
        1,
        example="They unveiled [Velmora] there.",
        expected={"product": 1},
    ),
    Sign(
        "at with an article",
        "word before",
        lambda here: here.has_article and here.link == "at",
        {"event": 0.7},
        example="They spoke at the [Velmora] there.",
    ),
    Sign(
        "possessed noun and of",
        "word and of",
        _owner_type,
        2,
        example="They saw the suburbs of [Velmora] there.",
        expected={"place": 2},
    ),
    Sign(
        "person and at",
        "word and at",
        lambda here: not here.has_article and _is_person_linked(here),
        {"organization": 1.5},
        example="They met a lawyer at [Velmora] there.",
    ),
    Sign(
        "other word and at",
        "word and at",
        lambda here: not here.has_article and not _is_person_linked(here),
        {"place": 0.7},
        example="There is a quay at [Velmora] there.",
    ),
    Sign(
        "movement",
        "word and from or to",
        lambda here: here.linked in here.lexicon.movement_words,
        {"place": 1.5},
        example="They sailed from [Velmora] again.",
    ),
    Sign(
        "noun and called",
        "word and called",
        lambda here: here.lexicon.noun_type(here.linked or ""),
        3,
        example="It is a scheme called [Velmora] there.",
        expected={"policy": 3},
    ),
    # After the name: an apposition.
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
        "who",
        "who clause",
        lambda here: not here.is_oblique and here.after.startswith(", who "),
        {"person": 4},
        example="Then [Velmora], who sang, came.",
    ),
    Sign(
        "who after a preposition",
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
        # Its place or its owner.
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
        lambda here: here.is_full and here.next in here.lexicon.named_product_nouns,
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
        # The product or its maker.
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
        lambda here: here.is_full and here.verb in here.lexicon.speech_verbs,
        {"person": 2, "organization": 1},
        example="Then [Tovrik Ekkelund] said so.",
    ),
    Sign(
        "verb of speech after one word",
        "next verb",
        lambda here: not here.is_full and here.verb in here.lexicon.speech_verbs,
        {"person": 1, "organization": 1.5},
        example="Then [Velmora] said so.",
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
        "its",
        "predicate",
        lambda here: here.pronoun == "its",
        {"person": -1.5, "organization": 1},
        example="Then [Velmora] hopes to keep its ships.",
    ),
    Sign(
        "pronoun of a person",
        "predicate",
        lambda here: here.pronoun not in ("", "its"),
        {"person": 1.5},
        example="Then [Velmora] had often lost her keys.",
    ),
    Sign(
        "opening or end of an event",
        "predicate",
        lambda here: here.is_full and bool(EVENT_PREDICATE.match(here.after)),
        {"event": 2},
        example="Then [Green Quay] opens on Monday.",
    ),
    # What follows a comma or a hyphen.
    Sign(
        "which",
        "which clause",
        lambda here: not here.mark.isalnum(),
        {"person": -2, "organization": 1},
        example="[Velmora], which grew, left.",
    ),
    Sign(
        # The death of Velmora, which was sudden: the clause can belong to the noun before.
        "which after a name in mid-sentence",
        "which clause",
        lambda here: here.mark.isalnum(),
        {"person": -1},
        example="They mourn the loss of [Velmora], which was sudden.",
    ),
    Sign(
        "country",
        "comma after",
        _is_before_country,
        {"place": 2},
        example="Then [Velmora], Norway, was quiet.",
        group="comma after",
    ),
    Sign(
        "age",
        "comma after",
        lambda here: bool(AGE.match(here.after)),
        {"person": 5},
        example="Then [Velmora], 54, came.",
        group="comma after",
    ),
    Sign(
        "made by",
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
