"""Names and contexts for the tests of signs, and the sums of votes."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from api.models import ENTITY_TYPES
from seeds.extraction.name_candidates import NameCandidate, find_candidates
from seeds.extraction.signs import form_signs, usage_signs
from seeds.extraction.signs.context import Context, Usage
from seeds.extraction.signs.engine import SignEngine, SignSubject
from seeds.extraction.signs.name_form import ClusterName, NameForm, ShortenedName, UsedName
from seeds.extraction.signs.sign import Sign, Vote
from tests.support.extraction import LEXICON

ENGINE = SignEngine(LEXICON)


def candidates(text: str) -> list[NameCandidate]:
    """Return the name candidates of `text`."""
    return list(find_candidates(LEXICON, text))


def lower_words(name: str) -> tuple[str, ...]:
    """Return the words of `name` as the lexicon writes them."""
    return tuple(name.lower().replace(".", "").split())


def context_of(text: str, name: str) -> Context:
    """Return the context of the only mention of `name` in `text`, including quotation marks around it."""
    found = [each for each in candidates(text) if each.text == name]
    (candidate,) = [each for each in found if each.is_quoted] or found
    return ENGINE.read_context(text, candidate)


def marked_context(example: str) -> Context:
    """Return the context of the name that `example` has in square brackets."""
    start = example.index("[")
    text = example.replace("[", "").replace("]", "")
    found = [each for each in candidates(text) if each.start == start]
    return ENGINE.read_context(text, found[-1])


def sum_votes(votes: Iterable[Vote]) -> dict[str, float]:
    """Return the sum of the votes for each type that has votes."""
    sums: defaultdict[str, float] = defaultdict(float)
    for kind, weight in votes:
        sums[kind] += weight
    return dict(sums)


def winner(votes: dict[str, float]) -> str:
    """Return the type with the most votes. If types are equal, the first of `ENTITY_TYPES` wins."""
    return max(ENTITY_TYPES, key=lambda kind: votes.get(kind, 0))


def type_by_form(name: str, usage: Usage = "bare") -> str:
    """Return the type of a name without a context. In its text, the name is mostly used as in `usage`."""
    words = lower_words(name)
    return winner(sum_votes([*ENGINE.form_votes(words, name), *ENGINE.usage_votes(words, usage)]))


def subject_of(sign: Sign[Any]) -> SignSubject:
    """Return the subject that a sign tests in its example."""
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
