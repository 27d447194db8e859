"""What the words before and after a name say of its type."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from seeds.extraction import votes as kinds
from seeds.extraction.lexicon import frequencies, lexicon
from seeds.extraction.name_candidates import Name
from seeds.extraction.votes import Vote

BESIDE = 48  # How far the words before a name may reach, in characters.
BEYOND = 110  # The same after it.
QUOTES, MARKS = "\"'“”‘’", ".,;:!?()[]—\"'“”‘’"
AUXILIARIES = frozenset(
    ("already", "also", "had", "has", "have", "is", "later", "now", "was", "will", "would")
)
DETERMINERS = frozenset(("a", "an", "her", "his", "its", "our", "the", "their", "this"))
# Prepositions that say nothing of a place before an article: in the Board, but across the Velmora.
GENERAL = frozenset(("at", "between", "from", "in", "inside", "into", "through", "to"))
NAMED = frozenset(("called", "codenamed", "dubbed", "entitled", "named", "nicknamed", "titled"))
# After these, and the prepositions of places, a name is not what the sentence goes on to speak of.
OBLIQUE = frozenset(("at", "by", "for", "from", "in", "of", "to", "with"))


class Surroundings(NamedTuple):
    """What stands around one place of a name.

    `before` are up to three words in small letters, the nearest last, and `mark` the character between it and
    the space before the name; both are empty where there is no such space. `following` are up to three words
    after a space or a possessive.
    """

    before: Sequence[str]
    mark: str
    after: str
    following: Sequence[str]

    @property
    def first(self) -> str:
        """The next word after the name, if any."""
        return self.following[0] if self.following else ""

    @property
    def is_possessive(self) -> bool:
        """Tell whether the name has an 's."""
        return self.after.startswith(("'s ", "’s "))

    @property
    def is_oblique(self) -> bool:
        """Tell whether a preposition stands before the name."""
        last = self.before[-1] if self.before else ""
        return last in OBLIQUE or last in lexicon().prepositions

    @property
    def stands_alone(self) -> bool:
        """Tell whether the name is no attribute of what follows: `in Bern today`, not `in Bern harbour`."""
        if self.after.startswith(("'", "’", "-")):
            return False
        word, known = self.first, lexicon()
        return len(word) < 3 or word in known.function or word in known.speech or word in AUXILIARIES


def surroundings(text: str, name: Name) -> Surroundings:
    """Give what stands around `name` in `text`."""
    before = text[max(0, name.start - BESIDE) : name.start].rstrip(QUOTES)
    words, mark = ([], "") if before[-1:] != " " else (_words(before.rsplit(None, 3)[-3:]), before[-2:-1])
    after = text[name.end : name.end + BEYOND]
    if name.is_quoted:
        after = after.lstrip(QUOTES)
    start = 1 if after.startswith(" ") else 3 if after.startswith(("'s ", "’s ")) else 0
    return Surroundings(words, mark, after, _words(after[start:BESIDE].split(None, 3)[:3]) if start else ())


def _words(parts: Sequence[str]) -> list[str]:
    return [part.strip(MARKS).lower() for part in parts]


def dress(name: Name, around: Surroundings) -> str:
    """Give what a name has on at one place; see `Thing.dress`."""
    if name.is_quoted:
        return "quoted"
    if not around.before or around.before[-1] not in DETERMINERS:
        return ""
    following, known = around.first if around.after.startswith(" ") else "", lexicon()
    is_attribute = noun(following) or following in known.of_companies or following in known.plants
    is_attribute = is_attribute or (around.before[-1] != "the" and not around.stands_alone)
    return "attribute" if is_attribute else "the"


def votes_before(text: str, name: Name, around: Surroundings) -> Iterator[Vote]:
    """Vote by what stands before one place where a name is."""
    if name.title:
        yield "person", kinds.TITLE
    place = _preposition(text, name, around)
    if place:
        yield "place", place * _share(name.words, around)
    if not around.before:
        return
    last = around.before[-1]
    kind = noun(last)
    if around.mark.isalnum():
        if kind:
            yield kind, kinds.NOUN_BEFORE
        yield from _governed(around)
    elif around.mark == "," and (kind == "person" or (kind == "organization" and around.after[:1] == ",")):
        yield kind, kinds.NOUN_LISTED


def _preposition(text: str, name: Name, around: Surroundings) -> float:
    """Give how much the preposition before a name, or before a list with it, says that it is a place."""
    last, known = around.before[-1] if around.before else "", lexicon()
    if last == "in" and around.before[-2:-1] and around.before[-2] in known.put_in:
        return 0
    if last == "the" and around.before[-2:-1] and around.before[-2] not in GENERAL:
        last = around.before[-2]
    weight = known.prepositions.get(last, 0)
    if last == "from" and around.after.startswith(" to "):
        return weight + kinds.FROM_TO
    if weight or name.after is None:
        return weight
    return kinds.LISTED * _preposition(text, name.after, surroundings(text, name.after))


def _share(words: Sequence[str], around: Surroundings) -> float:
    """Give how much of what a preposition says counts; places of several words of English have heads."""
    share = 1 if around.stands_alone else kinds.ATTRIBUTE
    is_plain = len(words) > 1 and all(word in frequencies() for word in words)
    return share * kinds.PLAIN_PLACE if is_plain else share


def _governed(around: Surroundings) -> Iterator[Vote]:
    """Vote by the small words right before a name."""
    known, last = lexicon(), around.before[-1]
    is_article = last in ("a", "an", "the")
    inner = around.before[:-1] if is_article else around.before
    if last in ("a", "an") and around.stands_alone:
        yield "product", kinds.ONE_OF
    if not inner:
        return
    verb = known.verbs.get(inner[-1])
    if verb and inner[-2:-1] not in (["named"], ["called"]):
        yield verb, kinds.VERB
    if is_article and inner[-1] == "at":
        yield "event", kinds.AT["event"]
    elif len(inner) > 1:
        yield from _linked(inner)


def _linked(words: Sequence[str]) -> Iterator[Vote]:
    """Vote by a word and what links it to a name: `suburbs of …`, `a broker at …`, `sailed from …`."""
    known, word, link = lexicon(), words[-2], words[-1]
    if link == "of":
        owner = known.possessed.get(word) or ("place" if noun(word) == "place" else None)
        if owner:
            yield owner, kinds.POSSESSED
    elif link == "at":
        has = "organization" if noun(word) == "person" and word not in known.moves else "place"
        yield has, kinds.AT[has]
    elif link in ("from", "to"):
        if word in known.moves:
            yield "place", kinds.MOVES
    elif link in NAMED:
        kind = noun(word)
        if kind:
            yield kind, kinds.CALLED


@lru_cache(maxsize=16_384)
def noun(word: str) -> str | None:
    """Give the type of what a noun in small letters, singular or plural, is said of."""
    nouns = lexicon().nouns
    if word in nouns:
        return nouns[word]
    forms = (word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("-elect"))
    found = next((nouns[form] for form in forms if form in nouns), None)
    return found or nouns.get(word.rpartition("-")[2])
