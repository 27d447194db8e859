"""The class `Sign`: a rule that votes for the type of a name, such as person or place.

The modules of this package contain tables with one row for each sign.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, TypeVar

Vote = tuple[str, float]
"""An entity type and the weight of the vote for this type; a negative weight is a vote against the type."""
Found = bool | float | str | None
"""The result of a test; see `Sign.test`."""
Scope = Literal[
    # The name alone; see `NameForm`.
    "gazetteer",
    "head noun",
    "first word",
    "personal name",
    "number or letter",
    "suffix",
    "capitals",
    # How the text mostly uses the name; see `UsedName`.
    "single word",
    "quoted name",
    "name after an article",
    "attribute",
    "unknown words",
    "unknown words after an article",
    # All forms of the name; see `ShortenedName` and `ClusterName`.
    "short form",
    "cluster",
    # The words before one mention of the name; see `Context`.
    "title",
    "preposition",
    "word before",
    "noun before",
    "article before",
    "comma before",
    "word and of",
    "word and at",
    "word and from or to",
    "word and called",
    # The words after the mention.
    "apposition",
    "who clause",
    "possession",
    "next noun",
    "next verb",
    "pronoun after",
    "predicate",
    "which clause",
    "comma after",
    "hyphen after",
    # The words before and after the mention, if the name can be that of a scheme.
    "scheme",
]
"""The part of a name or of its context that a sign tests."""
Subject = TypeVar("Subject")


@dataclass(frozen=True, slots=True, eq=False)
class Sign(Generic[Subject]):
    """A rule that votes for the type of a name. For example, a title before a name votes for a person.

    Attributes:
        name: A short description of the sign.
        scope: The part that the sign tests, such as `head noun`. The sign is tested only if this part is
            present.
        test: A function of the name or the words around it. The result is False, None or 0 if the sign does
            not apply. Otherwise, `votes_for` takes the result.
        votes: The weight for each entity type, or a single weight for the type that the test returns.
        example: A name, or a sentence with a name in square brackets, that the sign applies to.
        expected: The weights that the example must get. None means the weights in `votes`.
        group: A label of adjacent signs, or an empty string. Of a group, only the first sign that applies
            counts.
        votes_if_true: `votes` as pairs of an entity type and a weight. Empty if `votes` is a single weight.
    """

    name: str
    scope: Scope
    test: Callable[[Subject], Found]
    votes: Mapping[str, float] | float
    example: str
    expected: Mapping[str, float] | None = None
    group: str = ""

    votes_if_true: tuple[Vote, ...] = field(init=False)

    def __post_init__(self) -> None:
        votes = tuple(self.votes.items()) if isinstance(self.votes, Mapping) else ()
        object.__setattr__(self, "votes_if_true", votes)

    def votes_for(self, found: Found) -> tuple[Vote, ...]:
        """Return the votes of this sign, as pairs of an entity type and a weight.

        `found` is the result of the sign's test:

        - If `votes` is a single weight, `found` is the entity type that gets it.
        - If `found` is a number, it multiplies the weights in `votes`.
        - Otherwise, each type gets its weight in `votes`.
        """
        if not isinstance(self.votes, Mapping):
            return ((str(found), self.votes),)
        if found is True or not isinstance(found, float | int):
            return self.votes_if_true
        return tuple((kind, weight * found) for kind, weight in self.votes.items())
