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
    """Return the text in brackets after a name: `IWB` in `Inland Waters Board (IWB)`.

    `end` is the offset in `text` where the name ends. Return None if no brackets follow, or if the text in
    them does not begin with a capital letter or a Chinese, Japanese or Korean character.
    """
    ahead = text[end : end + MAX_DISTANCE]
    match = BRACKETED.match(text, end) if "(" in ahead or "（" in ahead else None
    return match.group(1).strip() if match else None


def is_alias(lexicon: Lexicon, alias: str, name: str, known: Mapping[str, object]) -> bool:
    """Return True if `alias`, the text in brackets after a name, is an alias of the name.

    Args:
        lexicon: The lists of known words and names.
        alias: The text in brackets.
        name: The name before the brackets.
        known: The entities of the catalogue (the file of known entities), by name. If the alias is in
            `known`, it is accepted only if `name` is a name of the same entity. This does not apply to an
            alias in Chinese characters, which is always accepted.
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

    For example, the part is `Waters Board` if the name is `Ruritania Waters Board` and the acronym is `WB`.
    The part is the complete name or its last words.
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

    The letters can be:

    - The initials of all words, and of the parts of words with a hyphen or apostrophe.
    - The initials of the capitalised words only.
    - All capital letters, including those inside words: `sw` for SeaWatch.
    - Three or more initials of capitalised words, and any one letter after them: `ssbd` for Sea Safety Board.
    """
    capitalised = "".join(word[0].lower() for word in words if word[0].isupper())
    pieces = [piece for word in words for piece in re.split(r"[-']", word) if piece]
    initials = "".join(piece[0].lower() for piece in pieces)
    capitals = "".join(char.lower() for word in words for char in word if char.isupper())
    # The last two letters can come from the same word.
    is_longer = len(capitalised) > 2 and letters[:-1] == capitalised
    return letters in (capitalised, initials, capitals) or is_longer
