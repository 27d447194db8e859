"""Rules (signs) that read the words before a mention and vote for the type of the name.

For example, an office such as Minister is a sign of a person.
"""

from seeds.extraction.signs.context import Context, words_before
from seeds.extraction.signs.sign import Sign

# Prepositions that, before an article, do not indicate a place: in the Board, but across the Velmora.
GENERAL_PREPOSITIONS = frozenset(("at", "between", "from", "in", "inside", "into", "through", "to"))
# The last word before an example: villages like Bern, villages such as Bern, villages including Bern.
EXAMPLE_WORDS = frozenset(("as", "include", "included", "including", "like"))
# Changes of the weight of a preposition. The shares are factors.
ATTRIBUTE_SHARE = 0.4  # If the name is an attribute: in Velmora shops.
ENGLISH_NAME_SHARE = 0.3  # If the name is several English words: in Internet Explorer.
LIST_SHARE = 0.75  # For each step from the first name of a list to the next.
FROM_TO_WEIGHT = 0.5  # Added by a `to` after the name: from Velmora to the hills.


def _place_preposition(here: Context) -> float:
    """Return how strongly the preposition or verb before a name suggests a place: `across Velmora`.

    Return 0 if no such word stands before the name. In a list (`in Bern and Velmora`), use the word before
    the list. The weight is reduced if the name modifies a noun (`in Velmora shops`), and if the name consists
    of several English words.

    Args:
        here: The context of the name.
    """
    weight = _preposition_weight(here)
    if not weight:
        return 0
    words, frequencies = here.candidate.words, here.lexicon.frequencies
    share = 1 if here.stands_alone else ATTRIBUTE_SHARE
    # The name of a place with several English words usually has a head noun.
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
    kind = here.lexicon.verbs_before.get(here.link)
    return None if here.linked in ("named", "called") else kind


def _exemplified_type(here: Context) -> str | None:
    """Return the entity type of the plural noun before `like`, `such as` or `including`, or None.

    For `villages like Velmora`, return `place`. `here` is the context of the name.
    """
    before = here.before
    if here.last not in EXAMPLE_WORDS or len(before) < 2:
        return None
    noun = before[-3] if before[-2:] == ["such", "as"] and len(before) > 2 else before[-2]
    return here.lexicon.noun_type(noun) if noun.endswith("s") else None


def _owner_type(here: Context) -> str | None:
    lexicon, word = here.lexicon, here.linked or ""
    return lexicon.possessed_nouns.get(word) or ("place" if lexicon.noun_type(word) == "place" else None)


def _is_person_linked(here: Context) -> bool:
    word = here.linked or ""
    return here.lexicon.noun_type(word) == "person" and word not in here.lexicon.movement_words


SIGNS: tuple[Sign[Context], ...] = (
    Sign(
        "office or form of address",
        "title",
        lambda here: here.candidate.title is not None,
        {"person": 6},
        example="Then Dr [Velmora] came.",
    ),
    Sign(
        # The test returns the weight of the preposition from the lexicon.
        "preposition of place",
        "preposition",
        _place_preposition,
        {"place": 1},
        example="They live in [Velmora] now.",
        expected={"place": 3},
    ),
    Sign(
        "common noun",
        "noun before",
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
        # A product exists in many copies, so `a` can precede its name.
        "indefinite article",
        "article before",
        lambda here: here.last != "the" and here.stands_alone,
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
        "article before",
        lambda here: here.link == "at",
        {"event": 0.7},
        example="They spoke at the [Velmora] there.",
    ),
    Sign(
        "noun and an example",
        "word before",
        _exemplified_type,
        4,
        example="They know villages like [Velmora] there.",
        expected={"place": 4},
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
)
