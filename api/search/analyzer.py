"""Convert text to search terms, in the same way for SQLite and PostgreSQL, so that both find the same hits.

Terms consist of ASCII letters and digits only. The tokenizers of both databases leave such terms unchanged.

A word first loses its case and diacritics (NFKD of UAX 15). The term of an ASCII word is `a` and the English
stem (Porter2). The term of any other word is `u` and the UTF-8 bytes in hexadecimal. A term that would be too
long is `h` and a hash.

In scripts without spaces, each character is a word.
"""

import hashlib
import re
import threading
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, pairwise
from typing import NamedTuple, TypeVar

import Stemmer

from api.text_folding import FoldedText, fold_characters

# Kana, Han, Hangul, and the ideographs of the supplementary planes.
CJK = (
    "\u3005-\u3007\u3041-\u3096\u309b-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9d"
    "\U00020000-\U0003fffd"
)
# The vowel signs and accents of all scripts (categories Mn and Mc), and the two voicing marks of half-width
# kana.
MARKS = "\uff9e\uff9f" + "".join(
    chr(point) for point in range(0x0300, 0x20000) if unicodedata.category(chr(point)) in ("Mn", "Mc")
)
# A Hangul syllable written as two or three letters (jamo) that have no common character.
JAMO_SYLLABLE = "[\u1100-\u115f\ua960-\ua97f][\u1160-\u11a7\ud7b0-\ud7c6][\u11a8-\u11ff\ud7cb-\ud7fb]?"
LETTER = rf"[^\W_{CJK}\uff9e\uff9f]"
# Alternatives of WORD that match most words several times as fast as the general pattern, with the same
# result.
ASCII_WORD = r"[A-Za-z0-9]++(?= )|[A-Za-z0-9]{2,}+(?=[.,])(?!,\d)"
# U.S. and 1,280 are the same words as US and 1280.
ACRONYM = rf"(?:(?!\d){LETTER}\.)+(?!\d){LETTER}(?![{MARKS}]|{LETTER})"
GROUPED_NUMBER = rf"[0-9]{{1,3}}(?:,[0-9]{{2,3}})*,[0-9]{{3}}(?![0-9]){LETTER}*+"
# A word that loses its vowel before the next word, as in d'Orsay, l'Oréal or dell'Arte, and the O' of Irish
# names.
ELIDED_WORD = (
    r"(?i:[cdjlmnost]|qu|jusqu|lorsqu|puisqu|quoiqu|quelqu|presqu|dell|all|dall|nell|sull|coll|quell|quest|sant|un)"
    rf"(?='{LETTER}(?:{LETTER}|\.{LETTER}))"
)
# No word begins with these characters. Most searches for a word end at one of them.
NOT_IN_WORD = r"(?![ .,'\"()-])"
WORD = re.compile(
    rf"{ASCII_WORD}|{NOT_IN_WORD}(?:{ACRONYM}|{GROUPED_NUMBER}|{ELIDED_WORD}|{JAMO_SYLLABLE}|[{CJK}][{MARKS}]*"
    rf"|{LETTER}(?:{LETTER}|[{MARKS}]|'(?={LETTER}))*)"
)
# The marks in WORD that are not part of a term.
INNER_MARKS = str.maketrans("", "", ".,")
HAS_INNER_MARK = re.compile(r"[.,][^\W_]").search
# What occurs in every text with a word that `_joined_words` can join, and in few other texts.
CAN_JOIN = re.compile(r"'[^\W\d_a-z]|- [^\W\d_]|[Oo]'").search
# An ASCII text without these marks has no words that `_joined_words` can join.
HAS_NO_JOINING_MARK = re.compile(r"[^'`-]*+").fullmatch
# After a hyphen, these words show that a part is left out and the word is not broken: two- and three-year.
WORDS_AFTER_HANGING_HYPHEN = frozenset(
    ("and", "or", "to", "und", "oder", "bis", "et", "ou", "y", "o", "e", "en", "of")
)
# The number of words on each side of a joined word with which the joined word can be in a phrase.
JOINED_CONTEXT = 2
# Latin letters that Unicode does not decompose into a letter and a mark.
UNDECOMPOSED_LETTERS = str.maketrans("øđłıħŧð", "odlihtd") | str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"})

MAX_TERM_LENGTH = 64
# PostgreSQL stores positions up to 16,383 in a text, and at most 255 positions of a term. Terms beyond these
# limits are left out or replaced by a placeholder on SQLite too, so that both match the same phrases.
# The breaks after paragraphs are terms, too.
MAX_TERMS, MAX_OCCURRENCES = 16_000, 255
PLACEHOLDER, PARAGRAPH_BREAK = "y", "z"
# Longer paragraphs are not cached, since a few hundred of them could take gigabytes.
MAX_CACHED_LENGTH = 8_000

# Increase this number when a change of this module or of `api.text_folding` changes the terms of a text, or
# when the format of `api.search.term_lists` changes.
RULES = 4
# What the terms depend on, in 31 bits. Seeding commands make the index again if it has a different version.
ANALYZER_VERSION = (
    zlib.crc32(f"{RULES} {unicodedata.unidata_version} {Stemmer.version()}".encode()) & 0x7FFFFFFF
)

# 0 turns off the cache of the stemmer, since `term` is cached.
_stemmer = Stemmer.Stemmer("english", 0)
# A stemmer is not thread-safe.
_stemmer_lock = threading.Lock()


AnyTerm = TypeVar("AnyTerm")


class Term(NamedTuple):
    """The search term of a word, and the position of the word.

    Attributes:
        text: The search term, such as `aeconomi` for `economy`: a marker letter and the stem.
        start: The offset of the word in the text, in code points.
        end: The offset of the end of the word.
    """

    text: str
    start: int
    end: int


def analyze(text: str) -> Iterator[Term]:
    """Yield the search term of each word of `text`, in order."""
    view = FoldedText(text)
    for word in WORD.finditer(view.text):
        yield Term(term(word.group()), *view.original_range(*word.span()))


def analyze_for_index(text: str) -> Sequence[Term]:
    """Return the search terms of `text` for the index, including the terms of joined words.

    A joined word is a name such as d'Orsay, or a word that a hyphen breaks at the end of a line.

    The terms of `analyze` come first: for `Musée d'Orsay`, those of `Musée`, `d` and `Orsay`. A group for
    each joined word and its neighbours follows: here `Musée` and `dOrsay`. Phrases with the joined word match
    in its group.
    """
    terms = list(analyze(text))
    groups: list[Term] = []
    for index, joined in _joined_words(text):
        before, after = _context_of_joined(terms, index)
        start, end = terms[index].start, terms[index + 1].end
        # An index has one term at each position, so the joined word cannot share a position with its parts.
        # No phrase matches across the placeholder.
        groups += [Term(PLACEHOLDER, start, start), *before, Term(term(joined), start, end), *after]
    return terms + groups


def _context_of_joined(terms: list[AnyTerm], index: int) -> tuple[list[AnyTerm], list[AnyTerm]]:
    """Return the terms before a joined word, and the terms after it, at most JOINED_CONTEXT terms each.

    `terms` are the terms of the text. The parts of the joined word are the terms at `index` and `index + 1`.
    """
    return terms[max(0, index - JOINED_CONTEXT) : index], terms[index + 2 : index + 2 + JOINED_CONTEXT]


def _joined_words(text: str) -> Sequence[tuple[int, str]]:
    """Return the joined words of `text`, such as `dOrsay` for d'Orsay, as pairs of an index and the word.

    The index is the position of the first part (`d`) among all words of `text`.
    """
    if text.isascii() and HAS_NO_JOINING_MARK(text):
        return []
    folded = fold_characters(text)
    if not ("'" in folded or "- " in folded) or not CAN_JOIN(folded):
        return []
    return [
        (index, first.group() + second.group())
        for index, (first, second) in enumerate(pairwise(WORD.finditer(folded)))
        if _are_joined(first.group(), folded[first.end() : second.start()], second.group())
    ]


def _are_joined(first: str, between: str, second: str) -> bool:
    if between == "'":
        return second[0].isupper() or first in ("O", "o")
    is_broken = (
        between == "- " and first.isalpha() and second[0].islower() and min(len(first), len(second)) > 1
    )
    return is_broken and second not in WORDS_AFTER_HANGING_HYPHEN


def words_in(text: str) -> Sequence[str]:
    """Return the words of `text` in order: `d` and `Orsay` for `d'Orsay`.

    Characters are simplified as in `text_folding`. Case, accents and endings remain.
    """
    # Loading an article needs the words of each paragraph several times.
    return _words(text) if len(text) <= MAX_CACHED_LENGTH else _find_words(text)


@lru_cache(maxsize=256)
def _words(text: str) -> Sequence[str]:
    return tuple(_find_words(text))


def _find_words(text: str) -> Sequence[str]:
    folded = fold_characters(text)
    words: list[str] = WORD.findall(folded)
    return [word.translate(INNER_MARKS) for word in words] if HAS_INNER_MARK(folded) else words


def fold(text: str) -> str:
    """Return `text` without case, diacritics and compatibility variants, for comparison.

    For example, `Élan` becomes `elan`, and the ligature `ﬁ` becomes `fi`. Invisible characters are removed,
    and variants of apostrophes, quotation marks and hyphens become plain.
    """
    # Most words need no folding of characters.
    folded = text if text.isascii() and text.isalnum() else fold_characters(text)
    if folded.isascii():
        return folded.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", folded).casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c)).translate(UNDECOMPOSED_LETTERS)
    return fold_characters(bare)


@lru_cache(maxsize=32_768)
def term(word: str) -> str:
    """Return the search term of `word`, a text of ASCII letters and digits for the full-text index.

    The term is `a` and the English stem, `u` and hexadecimal bytes, or `h` and a hash.
    """
    folded = fold(word).translate(INNER_MARKS)
    if folded.replace("'", "").isascii() and folded.replace("'", "").isalnum():
        with _stemmer_lock:
            result = "a" + _stemmer.stemWord(folded).replace("'", "")
    else:
        result = "u" + folded.encode().hex()
    return (
        result
        if len(result) <= MAX_TERM_LENGTH
        else "h" + hashlib.sha256(result.encode()).hexdigest()[: MAX_TERM_LENGTH - 1]
    )


def index_text(parts: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Return the text to index for each part of an article: its search terms, separated by spaces.

    A marker term follows each paragraph, so that no phrase matches across paragraphs.

    Args:
        parts: The paragraphs of each part, such as `title`.
    """
    terms = {name: _part_terms(paragraphs) for name, paragraphs in parts.items()}
    if _exceeds_limits([*chain.from_iterable(terms.values())]):
        _limit(terms.values())
    return {name: " ".join(part) for name, part in terms.items()}


def _part_terms(paragraphs: Sequence[str]) -> list[str]:
    terms: list[str] = []
    for number, paragraph in enumerate(paragraphs):
        terms += [*_paragraph_terms(paragraph), f"{PARAGRAPH_BREAK}{number}"]
    return terms


def _paragraph_terms(paragraph: str) -> list[str]:
    """Return the search terms of a paragraph in the order in which the index contains them.

    Joined words, and the terms around them, follow the other terms.
    """
    terms = [*map(term, words_in(paragraph))]
    groups: list[str] = []
    for index, joined in _joined_words(paragraph):
        before, after = _context_of_joined(terms, index)
        groups += [PLACEHOLDER, *before, term(joined), *after]
    return terms + groups


def _exceeds_limits(terms: Sequence[str]) -> bool:
    """Return True if the search terms of an article exceed the limits of PostgreSQL.

    The limits are MAX_TERMS terms in total and MAX_OCCURRENCES occurrences of one term.
    """
    # Counting the different terms is faster than counting each, and rules out that one is too frequent.
    has_repetitions = len(terms) - len(set(terms)) >= MAX_OCCURRENCES
    return len(terms) > MAX_TERMS or (has_repetitions and max(Counter(terms).values()) > MAX_OCCURRENCES)


def _limit(parts: Iterable[list[str]]) -> None:
    """Keep the search terms of an article within the limits of PostgreSQL, in place.

    Terms beyond the limits are removed, or replaced by PLACEHOLDER. `parts` are the terms of each part of the
    article.
    """
    remaining, counts = MAX_TERMS, Counter[str]()
    for terms in parts:
        del terms[remaining:]
        remaining -= len(terms)
        for index, each in enumerate(terms):
            counts[each] += 1
            if counts[each] > MAX_OCCURRENCES:
                terms[index] = PLACEHOLDER
