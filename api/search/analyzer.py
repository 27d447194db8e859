"""From text to search terms: one analyzer for both engines, so that both find the same.

A term is a letter that tells its kind and ASCII letters and digits, which neither engine's own tokenizer
changes or splits: `a` and the English stem of a word, its case and diacritics folded (Porter2; NFKD of
UAX 15), or `u` and the UTF-8 in hex of what is not ASCII. Scripts that write no spaces give one term a
character.
"""

import hashlib
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import Stemmer

# Kana, Han, Hangul, and the ideographs beyond the first plane.
CJK = (
    "\u3005-\u3007\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003fffd"
)
# Vowel signs and accents of any script, which Unicode counts as no letters; half-width kana have their own.
SELECTORS = range(0xFE00, 0xFE10)
MARKS = "\uff9e\uff9f" + "".join(
    chr(point)
    for point in range(0x0300, 0x20000)
    if unicodedata.category(chr(point)) in ("Mn", "Mc") and point not in SELECTORS
)
# A syllable of Hangul that is written as its two or three letters.
JAMO = "[\u1100-\u115f\ua960-\ua97f][\u1160-\u11a7\ud7b0-\ud7c6][\u11a8-\u11ff\ud7cb-\ud7fb]?"
LETTER = rf"[^\W_{CJK}\uff9e\uff9f]"
# First what most words are, which the general form, that would find the same, takes four times as long for.
PLAIN = r"[A-Za-z0-9]++(?=[ .,])"
WORD = re.compile(rf"{PLAIN}|{JAMO}|[{CJK}][{MARKS}]*|{LETTER}(?:{LETTER}|[{MARKS}]|['’](?={LETTER}))*")
# Latin letters that Unicode does not take apart into a letter and a mark.
UNDIVIDED = str.maketrans("øđłıħŧð’", "odlihtd'") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})

MAX_TERM = 64
# PostgreSQL keeps the places of a term up to the 16,383rd of a text and up to 255 a term. What it would
# forget is left out for both, a placeholder in its stead, so that both find a phrase or neither does.
MAX_TERMS, MAX_OCCURRENCES = 16_000, 255
PLACEHOLDER, BREAK = "y", "z"
# What is longer is no usual paragraph, and some hundreds of its kind would take gigabytes.
MAX_REMEMBERED = 8_000

# Without a memory of its own: `term` has one.
_stemmer = Stemmer.Stemmer("english", 0)
# It keeps the word that it works on in itself.
_stemmer_lock = threading.Lock()


class Term(NamedTuple):
    """A term, and the code points of the text that it stands for."""

    text: str
    start: int
    end: int


def analyze(text: str) -> Iterator[Term]:
    """Yield the terms of `text` in order."""
    for word in WORD.finditer(text):
        yield Term(term(word.group()), word.start(), word.end())


# A paragraph is asked for its words several times: as text, as a takeaway, and for what it is about.
def words_in(text: str) -> Sequence[str]:
    """Give the words of `text` as they are written."""
    return _words(text) if len(text) <= MAX_REMEMBERED else WORD.findall(text)


@lru_cache(maxsize=256)
def _words(text: str) -> Sequence[str]:
    return tuple(WORD.findall(text))


def fold(text: str) -> str:
    """Give `text` without case, diacritics and differences of compatibility."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).translate(UNDIVIDED)


@lru_cache(maxsize=65_536)
def term(word: str) -> str:
    """Give the term of one word."""
    folded = fold(word)
    if folded.replace("'", "").isascii() and folded.replace("'", "").isalnum():
        with _stemmer_lock:
            made = "a" + _stemmer.stemWord(folded).replace("'", "")
    else:
        made = "u" + folded.encode().hex()
    return made if len(made) <= MAX_TERM else "h" + hashlib.sha256(made.encode()).hexdigest()[: MAX_TERM - 1]


def indexed(parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Give the terms of each part of a document, as the text that the engines index.

    Each paragraph of a part ends in a break of its own, so that no phrase reaches into the next.
    """
    terms = {
        name: [[*map(term, words_in(paragraph))] for paragraph in paragraphs]
        for name, paragraphs in parts.items()
    }
    every = [*chain.from_iterable(chain.from_iterable(terms.values()))]
    if len(every) > MAX_TERMS or max(Counter(every).values(), default=0) > MAX_OCCURRENCES:
        _limit(terms)
    return {name: " ".join(_with_breaks(paragraphs)) for name, paragraphs in terms.items()}


def _limit(terms: Mapping[str, list[list[str]]]) -> None:
    """Leave out of a document what PostgreSQL would forget."""
    room, seen = MAX_TERMS, Counter[str]()
    for paragraph in chain.from_iterable(terms.values()):
        del paragraph[room:]
        room -= len(paragraph)
        for place, found in enumerate(paragraph):
            seen[found] += 1
            if seen[found] > MAX_OCCURRENCES:
                paragraph[place] = PLACEHOLDER


def _with_breaks(paragraphs: Sequence[Sequence[str]]) -> Iterator[str]:
    for number, paragraph in enumerate(paragraphs):
        yield from paragraph
        yield f"{BREAK}{number}"
