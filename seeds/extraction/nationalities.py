"""Recognize nationalities that no list contains, such as Velmoran, by the ending and the use of the word."""

import re
from collections.abc import Container

from seeds.extraction.coreference import EntityCluster
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.signs.context import AUXILIARIES, DETERMINERS, Context

SUFFIX = re.compile(r"(?:ian|an|ean|ese|ish|i)s?$")
# The ends of all words that `SUFFIX` matches, for a fast check.
NATIONALITY_ENDINGS = ("an", "ans", "ese", "eses", "ish", "ishs", "i", "is")
# The suffixes that are sufficient without the name of the country in the same text.
CLEAR_SUFFIX = re.compile(r"(?:[bcdfghlmnprstvz](?:i|e)an|[dglnrstvz]an|[lnr]ese)s?$")
# The fewest letters before the ending.
MIN_STEM = 4
MIN_LENGTH = 6


def is_adjective_use(context: Context) -> bool:
    """Return True if the text uses the name in `context` like a nationality.

    Such a name precedes a noun (`Velmoran officials`) or means persons after an article (`the Velmorans`).
    """
    following = context.next
    if context.after.startswith("'"):
        return False
    if context.after[:2].strip()[:1].isupper():
        return True
    if context.last in DETERMINERS and (context.last != "the" or context.candidate.words[-1].endswith("s")):
        return True
    if not following or following in AUXILIARIES or following in context.lexicon.function_words:
        return False
    is_verb = following.endswith("ed") or following in context.lexicon.speech_verbs
    return not is_verb and not context.stands_alone


def is_nationality(lexicon: Lexicon, cluster: EntityCluster, words: Container[str]) -> bool:
    """Return True if `cluster` is a nationality: a single word such as Velmoran.

    `words`, the words of all names of the document, contain its country (Velmora), or each mention is used
    like an adjective.
    """
    word = cluster.words[0]
    if len(cluster.words) > 1 or cluster.is_titled or lexicon.is_place(word) or not word.isalpha():
        return False
    if len(word) < MIN_LENGTH or not SUFFIX.search(word) or not cluster.name[1:].islower():
        return False
    stem = SUFFIX.sub("", word)
    if len(stem) >= MIN_STEM and any(form in words for form in _countries(stem)):
        return True
    if word in lexicon.family_names or word in lexicon.possible_given_names:
        return False
    mentions = sum(cluster.usage_counts.values())
    return bool(CLEAR_SUFFIX.search(word)) and mentions > 0 and cluster.adjective_count == mentions


def _countries(stem: str) -> tuple[str, ...]:
    """Return possible names of the country of a nationality, such as `velmora` for the stem `velmor`."""
    return (stem, *(stem + end for end in ("a", "e", "ia", "y", "o", "land", "is", "u", "istan")))
