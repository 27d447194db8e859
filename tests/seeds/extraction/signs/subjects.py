"""Names and contexts that the signs test, and the sums of their votes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from api.models import ENTITY_TYPES
from seeds.extraction.name_candidates import NameCandidate, find_candidates
from seeds.extraction.signs.context import Context, Usage
from seeds.extraction.signs.engine import SignEngine, SignSubject
from seeds.extraction.signs.name_form import ClusterName, NameForm, ShortenedName, UsedName
from seeds.extraction.signs.sign import Scope, Vote
from tests.support.extraction import LEXICON

ENGINE = SignEngine(LEXICON)


def candidates(text: str) -> list[NameCandidate]:
    """Return the name candidates of `text`."""
    return list(find_candidates(LEXICON, text))


def lower_words(name: str) -> tuple[str, ...]:
    """Return the words of `name` as the lexicon writes them."""
    return tuple(name.lower().replace(".", "").split())


def context_of(text: str, name: str) -> Context:
    """Return the context of the only mention of `name` in `text`; if the name is quoted, with its quotes."""
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
    """Return the type with the most votes; among equals, the first of `ENTITY_TYPES`."""
    return max(ENTITY_TYPES, key=lambda kind: votes.get(kind, 0))


def type_by_form(name: str, usage: Usage = "bare") -> str:
    """Return the type of a name without a context that is mostly used in one way."""
    words = lower_words(name)
    return winner(sum_votes([*ENGINE.form_votes(words, name), *ENGINE.usage_votes(words, usage)]))


def subject_of(scope: Scope, example: str) -> SignSubject:
    """Return what a sign with the scope `scope` tests in its example."""
    if scope in ("form", "form of a person"):
        return NameForm(LEXICON, lower_words(example), example)
    if scope == "cluster":
        return ClusterName(LEXICON, lower_words(example), example)
    context = marked_context(example)
    words: Sequence[str] = context.candidate.words
    name = " ".join(words)
    if scope in ("use", "unknown words"):
        return UsedName(LEXICON, words, name, context.usage)
    if scope == "short form":
        single_words = [each.words[0] for each in candidates(context.text) if len(each.words) == 1]
        return ShortenedName(LEXICON, words, name, single_words)
    return context
