"""Other names in brackets: `Inland Waters Board (IWB)`, `Deepcorp (深企)`, `the Carriage Act (Tram Law)`."""

import re
from collections.abc import Mapping

from api.search.analyzer import CJK
from seeds.extraction.form_signs import ACRONYM
from seeds.extraction.lexicon import is_place, lexicon
from seeds.extraction.tokens import UPPER, head_type

BRACKETED = re.compile(rf"(?:'s|’s|['\"’”])? ?[(（]((?:[{UPPER}]|[{CJK}])[^()（）\n]{{0,60}})[)）]")
# Most names have no bracket so near: after a possessive, a quote and a space.
FURTHEST = 5
CHINESE = re.compile(rf"[{CJK}·]+")
NO_NAME = re.compile(r"[\d,;]")
# A longer text in brackets says something of the name.
MOST_WORDS = 6


def bracketed(text: str, end: int) -> str | None:
    """Give what stands in brackets after the name that ends at `end`."""
    ahead = text[end : end + FURTHEST]
    match = BRACKETED.match(text, end) if "(" in ahead or "（" in ahead else None
    return match.group(1).strip() if match else None


def is_alias(alias: str, name: str, known: Mapping[str, object]) -> bool:
    """Tell whether what stands in brackets after a name is the same thing under another."""
    if alias == name or len(alias.split()) > MOST_WORDS:
        return False
    if CHINESE.fullmatch(alias):
        return True
    if alias in known:
        return known[alias] is known.get(name)
    return _is_acronym_of(alias, name) if ACRONYM.fullmatch(alias) else _is_name(alias)


def _is_acronym_of(alias: str, name: str) -> bool:
    is_office = head_type(name.lower().split()) == "organization"
    return alias.lower() not in lexicon().terms and (is_office or bool(expansion(name, alias)))


def _is_name(text: str) -> bool:
    known = lexicon()
    if NO_NAME.search(text) or text.lower() in known.demonyms or text.lower() in known.calendar:
        return False
    return not is_place(text) and all(word[0].isupper() for word in text.split())


def expansion(name: str, acronym: str) -> str:
    """Give the end of `name` whose capitals `acronym` has, or nothing."""
    letters, words = acronym.removesuffix("s").lower(), name.split()
    for start in range(len(words)):
        if _spells(words[start:], letters):
            return " ".join(words[start:])
    # Not all acronyms are made of initials alone: the letters must at least come in order, the first first.
    remaining = iter("".join(words).lower())
    is_inside = name[:1].lower() == letters[0] and all(letter in remaining for letter in letters)
    return name if len(words) > 1 and is_inside else ""


def _spells(words: list[str], letters: str) -> bool:
    """Tell whether letters are the initials of words, of those with capitals, or all their capitals."""
    capitals = "".join(word[0].lower() for word in words if word[0].isupper())
    pieces = [piece for word in words for piece in re.split(r"[-’']", word) if piece]
    every = "".join(piece[0].lower() for piece in pieces)
    inner = "".join(char.lower() for word in words for char in word if char.isupper())
    # The last letter may be of the same word as the one before it.
    return letters in (capitals, every, inner) or (len(capitals) > 2 and letters[:-1] == capitals)
