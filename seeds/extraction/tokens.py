"""The words that names are made of: those with capitals, and numbers."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.search.analyzer import CJK
from seeds.extraction.lexicon import COMMON_WORD, RARE_WORD, frequencies, is_place, lexicon

UPPER = "".join(chr(point) for point in range(0x41, 0x2000) if unicodedata.category(chr(point)) == "Lu")
LETTER = rf"[^\W_{CJK}]"
# U.S., AT&T, Graf-Moser, ASCEND-3, O'Brien, Xi'an, AI+.
CAPITALISED = (
    rf"[{UPPER}](?:\.[{UPPER}])+\.?"
    rf"|[{UPPER}]{LETTER}*(?:[-&](?=[{UPPER}\d]){LETTER}+|['’](?!s\b)(?=[^\W\d_]){LETTER}+)*\+?"
)
NUMBER = r"\d+(?:[.,]\d+)*[A-Z]?"
# What is looked for begins with a capital or digit, which makes the search fast; the small letters before
# it, as in iPhone, al-Haddad or d'Arcy, are looked at then.
TOKEN = re.compile(rf"(?:{CAPITALISED}|{NUMBER})(?!\w)")
SMALL = re.compile(r"(?<!\w)(?<!\w[-'’])(?:[a-z]-?|(?:al|ad|an|ar|as|ash|at|az|el|ul)-|[dl]['’])$")
LONGEST_SMALL = 4
# The second half of a given name in East Asia: Se-hun, Mei-hua.
SYLLABLE = re.compile(r"(?<=[a-z])-([a-z]{2,6})(?!\w)")
# What is no syllable, but said of the place before it.
OF_PLACES = frozenset(("area", "based", "born", "led", "made", "owned", "style", "wide"))
# What firms end in that takes a full stop, and that full stop where no sentence ends.
STOP = re.compile(r"\.(?=[,;:)]|['’]s| [a-z(])")
STOPPED = frozenset(("bros", "co", "corp", "inc", "ltd"))
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
# The numbers of a series, which stand after its head: World War II.
ROMAN = ("i", "ii", "iii")


class Token(NamedTuple):
    """One capitalised word or number, and as the lexicon has it."""

    text: str
    start: int
    end: int
    is_number: bool
    lower: str


def tokens(text: str) -> list[Token]:
    """Give the capitalised words and the numbers of `text`."""
    return list(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    function, reached = lexicon().function, 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        word = match.group()
        small = word.lower()
        ahead = text[end : end + 2]
        # Four in ten only begin a sentence; after another, as in Formula One, they may be a part of a name.
        if ahead[1:].islower() and start - reached != 1 and small in function:
            continue
        is_number = word[0].isdigit()
        if start and text[start - 1] != " ":
            start = _beginning(text, start, is_number)
        if ahead[:1] in (".", "-"):
            end = _end(text, start, end)
        if start >= 0:
            reached = end
            if end - start != len(word):
                word = text[start:end]
                small = word.lower()
            yield Token(word, start, end, is_number, small if small.isascii() else small.replace("’", "'"))


def _beginning(text: str, start: int, is_number: bool) -> int:
    """Give where the word begins that has a capital or digit at `start`, as in iPhone; -1 if none does."""
    before = text[max(0, start - LONGEST_SMALL) : start]
    small = None if is_number else SMALL.search(before)
    if small:
        return start - len(small.group())
    is_inside = _is_wordly(before[-1]) or (before[-1] in "-'’" and _is_wordly(before[-2:-1]))
    return -1 if is_inside else start


def _is_wordly(char: str) -> bool:
    return char.isalnum() or char == "_"


def _end(text: str, start: int, end: int) -> int:
    """Give where a word ends before a hyphen or full stop that may be its own."""
    if text[end] == "-":
        return _end_of_given_name(text, start, end)
    return end + 1 if text[start:end].lower() in STOPPED and STOP.match(text, end) else end


def _end_of_given_name(text: str, start: int, end: int) -> int:
    syllable = SYLLABLE.match(text, end)
    if not syllable or start < 1 or text[start - 1] != " ":
        return end
    if syllable.group(1) in OF_PLACES:
        return end
    family = text[text.rfind(" ", 0, start - 1) + 1 : start - 1].lower()
    known, first = lexicon(), frequencies().get(text[start:end].lower(), 0)
    is_family = family in known.korean_surnames or (family in known.hyphened_surnames and first < COMMON_WORD)
    return syllable.end() if is_family or frequencies().get(syllable.group(1), 0) < RARE_WORD else end


def lower(text: str) -> str:
    """Give `text` as the lexicon has it."""
    small = text.lower()
    return small if small.isascii() else small.replace("’", "'")


def words_of(text: str, run: Sequence[Token]) -> tuple[str, ...]:
    """Give the words of a name, those in small letters between its capitalised ones included."""
    words = lower(text[run[0].start : run[-1].end])
    # S.A. is SA, but 3.5 is not 35.
    return tuple(
        word.rstrip(",.'") if word[0].isdigit() else word.strip(",'").replace(".", "")
        for word in words.split()
    )


def head_of(text: str, run: Sequence[Token]) -> str | None:
    """Give the type that the head noun of a name says; one word alone has none."""
    return head_type(words_of(text, run)) if len(run) > 1 else None


def head_type(words: Sequence[str]) -> str | None:
    """Give the type that the head noun of a name says."""
    return lexicon().head_types.get(head_noun(words))


def head_noun(words: Sequence[str]) -> str:
    """Give the word of a name that may say what it is: the one before an `of` or the last; none alone."""
    heads = lexicon().head_types
    for place, word in enumerate(words):
        if place and word in ("of", "for", "on"):
            return words[place - 1]
    last = len(words) - 1
    while last > 0 and (words[last].isdigit() or words[last] in ROMAN):
        last -= 1
    # The place after it: Design Museum London, Expo Oslo; but not Port Said.
    is_after = last > 1 or (words[0] in heads and words[0] not in lexicon().first_words)
    if last and is_after and words[last] not in heads and is_place(words[last]):
        last -= 1
    return words[last] if len(words) > 1 else ""


def is_plain(token: Token) -> bool:
    """Tell whether a word is one of English, and no place."""
    return token.lower in frequencies() and not is_place(token.text)
