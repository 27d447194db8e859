"""Signs for schemes: policies whose names consist only of English words, such as Quiet Shore.

A sign is a rule that votes for or against an entity type, here `policy`.
"""

from seeds.extraction.lexicon import Lexicon
from seeds.extraction.signs.context import QUOTATION_MARKS, Context, first_verb
from seeds.extraction.signs.sign import Sign

# The most words in the name of a scheme.
MAX_SCHEME_WORDS = 4
LINKS = frozenset(("by", "for", "in", "to"))


def can_be_scheme(lexicon: Lexicon, words: tuple[str, ...]) -> bool:
    """Return True if `words` can be the name of a scheme, such as a support programme: `quiet shore`.

    `words` are two to four English words in lower case, none of them a place. The head noun must not indicate
    another type, as in `quiet board`.
    """
    if not 1 < len(words) <= MAX_SCHEME_WORDS or not all(word in lexicon.frequencies for word in words):
        return False
    has_other_type = lexicon.head_types.get(lexicon.head_noun(words), "place") != "place"
    return not has_other_type and not any(map(lexicon.is_place, (" ".join(words), *words)))


def _has_head(here: Context) -> bool:
    """Return True if the head noun of a name indicates an entity type, as `coast` indicates a place.

    The head noun says what the name refers to. `here` is the context of the name.
    """
    # The name can be that of a scheme, so the type can only be a place; see `can_be_scheme`.
    return here.lexicon.head_noun(here.candidate.words) in here.lexicon.head_types


def _has_own_article(here: Context) -> bool:
    """Return True if `the` precedes the name and belongs to the name, as in `the Quiet Shore`.

    In `the Quiet Shore scheme`, `the` belongs to `scheme`. Return False for a name in quotation marks.
    """
    is_attribute = here.lexicon.noun_type(here.next) == "policy"
    return here.last == "the" and not is_attribute and not here.after.startswith(tuple(QUOTATION_MARKS))


def _is_enrolled(here: Context) -> bool:
    previous = here.before[-2] if len(here.before) > 1 else ""
    return here.last in LINKS and previous in here.lexicon.enrolment_words


SIGNS: tuple[Sign[Context], ...] = (
    Sign(
        "article and the head noun of a place",
        "scheme",
        lambda here: _has_head(here) and _has_own_article(here),
        {"policy": -3},
        example="They swam at the [Salty Coast] again.",
    ),
    Sign(
        "verb that takes a scheme",
        "scheme",
        lambda here: here.last in here.lexicon.scheme_verbs_before,
        {"policy": 1.5},
        example="They suspended [Quiet Lantern] again.",
        group="scheme",
    ),
    Sign(
        "enrolment",
        "scheme",
        _is_enrolled,
        {"policy": 2},
        example="They are enrolled in [Quiet Lantern] now.",
        group="scheme",
    ),
    Sign(
        "noun of schemes after the head noun of a place",
        "scheme",
        lambda here: (
            _has_head(here) and (here.next in here.lexicon.scheme_nouns or here.apposition == "policy")
        ),
        {"policy": 4.5},
        example="They joined the [Salty Coast] scheme.",
    ),
    Sign(
        "verb whose subject is a scheme",
        "scheme",
        lambda here: first_verb(here.after) in here.lexicon.scheme_verbs_after,
        {"policy": 1},
        example="Then [Quiet Lantern], which pays them, came.",
    ),
)
