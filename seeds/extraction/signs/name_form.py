"""Objects that describe a name itself: its words, its spelling, and how the document uses it.

Signs (rules that vote for the type of the name) test these objects.
"""

from collections.abc import Container, Sequence

from seeds.extraction.lexicon import Lexicon
from seeds.extraction.person_names import without_generation
from seeds.extraction.signs.context import Usage
from seeds.extraction.signs.sign import Scope

# The most words in the name of a person.
MAX_PERSON_WORDS = 4


class NameForm:
    """The words and the spelling of a name, for signs (rules that vote for the type of the name).

    Attributes:
        words: The words of the name in lower case, without Jr., Sr. or III.
        text: The name as the document writes it.
        last: The last word.
        head: The head noun, such as `bank` in Bank of Bern, or an empty string for a single word.
        is_well_known_place: True for a well-known place, False for any other place, None for other names.
        suffix_type: The entity type that the ending of the last word indicates, or None.
        scopes: The parts that the name contains, such as `head noun`. Only signs with these scopes are
            tested.
    """

    __slots__ = ("head", "is_well_known_place", "last", "lexicon", "scopes", "suffix_type", "text", "words")

    def __init__(self, lexicon: Lexicon, words: tuple[str, ...], text: str) -> None:
        self.lexicon, self.text = lexicon, text
        self.words = words = without_generation(words)
        self.last, self.head = words[-1], lexicon.head_noun(words)
        self.is_well_known_place = lexicon.is_well_known_place(text)
        self.suffix_type = lexicon.suffix_type(self.last)
        self.scopes = self._find_scopes()

    def _find_scopes(self) -> Sequence[Scope]:
        words, lexicon = self.words, self.lexicon
        scopes: list[Scope] = ["capitals"]
        if self.is_well_known_place is not None:
            scopes.append("gazetteer")
        if self.head in lexicon.head_types:
            scopes.append("head noun")
        if len(words) > 1 and words[0] in lexicon.first_words:
            scopes.append("first word")
        if 1 < len(words) <= MAX_PERSON_WORDS and not self.is_well_known_place:
            scopes.append("personal name")
        if self.suffix_type:
            scopes.append("suffix")
        if len(self.last) == 1 or not self.last.isalpha():
            scopes.append("number or letter")
        return scopes


class UsedName:
    """A name and how the document mostly uses it, for signs (rules that vote for the type of the name).

    Attributes:
        words: The words of the name in lower case, without Jr., Sr. or III.
        usage: How the document mostly uses the name; see `Usage`.
        last: The last word.
        head: The head noun, such as `bank` in Bank of Bern, or an empty string for a single word.
        are_english: For each word, True if the word is English.
        scopes: The kinds of usage that apply, such as `quoted name`. Only signs with these scopes are tested.
    """

    __slots__ = ("are_english", "head", "last", "lexicon", "scopes", "usage", "words")

    def __init__(self, lexicon: Lexicon, words: tuple[str, ...], usage: Usage) -> None:
        self.lexicon, self.usage = lexicon, usage
        self.words = words = without_generation(words)
        self.last, self.head = words[-1], lexicon.head_noun(words)
        self.are_english = [word in lexicon.frequencies for word in words]
        self.scopes: Sequence[Scope] = [*self._scopes_of_words(), *self._scopes_of_usage()]

    def _scopes_of_words(self) -> Sequence[Scope]:
        if len(self.words) == 1:
            return ("single word",)
        is_known = self.head in self.lexicon.head_types or self.lexicon.is_place(" ".join(self.words))
        if self.usage == "quoted" or is_known:
            return ()
        return ("unknown words after an article",) if self.usage == "article" else ("unknown words",)

    def _scopes_of_usage(self) -> Sequence[Scope]:
        if self.usage == "quoted":
            return ("quoted name",)
        if self.usage == "article":
            return ("name after an article",)
        return ("attribute",) if self.usage == "attribute" else ()


class ShortenedName:
    """A name that the document also uses in a shorter form, such as Ekkelund for Tovrik Ekkelund.

    Signs (rules that vote for the type of the name) test this object.

    Attributes:
        words: The words of the name in lower case, without Jr., Sr. or III.
        last: The last word.
        is_last_word: True if the document uses the last word alone.
        scopes: The scopes of the signs to test. They are `("short form",)` if the name has two to four words,
            and the document uses one of its first and last word alone, but not both. Otherwise, there are
            none.
    """

    __slots__ = ("is_last_word", "last", "lexicon", "scopes", "words")

    def __init__(self, lexicon: Lexicon, words: tuple[str, ...], single_words: Container[str]) -> None:
        self.lexicon = lexicon
        self.words = words = without_generation(words)
        self.last = words[-1]
        self.is_last_word = self.last in single_words
        is_shortened = (words[0] in single_words) != self.is_last_word
        is_person_length = 1 < len(words) <= MAX_PERSON_WORDS
        self.scopes: Sequence[Scope] = ("short form",) if is_shortened and is_person_length else ()


class ClusterName:
    """The longest form of an entity's name in a document.

    Signs (rules that vote for the type of the name) test the number of its words.

    Attributes:
        words: The words of the name in lower case.
        scopes: Always `("cluster",)`; see `Sign.scope`.
    """

    __slots__ = ("scopes", "words")

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.scopes: Sequence[Scope] = ("cluster",)
