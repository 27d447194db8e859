"""Find aliases in brackets after a name: `Inland Waters Board (IWB)`, `the Carriage Act (Tram Law)`."""

import re
from collections.abc import Mapping

from api.search.analyzer import CJK
from seeds.extraction.candidates.tokens import UPPER
from seeds.extraction.lexicon import Lexicon

BRACKETED = re.compile(rf"(?:'s|['\"])? ?[(（] ?((?:[{UPPER}]|[{CJK}])[^()（）\n]{{0,60}})[)）]")
# The most characters from a name to a bracket: a possessive, a quotation mark, a space and the bracket.
MAX_DISTANCE = 5
ACRONYM = re.compile(rf"[{UPPER}]{{2,7}}s?")
CHINESE = re.compile(rf"[{CJK}·]+")
NOT_IN_ALIAS = re.compile(r"[\d,;]")
# A longer text in brackets is a remark about the name.
MAX_ALIAS_WORDS = 6


def bracketed_text(text: str, end: int) -> str | None:
    """Return the text in brackets after a name, such as `IWB` in `Inland Waters Board (IWB)`, or None.

    The text must begin with a capital letter or an East Asian character. `end` is the offset after the name.
    """
    ahead = text[end : end + MAX_DISTANCE]
    match = BRACKETED.match(text, end) if "(" in ahead or "（" in ahead else None
    return match.group(1).strip() if match else None


def is_alias(lexicon: Lexicon, alias: str, name: str, known: Mapping[str, object]) -> bool:
    """Return True if `alias`, the text in brackets after a name, is an alias of the name.

    Args:
        name: The name before the brackets.
        known: The known entities, by name. If `alias` is among them, `name` must be a name of the same
            entity, unless `alias` is in Chinese characters.
    """
    if alias == name or len(alias.split()) > MAX_ALIAS_WORDS:
        return False
    if CHINESE.fullmatch(alias):
        return True
    if alias in known:
        return known[alias] is known.get(name)
    return _is_acronym_of(lexicon, alias, name) if ACRONYM.fullmatch(alias) else _is_name(lexicon, alias)


def _is_acronym_of(lexicon: Lexicon, alias: str, name: str) -> bool:
    is_organization = lexicon.head_type(tuple(name.lower().split())) == "organization"
    return alias.lower() not in lexicon.abbreviations and (is_organization or bool(expansion(name, alias)))


def _is_name(lexicon: Lexicon, text: str) -> bool:
    small = text.lower()
    if NOT_IN_ALIAS.search(text) or small in lexicon.demonyms or small in lexicon.calendar_words:
        return False
    return not lexicon.is_place(text) and all(word[0].isupper() for word in text.split())


def expansion(name: str, acronym: str) -> str:
    """Return the part of `name` that `acronym` abbreviates, or an empty string if there is none.

    The part is the complete name or its last words: WB abbreviates Waters Board in Ruritania Waters Board.
    """
    letters, words = acronym.removesuffix("s").lower(), name.split()
    for start in range(len(words)):
        if _are_initials(words[start:], letters):
            return " ".join(words[start:])
    # Some acronyms contain letters that are not initials. The letters must occur in the name in this order,
    # and the first letter must begin the name.
    remaining = iter("".join(words).lower())
    is_inside = name[:1].lower() == letters[0] and all(letter in remaining for letter in letters)
    return name if len(words) > 1 and is_inside else ""


def _are_initials(words: list[str], letters: str) -> bool:
    """Return True if an acronym abbreviates `words`. `letters` is the acronym in lower case.

    The letters can be the initials of all words or of the capitalised words. They can also be all capital
    letters of the words. After three or more initials, one further letter is allowed: `ssbd` for Sea Safety
    Board.
    """
    capitalised = "".join(word[0].lower() for word in words if word[0].isupper())
    pieces = [piece for word in words for piece in re.split(r"[-']", word) if piece]
    initials = "".join(piece[0].lower() for piece in pieces)
    capitals = "".join(char.lower() for word in words for char in word if char.isupper())
    # The last two letters can come from the same word.
    is_longer = len(capitalised) > 2 and letters[:-1] == capitalised
    return letters in (capitalised, initials, capitals) or is_longer
