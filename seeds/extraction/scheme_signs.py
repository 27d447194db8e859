"""What is said of schemes whose names are words of English alone: Quiet Shore, Second Helping."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from seeds.extraction import votes as kinds
from seeds.extraction.context_after import apposed
from seeds.extraction.context_before import AUXILIARIES, QUOTES, Surroundings, noun
from seeds.extraction.lexicon import frequencies, is_place, lexicon
from seeds.extraction.tokens import head_noun
from seeds.extraction.votes import Vote

# No such name has more words.
MOST_WORDS = 4
LINKS = frozenset(("by", "for", "in", "to"))


@lru_cache(maxsize=16_384)
def may_be_scheme(words: tuple[str, ...]) -> bool:
    """Tell whether a name is words of English, none of which says that it is anything but a place."""
    if not 1 < len(words) <= MOST_WORDS or not all(word in frequencies() for word in words):
        return False
    is_other = lexicon().head_types.get(head_noun(words), "place") != "place"
    return not is_other and not any(map(is_place, (" ".join(words), *words)))


def votes_for_scheme(words: tuple[str, ...], around: Surroundings) -> Iterator[Vote]:
    """Vote by what stands around one place of a name that may be a scheme's."""
    known, before = lexicon(), around.before
    is_place_by_head = head_noun(words) in known.head_types
    if is_place_by_head and before and before[-1] == "the" and not _is_attribute(around):
        yield "policy", kinds.SCHEME_ARTICLE
    if before and before[-1] in known.scheme_verbs:
        yield "policy", kinds.SCHEME_VERB
    elif before[-2:-1] and before[-2] in known.enrolled and before[-1] in LINKS:
        yield "policy", kinds.ENROLLED
    if is_place_by_head and (around.first in known.schemes or apposed(around)[0] == "policy"):
        yield "policy", kinds.SCHEME_AFTER
    if _verb(around) in known.scheme_does:
        yield "policy", kinds.SCHEME_DOES


def _is_attribute(around: Surroundings) -> bool:
    """Tell whether the article before a name may be that of what follows, perhaps after quotes."""
    return noun(around.first) == "policy" or around.after.startswith(tuple(QUOTES))


def _verb(around: Surroundings) -> str:
    """Give the verb after a name, or after `which`."""
    relative = around.after.startswith((", which ", ", that "))
    following: Sequence[str] = around.after.split(None, 5)[2:5] if relative else around.following
    return next((word for word in following if word not in AUXILIARIES), "")
