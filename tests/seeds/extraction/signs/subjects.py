"""Functions that make names and contexts for tests of signs, and that add up the votes of signs.

A sign is a rule about the words of a name, or about the words around the name. If the rule applies, the sign
votes for an entity type with a weight.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from api.models import ENTITY_TYPES
from api.text_folding import fold_characters
from seeds.extraction.candidates.name_candidates import NameCandidate, find_candidates
from seeds.extraction.signs import form_signs, usage_signs
from seeds.extraction.signs.context import Context, Usage
from seeds.extraction.signs.engine import SignEngine, SignSubject
from seeds.extraction.signs.name_form import ClusterName, NameForm, ShortenedName, UsedName
from seeds.extraction.signs.sign import Sign, Vote
from tests.support.extraction import LEXICON

ENGINE = SignEngine(LEXICON)


def candidates(text: str) -> list[NameCandidate]:
    """Return the parts of `text` that can be names, such as sequences of capitalised words."""
    return list(find_candidates(LEXICON, fold_characters(text)))


def lower_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case and without full stops, as in the word lists."""
    return tuple(name.lower().replace(".", "").split())


def context_of(text: str, name: str) -> Context:
    """Return the words around `name` in `text`.

    If `text` repeats the name, exactly one occurrence must be in quotation marks.
    """
    found = [each for each in candidates(text) if each.text == name]
    (candidate,) = [each for each in found if each.is_quoted] or found
    return ENGINE.read_context(fold_characters(text), candidate)


def marked_context(example: str) -> Context:
    """Return the words around a name. In `example`, the name is in brackets: `They met [Velmora] again.`"""
    start = example.index("[")
    text = example.replace("[", "").replace("]", "")
    found = [each for each in candidates(text) if each.start == start]
    return ENGINE.read_context(text, found[-1])


def sum_votes(votes: Iterable[Vote]) -> dict[str, float]:
    """Add up the weights of votes by entity type. A vote is a pair of a type and a weight."""
    sums: defaultdict[str, float] = defaultdict(float)
    for kind, weight in votes:
        sums[kind] += weight
    return dict(sums)


def winner(votes: dict[str, float]) -> str:
    """Return the entity type with the highest sum of weights.

    `votes` has the sum for each type. If several types have the highest sum, return the first of them in
    `ENTITY_TYPES`.
    """
    return max(ENTITY_TYPES, key=lambda kind: votes.get(kind, 0))


def type_by_form(name: str, usage: Usage = "bare") -> str:
    """Return the entity type that a name has according to its own words, without the words around it.

    `usage` is how the text mostly uses the name, such as `quoted`.
    """
    words = lower_words(name)
    return winner(sum_votes([*ENGINE.form_votes(words, name), *ENGINE.usage_votes(words, usage)]))


def subject_of(sign: Sign[Any]) -> SignSubject:
    """Return what `sign` examines in its example: a name or the words around a name.

    A sign is a rule for the type of a name. Its field `example` is a name, or a sentence with a marked name.
    """
    if sign in form_signs.SIGNS:
        return NameForm(LEXICON, lower_words(sign.example), sign.example)
    context = marked_context(sign.example)
    words = context.candidate.words
    if sign in usage_signs.SIGNS:
        return UsedName(LEXICON, words, context.usage)
    if sign in usage_signs.SHORT_FORM_SIGNS:
        single_words = [each.words[0] for each in candidates(context.text) if len(each.words) == 1]
        return ShortenedName(LEXICON, words, single_words)
    return ClusterName(words) if sign in usage_signs.CLUSTER_SIGNS else context
