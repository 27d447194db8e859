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
        scope: The part of the name or of the words around it that the sign tests, such as `head noun`. The
            sign is tested only if this part is present.
        test: A function that takes the name or the words around it. If the sign does not apply, the function
            returns False, None or 0. If the sign applies, there are two cases. If `votes` is a single weight,
            the function returns the entity type that gets this weight. Otherwise, it returns a number, which
            multiplies the weights in `votes`, or True, which leaves the weights as they are.
        votes: The weight for each entity type, or a single weight for the type that the test returns.
        example: A name, or a sentence with a name in square brackets. Tests check that the sign applies.
        expected: The weight for each entity type that the example must get. None means the weights in
            `votes`.
        group: A label that several adjacent signs of the table share, or an empty string. If several signs
            with the same label apply, only the first of them votes.
        votes_if_true: The votes that are cast if the test returns True, as pairs of an entity type and a
            weight. Computed from `votes`. Empty if `votes` is a single weight.
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

        `found` is the result of the sign's test, neither False nor None. There are three cases:

        - `votes` is a single weight: `found` is an entity type, and this type gets the weight.
        - `votes` has a weight for each type, and `found` is a number: each weight is multiplied by this
          number.
        - `votes` has a weight for each type, and `found` is anything else: each type gets its weight.
        """
        if not isinstance(self.votes, Mapping):
            return ((str(found), self.votes),)
        if found is True or not isinstance(found, float | int):
            return self.votes_if_true
        return tuple((kind, weight * found) for kind, weight in self.votes.items())
