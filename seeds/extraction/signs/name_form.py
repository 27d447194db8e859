"""Names without the words around them, as objects that signs test.

A sign is a rule that votes for the type of a name.
"""

from collections.abc import Container, Sequence

from seeds.extraction.lexicon import Lexicon
from seeds.extraction.signs.context import Usage
from seeds.extraction.signs.sign import Scope

# The most words in the name of a person.
MAX_PERSON_WORDS = 4


class NameForm:
    """A name without its context. Signs (rules that vote for its type) test its words and its spelling.

    Attributes:
        lexicon: The lists of known words and names.
        words: The words of the name in lower case, as in the lexicon.
        text: The name as the text writes it.
        last: The last word.
        head: The head noun, or an empty string.
        is_well_known_place: True for a well-known place, False for any other place, None for other names.
        suffix_type: The entity type that the suffix of the last word indicates, or None.
        scopes: The scopes of the signs that can be present; see `Sign.scope`.
    """

    __slots__ = ("head", "is_well_known_place", "last", "lexicon", "scopes", "suffix_type", "text", "words")

    def __init__(self, lexicon: Lexicon, words: tuple[str, ...], text: str) -> None:
        self.lexicon, self.words, self.text = lexicon, words, text
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
    """A name and how the text mostly uses it, such as in quotation marks or after an article.

    Signs (rules that vote for the type of the name) test this usage.

    Attributes:
        lexicon: The lists of known words and names.
        words: The words of the name in lower case, as in the lexicon.
        usage: How the text mostly uses the name; see `Usage`.
        last: The last word.
        head: The head noun, or an empty string.
        are_english: For each word, True if the word is English.
        scopes: The scopes of the signs that can be present; see `Sign.scope`.
    """

    __slots__ = ("are_english", "head", "last", "lexicon", "scopes", "usage", "words")

    def __init__(self, lexicon: Lexicon, words: tuple[str, ...], usage: Usage) -> None:
        self.lexicon, self.words, self.usage = lexicon, words, usage
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
    """A name whose first or last word the text can also use alone, as in Tovrik Ekkelund and Ekkelund.

    Signs (rules that vote for the type of the name) test which of the two words is used alone.

    Attributes:
        lexicon: The lists of known words and names.
        words: The words of the name in lower case, as in the lexicon.
        last: The last word.
        is_last_word: True if the text uses the last word alone.
        scopes: The scopes of the signs that can be present; see `Sign.scope`. Empty unless the name has two
            to four words, and the text uses either the first or the last word alone, but not both.
    """

    __slots__ = ("is_last_word", "last", "lexicon", "scopes", "words")

    def __init__(self, lexicon: Lexicon, words: tuple[str, ...], single_words: Container[str]) -> None:
        self.lexicon, self.words, self.last = lexicon, words, words[-1]
        self.is_last_word = self.last in single_words
        is_shortened = (words[0] in single_words) != self.is_last_word
        is_person_length = 1 < len(words) <= MAX_PERSON_WORDS
        self.scopes: Sequence[Scope] = ("short form",) if is_shortened and is_person_length else ()


class ClusterName:
    """A name that coreference resolution has not merged into a longer name of the document.

    Signs (rules that vote for the type of the name) test the number of its words.

    Attributes:
        words: The words of the name in lower case, as in the lexicon.
        scopes: The scopes of the signs that can be present; see `Sign.scope`.
    """

    __slots__ = ("scopes", "words")

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.scopes: Sequence[Scope] = ("cluster",)
