"""A name by itself: its words, and what the lexicon knows of them. The signs of form test this."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import cached_property

from seeds.extraction.lexicon import Lexicon
from seeds.extraction.signs.context import Usage
from seeds.extraction.signs.sign import Scope

# The most words of a person's name.
MAX_PERSON_WORDS = 4


@dataclass(eq=False)
class NameForm:
    """A name by itself.

    Attributes:
        lexicon: The words that extraction knows.
        words: The words of the name as the lexicon writes them.
        text: The name as the text writes it.
    """

    lexicon: Lexicon
    words: Sequence[str]
    text: str

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Where signs can look."""
        is_person_form = 1 < len(self.words) <= MAX_PERSON_WORDS and not self.is_well_known_place
        return ("form", "form of a person") if is_person_form else ("form",)

    @cached_property
    def is_well_known_place(self) -> bool | None:
        """True if the name is a well-known place, False if it is another place, None if it is not a place."""
        return self.lexicon.is_well_known_place(self.text)

    @cached_property
    def head(self) -> str:
        """The head noun, or an empty string."""
        return self.lexicon.head_noun(self.words)

    @property
    def last(self) -> str:
        """The last word."""
        return self.words[-1]

    @cached_property
    def are_english(self) -> Sequence[bool]:
        """For each word, whether it is an English word."""
        return [word in self.lexicon.frequencies for word in self.words]


@dataclass(eq=False)
class UsedName(NameForm):
    """A name and how the text mostly uses it."""

    usage: Usage

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Where signs can look: the words if neither the head noun nor the gazetteer tells the type."""
        known, is_single = self.lexicon, len(self.words) == 1
        is_unknown = not is_single and self.usage != "quoted" and self.head not in known.head_types
        return ("use", "unknown words") if is_unknown and not known.is_place(self.text) else ("use",)


@dataclass(eq=False)
class ShortenedName(NameForm):
    """A name, and the words that the text uses alone."""

    single_words: Container[str]

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Where signs can look: the short form if it is either the first or the last word."""
        is_short = (self.words[0] in self.single_words) != (self.last in self.single_words)
        is_person_length = 1 < len(self.words) <= MAX_PERSON_WORDS
        return ("short form",) if is_short and is_person_length else ()

    @property
    def is_last_word(self) -> bool:
        """True if the short form is the last word, False if it is the first."""
        return self.last in self.single_words


@dataclass(eq=False)
class ClusterName(NameForm):
    """A name that is not a shorter form of another name."""

    @cached_property
    def scopes(self) -> tuple[Scope, ...]:
        """Where signs can look."""
        return ("cluster",)
