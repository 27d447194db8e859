"""Apply all signs to a name and the words around it.

A sign is a rule that votes for the type of a name. For example, Bank in a name is a sign of an organization.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

from seeds.extraction.candidates.name_candidates import NameCandidate
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.signs import following_signs, form_signs, preceding_signs, scheme_signs, usage_signs
from seeds.extraction.signs.context import Context, Usage
from seeds.extraction.signs.name_form import ClusterName, NameForm, ShortenedName, UsedName
from seeds.extraction.signs.scheme_signs import can_be_scheme
from seeds.extraction.signs.sign import Found, Scope, Sign, Vote

SIGNS: tuple[Sign[Any], ...] = (
    *form_signs.SIGNS,
    *usage_signs.SIGNS,
    *usage_signs.SHORT_FORM_SIGNS,
    *usage_signs.CLUSTER_SIGNS,
    *preceding_signs.SIGNS,
    *following_signs.SIGNS,
    *scheme_signs.SIGNS,
)
"""The table of all signs."""

# The number of names whose votes are cached.
CACHE_SIZE = 4_096
# The signs of a group. Only the first sign that is present votes.
Group = Sequence[Sign[Any]]


class SignSubject(Protocol):
    """What a sign tests: a name, or the words around one mention of a name.

    A sign is a rule that votes for the type of a name.
    """

    @property
    def scopes(self) -> Sequence[Scope]:
        """The kinds of parts that the name or its context has, such as `head noun` or `title`.

        Only signs (rules for the type of a name) with one of these scopes are tested.
        """


class SignEngine:
    """Returns the votes of all signs for the type of a name.

    A sign is a rule that tests the name, or the words around one mention, and votes for entity types.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._groups = _group_by_scope(SIGNS)
        self.form_votes = lru_cache(maxsize=CACHE_SIZE)(self._form_votes)
        self.usage_votes = lru_cache(maxsize=CACHE_SIZE)(self._usage_votes)
        self.cluster_votes = lru_cache(maxsize=CACHE_SIZE)(self._cluster_votes)
        self._can_be_scheme = lru_cache(maxsize=CACHE_SIZE)(self._check_scheme)

    def find_signs(self, subject: SignSubject) -> Iterator[tuple[Sign[Any], Found]]:
        """Yield `(sign, result)` for each sign that applies to `subject`, a name or the words around a name.

        A sign is a rule that votes for the type of a name. Of each group of signs, only the first that
        applies is yielded.
        """
        for scope in subject.scopes:
            for group in self._groups[scope]:
                for sign in group:
                    found = sign.test(subject)
                    if found:
                        yield sign, found
                        break

    def _votes(self, subject: SignSubject) -> list[Vote]:
        votes: list[Vote] = []
        for sign, found in self.find_signs(subject):
            votes += sign.votes_if_true if found is True else sign.votes_for(found)
        return votes

    def _form_votes(self, words: tuple[str, ...], text: str) -> Sequence[Vote]:
        """Return the votes that the words of a name give for its type, such as Bank in Bank of Bern.

        `words` are in lower case, and `text` is the name as written. A vote is an entity type and a weight.
        """
        return self._votes(NameForm(self._lexicon, words, text))

    def _usage_votes(self, words: tuple[str, ...], usage: Usage) -> Sequence[Vote]:
        """Return the votes for the type of a name that the document mostly uses in the way `usage`.

        An example of `usage` is `quoted`. `words` are the words of the name in lower case. A vote is an
        entity type and a weight.
        """
        return self._votes(UsedName(self._lexicon, words, usage))

    def short_form_votes(self, words: tuple[str, ...], single_words: Container[str]) -> Sequence[Vote]:
        """Return the votes for the type of a name that the document also uses in a shorter form.

        The last word alone suggests a person (Ekkelund for Tovrik Ekkelund). The first word alone suggests an
        organization.

        Args:
            words: The words of the name in lower case.
            single_words: The words that the document uses alone as names.
        """
        # Most names have no shorter form.
        if words[0] not in single_words and words[-1] not in single_words:
            return ()
        return self._votes(ShortenedName(self._lexicon, words, single_words))

    def _cluster_votes(self, words: tuple[str, ...]) -> Sequence[Vote]:
        """Return the votes for the type of an entity, given the words of the longest form of its name.

        For example, an entity whose longest name is a single word is less likely to be a person.
        """
        return self._votes(ClusterName(words))

    def read_context(self, text: str, candidate: NameCandidate) -> Context:
        """Return the words around `candidate`, a mention of a name in `text`, for `context_votes`."""
        context = Context(self._lexicon, text, candidate)
        if context.is_multiword and self._can_be_scheme(candidate.words):
            context.scopes = (*context.scopes, "scheme")
        return context

    def context_votes(self, context: Context) -> Sequence[Vote]:
        """Return the votes for the type of a name from the words around one mention.

        A vote is a pair of an entity type and a weight. `context` contains the words.
        """
        return self._votes(context)

    def _check_scheme(self, words: tuple[str, ...]) -> bool:
        return can_be_scheme(self._lexicon, words)


def _group_by_scope(signs: Iterable[Sign[Any]]) -> Mapping[Scope, Sequence[Group]]:
    """Return the groups of signs for each scope. A sign is a rule that votes for the type of a name.

    A scope is the kind of part that a sign tests, such as `head noun`. Of a group, only the first sign that
    applies counts.
    """
    groups: dict[Scope, list[list[Sign[Any]]]] = {}
    previous = ""
    for sign in signs:
        same_scope = groups.setdefault(sign.scope, [])
        if sign.group and sign.group == previous:
            same_scope[-1].append(sign)
        else:
            same_scope.append([sign])
        previous = sign.group
    return groups
