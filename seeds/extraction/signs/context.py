"""The words around one mention of a name.

Rules called signs test these words, and vote for the type of the name, such as person or place.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from seeds.extraction.candidates.name_candidates import NameCandidate
from seeds.extraction.lexicon import Lexicon
from seeds.extraction.signs.sign import Scope

Usage = Literal["quoted", "article", "attribute", "bare"]
"""How a text uses a name: in quotation marks; after an article of its own; as an attribute of a noun, to
which the article belongs, as in `the Velmora phone`; or bare."""
USAGES: tuple[Usage, ...] = ("quoted", "article", "attribute", "bare")

# The numbers of characters that are read before a name, after a name, and for the next three words.
BEFORE_LENGTH, AFTER_LENGTH, NEXT_WORDS_LENGTH = 48, 110, 48
QUOTATION_MARKS, MARKS = "\"'", ".,;:!?()[]-\"'"
AUXILIARIES = frozenset(
    ("already", "also", "had", "has", "have", "is", "later", "now", "was", "will", "would")
)
ARTICLES = frozenset(("a", "an", "the"))
DETERMINERS = frozenset(("a", "an", "her", "his", "its", "our", "the", "their", "this"))
# After these prepositions, and after those of places, a name is usually not the subject of the sentence.
OBLIQUE_PREPOSITIONS = frozenset(("at", "by", "for", "from", "in", "of", "to", "with"))
# Words which show that the word before is a verb and not a plural noun: Velmora plans to grow.
OBJECT_WORDS = frozenset(("a", "an", "as", "her", "his", "its", "that", "the", "their", "to"))
RELATIVE_CLAUSES = (", which ", ", that ")
NAMING_WORDS = frozenset(("called", "codenamed", "dubbed", "entitled", "named", "nicknamed", "titled"))
# The scope for two words before a name, by the second word: `suburbs of` has the scope `word and of`.
LINK_SCOPES: dict[str, Scope] = {
    "of": "word and of",
    "at": "word and at",
    **dict.fromkeys(("from", "to"), "word and from or to"),
    **dict.fromkeys(NAMING_WORDS, "word and called"),
}
WORD = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")
# A noun in apposition: `, a full-stack GPU developer,` or `, which is a town in`.
APPOSITION = re.compile(
    r"(?:'s)?(?:\s\([^)]{1,40}\))?,? (?:which |who )?(?:is |was |are |were |became |becomes )?"
    r"(?:an?|the|its|his|her|their|one of the|another)\s((?:[\w'&.-]+ ){0,7}?[\w'-]+)"
    r"(?=[,;:.?]|$| - | (?:of|in|at|for|with|that|which|who|whose|to|from|by|on|between|and|where|called)\b)"
)
# The first pronoun after a name, before any other name and any punctuation mark.
PRONOUN = re.compile(r"[a-z ]{1,60}? (its|his|her|he|she)\b")


class Context:
    """The words around one mention of a name. Signs (rules for the type of the name) test these words.

    Single words are in lower case.

    Attributes:
        candidate: The mention.
        text: The text that contains the mention.
        before: Up to three words before the name, in order.
        mark: The last character before the space that precedes the name, such as a comma or a letter.
        after: Up to `AFTER_LENGTH` characters of the text after the name.
        following: Up to three words after the name and its possessive (`'s`).
        last: The word right before the name, or an empty string.
        next: The word right after the name, or an empty string.
        has_article: True if `a`, `an` or `the` precedes the name.
        link: The word before the name and its article, such as `to` in `a visit to the Velmora`, or an empty
            string.
        linked: The word before `link`, such as `visit` in `a visit to Velmora`, or None.
        noun_before: The entity type that the noun right before the name describes, or None.
        next_noun: The entity type that the noun right after the name describes, or None.
        verb: The first word after the name that is no auxiliary, probably a verb. Empty if the name is not a
            subject.
        pronoun: The first pronoun in the sentence after the name, or an empty string.
        apposition: The entity type that an apposition describes, such as `a chip maker` in `Velmora, a chip
            maker`, or None.
        is_container: True if the apposition describes a network of things: `a network of ports`.
        is_oblique: True if a preposition or a verb such as `visited` precedes the name. The name is then
            probably not a subject.
        is_attribute: True if the next word is a noun that the name can describe: `the Velmora phone`.
        is_multiword: True if the name has several words.
        scopes: The kinds of words that are present, such as `apposition`. Only signs with these scopes are
            tested.
    """

    __slots__ = (
        "after",
        "apposition",
        "before",
        "candidate",
        "following",
        "has_article",
        "is_attribute",
        "is_container",
        "is_multiword",
        "is_oblique",
        "last",
        "lexicon",
        "link",
        "linked",
        "mark",
        "next",
        "next_noun",
        "noun_before",
        "pronoun",
        "scopes",
        "text",
        "verb",
    )

    def __init__(self, lexicon: Lexicon, text: str, candidate: NameCandidate) -> None:
        self.lexicon, self.text, self.candidate = lexicon, text, candidate
        self.before, self.mark = words_before(text, candidate)
        after = text[candidate.end : candidate.end + AFTER_LENGTH]
        self.after = after.lstrip(QUOTATION_MARKS) if candidate.is_quoted else after
        self.following = _following_words(self.after)
        self.last = self.before[-1] if self.before else ""
        self.next = self.following[0] if self.following else ""
        self.is_multiword = len(candidate.words) > 1
        self.is_oblique = self.last in OBLIQUE_PREPOSITIONS or self.last in lexicon.place_prepositions
        self.noun_before = lexicon.noun_type(self.last)
        self.next_noun: str | None = None
        self.is_attribute = False
        self.verb, self.pronoun = "", ""
        self.has_article, self.link = False, ""
        self.linked: str | None = None
        self.apposition, self.is_container = _read_apposition(self)
        self.scopes = (*self._scopes_before(), *self._scopes_after())

    @property
    def stands_alone(self) -> bool:
        """True if the name does not describe the next noun: `in Bern today`, but not `in Bern harbour`."""
        if self.after.startswith(("'", "-")):
            return False
        word, lexicon = self.next, self.lexicon
        if len(word) < 3 or word in lexicon.function_words:
            return True
        return word in lexicon.speech_verbs or word in AUXILIARIES

    @property
    def usage(self) -> Usage:
        """How the text uses the name in this mention.

        - `quoted`: in quotation marks
        - `article`: after `the` or a similar word, as in `the Velmora`
        - `attribute`: between such a word and a noun, as in `the Velmora phone`
        - `bare`: all other cases
        """
        if self.candidate.is_quoted:
            return "quoted"
        if self.last not in DETERMINERS:
            return "bare"
        is_attribute = self.is_attribute or (self.last != "the" and not self.stands_alone)
        return "attribute" if is_attribute else "article"

    def _scopes_before(self) -> list[Scope]:
        """Return the scopes of the words before the name, and set the attributes that describe these words.

        A scope, such as `title`, selects the signs (rules for the type of a name) to test.
        """
        scopes: list[Scope] = []
        if self.is_oblique or self.last == "the" or self.candidate.previous is not None:
            scopes.append("preposition")
        if self.candidate.title:
            scopes.append("title")
        if self.mark == ",":
            scopes.append("comma before")
        elif self.mark.isalnum():
            scopes.append("word before")
            if self.noun_before:
                scopes.append("noun before")
            words = self.before
            if self.last in ARTICLES:
                self.has_article = True
                scopes.append("article before")
                words = words[:-1]
            self.link = words[-1] if words else ""
            if len(words) > 1:
                self.linked = words[-2]
                if self.link in LINK_SCOPES:
                    scopes.append(LINK_SCOPES[self.link])
        return scopes

    def _scopes_after(self) -> list[Scope]:
        """Return the scopes of the words after the name, and set the attributes that describe these words.

        A scope, such as `apposition`, selects the signs (rules for the type of a name) to test.
        """
        after, scopes = self.after, list[Scope]()
        if self.apposition:
            scopes.append("apposition")
        if after.startswith(" "):
            self.next_noun = self.lexicon.noun_type(self.next)
            self.is_attribute = self._has_noun_after()
            if self.is_attribute and not self._is_plural_verb():
                scopes.append("next noun")
            if not self.is_oblique:
                scopes += self._read_predicate()
        elif after.startswith("'s "):
            scopes.append("possession")
        elif after.startswith(RELATIVE_CLAUSES):
            self.verb = first_verb(after)
            scopes += ["which clause", "next verb"]
        elif after.startswith(", "):
            scopes += ["who clause", "comma after"]
        elif after.startswith("-"):
            scopes.append("hyphen after")
        return scopes

    def _has_noun_after(self) -> bool:
        word, lexicon = self.next, self.lexicon
        is_noun = self.next_noun is not None
        return is_noun or word in lexicon.company_nouns or word in lexicon.facility_nouns

    def _read_predicate(self) -> list[Scope]:
        """Set `verb` and `pronoun` if they follow the name, and return the scopes that were found.

        A scope, such as `next verb`, selects the signs (rules for the type of a name) to test.
        """
        scopes: list[Scope] = ["predicate"] if self.is_multiword else []
        self.verb = first_verb(self.after)
        if self.verb:
            scopes.append("next verb")
        pronoun = PRONOUN.match(self.after)
        if pronoun:
            self.pronoun = pronoun.group(1)
            scopes.append("pronoun after")
        return scopes

    def _is_plural_verb(self) -> bool:
        """Return True if the word after the name is a verb that looks like a plural noun.

        For example, `plans` is such a verb in `Velmora plans to grow`.
        """
        has_object = not OBJECT_WORDS.isdisjoint(self.following[1:2])
        return self.next[-1:] == "s" and self.last not in DETERMINERS and has_object


def words_before(text: str, candidate: NameCandidate) -> tuple[Sequence[str], str]:
    """Return up to three words before a name, and the character before the space that precedes the name.

    For `They came, but Velmora`, the character is `t`. Both are empty if no space precedes the name.
    """
    before = text[max(0, candidate.start - BEFORE_LENGTH) : candidate.start].rstrip(QUOTATION_MARKS)
    if before[-1:] != " ":
        return (), ""
    return _strip_marks(before.rsplit(None, 3)[-3:]), before[-2:-1]


def _following_words(after: str) -> Sequence[str]:
    start = 1 if after.startswith(" ") else 3 if after.startswith("'s ") else 0
    return _strip_marks(after[start:NEXT_WORDS_LENGTH].split(None, 3)[:3]) if start else ()


def _strip_marks(words: Sequence[str]) -> list[str]:
    return [word.strip(MARKS).lower() for word in words]


def first_verb(after: str) -> str:
    """Return the first word that can be the main verb in `after`, the text after a subject.

    If `, which` or `, that` follows the subject, return the verb of this clause. Skip auxiliaries and adverbs
    such as `has`, `will` and `also`. Return an empty string if none of the first three words remains.
    """
    is_relative = after.startswith(RELATIVE_CLAUSES)
    words = after.split(None, 5)[2:5] if is_relative else _following_words(after)
    return next((word for word in words if word not in AUXILIARIES), "")


def _read_apposition(context: Context) -> tuple[str | None, bool]:
    """Return `(type, is_container)` for the phrase that explains the name, as in `Velmora, a chip maker`.

    `type` is the entity type that the phrase describes, or None. `is_container` is True for a network of
    things: `a network of ports`.
    """
    after = context.after
    found = APPOSITION.match(after)
    # In `Near Bern, the boat and the …`, the boat is a new subject and not an apposition.
    if not found or (context.is_oblique and after.startswith(" and", found.end())):
        return None, False
    is_container = found.group(1).endswith("network") and after.startswith(" of ", found.end())
    return _main_noun_type(context.lexicon, WORD.findall(found.group(1))), is_container


def _main_noun_type(lexicon: Lexicon, words: Sequence[str]) -> str | None:
    """Return the entity type that a noun phrase describes: `person` for `retired pilot living in Bern`.

    `words` are the words of the phrase. The first noun decides. If nouns follow it directly, the last of them
    decides (`drug maker`).
    """
    types = [*(lexicon.noun_type(word) or lexicon.apposition_nouns.get(word) for word in words), None]
    return next((kind for kind, following in pairwise(types) if kind and not following), None)
