"""The words that names are made of: those with capitals, and numbers."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.terms import CJK, fold
from seeds.lexicon import RARE_WORD, frequencies, lexicon, places

UPPER = "".join(chr(point) for point in range(0x41, 0x2000) if unicodedata.category(chr(point)) == "Lu")
LETTER = rf"[^\W_{CJK}]"
# U.S., iPhone, e-CNY, AT&T, Graf-Moser, ASCEND-3, O'Brien, Xi'an, AI+.
CAPITALISED = (
    rf"[{UPPER}](?:\.[{UPPER}])+\.?"
    rf"|(?:[a-z]-?)?[{UPPER}]{LETTER}*(?:[-&](?=[{UPPER}\d]){LETTER}+|['’](?!s\b)(?=[^\W\d_]){LETTER}+)*\+?"
)
NUMBER = r"\d+(?:[.,]\d+)*[A-Z]?"
TOKEN = re.compile(rf"(?<!\w)(?<!\w[-'’])(?:(?P<name>{CAPITALISED})|(?P<number>{NUMBER}))(?!\w)")
# The second half of a Korean given name: Se-hun, Myung-soo.
SYLLABLE = re.compile(r"(?<=[a-z])-([a-z]{2,5})(?!\w)")
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
    for match in TOKEN.finditer(text):
        start, end = match.span()
        if text[end : end + 1] == "-":
            end = _end_of_given_name(text, start, end)
        word = text[start:end]
        yield Token(word, start, end, match.lastgroup == "number", lower(word))


def _end_of_given_name(text: str, start: int, end: int) -> int:
    syllable = SYLLABLE.match(text, end)
    is_korean = syllable and frequencies().get(syllable.group(1), 0) < RARE_WORD and text[start - 1] == " "
    return syllable.end() if syllable and is_korean else end


def lower(text: str) -> str:
    """Give `text` as the lexicon has it."""
    return text.lower().replace("’", "'")


def words_of(text: str, run: Sequence[Token]) -> tuple[str, ...]:
    """Give the words of a name, those in small letters between its capitalised ones included."""
    return tuple(word.rstrip(",.'") for word in lower(text[run[0].start : run[-1].end]).split())


def head_of(text: str, run: Sequence[Token]) -> str | None:
    """Give the type that the head noun of a name says; one word alone has none."""
    return head_type(words_of(text, run)) if len(run) > 1 else None


def head_type(words: Sequence[str]) -> str | None:
    """Give the type that the head noun of a name says, the one before an `of` or else the last."""
    heads = lexicon().heads
    for place, word in enumerate(words):
        if place and word in ("of", "for", "on"):
            return heads.get(words[place - 1])
    last = len(words) - 1
    while last > 0 and (words[last].isdigit() or words[last] in ROMAN):
        last -= 1
    # The place after it: Design Museum London.
    if last > 1 and words[last] not in heads and fold(words[last]) in places():
        last -= 1
    return heads.get(words[last]) if len(words) > 1 else None


def is_plain(token: Token) -> bool:
    """Tell whether a word is one of English, and no place."""
    return token.lower in frequencies() and fold(token.text) not in places()
