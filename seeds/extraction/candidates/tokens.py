"""Find the tokens of a text: capitalised words and numbers that can be parts of names.

All texts are folded: they have no invisible characters, and plain apostrophes and hyphens.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.search.analyzer import CJK
from seeds.extraction.lexicon import COMMON_WORD, RARE_WORD, Lexicon
from seeds.extraction.person_names import DOTTED_GENERATIONS

UPPER = "".join(chr(point) for point in range(0x41, 0x2000) if unicodedata.category(chr(point)) == "Lu")
LETTER = rf"[^\W_{CJK}]"
# Words such as U.S., AT&T, Graf-Moser, ASCEND-3, O'Brien, Xi'an and AI+.
CAPITALISED = (
    rf"[{UPPER}](?:\.[{UPPER}])+\.?"
    rf"|[{UPPER}]{LETTER}*(?:[-&](?=[{UPPER}\d]){LETTER}+|'(?!s\b)(?=[^\W\d_]){LETTER}+)*\+?"
)
NUMBER = r"\d+(?:[.,]\d+)*[A-Z]?"
# The pattern begins with a capital or a digit, which makes the search fast. The lowercase letters before it,
# as in iPhone, al-Haddad or d'Arcy, are read afterwards.
TOKEN = re.compile(rf"(?:{CAPITALISED}|{NUMBER})(?!\w)")
LOWERCASE_PREFIX = re.compile(r"(?<!\w)(?<!\w[-'])(?:[a-z]-?|(?:al|ad|an|ar|as|ash|at|az|el|ul)-|[dl]')$")
MAX_PREFIX_LENGTH = 4
# A word in lower case before a hyphen. Shorter words are usually prefixes, as in pro-Velmora.
LAST_WORD = re.compile(r"(?<![\w'-])[a-z]+$")
MIN_WORD_LENGTH, MAX_WORD_LENGTH = 4, 24
PREFIXES = frozenset(
    (
        *("anti", "cross", "early", "former", "half", "inter", "late", "mainly", "mostly", "near", "once"),
        *("post", "self", "semi", "sometimes", "super", "then", "trans", "ultra", "under", "vice"),
    )
)
# The second half of a given name in East Asia: Se-hun, Mei-hua.
GIVEN_NAME_SYLLABLE = re.compile(r"(?<=[a-z])-([a-z]{2,6})(?!\w)")
# Words that follow a place and a hyphen, and are not a syllable of a given name.
PLACE_COMPOUNDS = frozenset(("area", "based", "born", "led", "made", "owned", "style", "wide"))
# Legal forms that can be written with a full stop.
DOTTED_FORMS = frozenset(("bros", "co", "corp", "inc", "ltd"))
# A full stop that does not end a sentence.
INNER_FULL_STOP = re.compile(r"\.(?=[,;:)]|'s| [a-z(])")
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")


class Token(NamedTuple):
    """A capitalised word or a number in a text.

    Attributes:
        text: The word or number as it is in the text.
        start: The offset of its first character.
        end: The offset after its last character.
        is_number: True if the token begins with a digit.
        lower: The word in lower case.
    """

    text: str
    start: int
    end: int
    is_number: bool
    lower: str


def tokenize(lexicon: Lexicon, text: str) -> list[Token]:
    """Return the capitalised words and the numbers of `text`, in order.

    A separate function word, such as The before a lowercase word or a number, is left out.
    """
    return list(_tokens(lexicon, text))


def _tokens(lexicon: Lexicon, text: str) -> Iterator[Token]:
    function_words, previous_end = lexicon.function_words, 0
    for match in TOKEN.finditer(text):
        start, end = match.span()
        word = match.group()
        small = word.lower()
        ahead = text[end : end + 2]
        # Skip function words at the beginning of a sentence, which are four in ten capitalised words. After
        # another capitalised word, as in Formula One, a function word can be part of a name.
        is_before_capital = not (ahead[1:].islower() or ahead[1:].isdigit())
        if not is_before_capital and start - previous_end != 1 and small in function_words:
            continue
        is_number = word[0].isdigit()
        if start and text[start - 1] != " ":
            start = _word_start(lexicon, text, start, is_number)
        if ahead[:1] in (".", "-"):
            end = _word_end(lexicon, text, start, end)
        if start >= 0:
            previous_end = end
            if end - start != len(word):
                word = text[start:end]
                small = word.lower()
            yield Token(word, start, end, is_number, small)


def _word_start(lexicon: Lexicon, text: str, start: int, is_number: bool) -> int:
    """Return the offset where a word of `text` begins, or -1 if `start` is inside a different word.

    A lowercase prefix belongs to the word, as in iPhone. The V in `pro-Velmora` is inside a different word.
    The V in `council-Velmora` is not, because the hyphen after a common word is a dash.

    Args:
        start: The offset of the first capital or digit of the word. It is not 0.
        is_number: True if the word is a number.
    """
    before = text[max(0, start - MAX_PREFIX_LENGTH) : start]
    # A number has no prefix.
    prefix = None if is_number else LOWERCASE_PREFIX.search(before)
    if prefix:
        return start - len(prefix.group())
    if before[-1] == "-" and not is_number and _is_before_dash(lexicon, text, start - 1):
        return start
    is_inside = _is_word_character(before[-1]) or (before[-1] in "-'" and _is_word_character(before[-2:-1]))
    return -1 if is_inside else start


def _is_before_dash(lexicon: Lexicon, text: str, end: int) -> bool:
    """Return True if the word of `text` that ends at offset `end` is a common word and not a prefix.

    A hyphen after a common word, such as `council`, is a dash.
    """
    word = LAST_WORD.search(text, max(0, end - MAX_WORD_LENGTH), end)
    return (
        word is not None
        and len(word.group()) >= MIN_WORD_LENGTH
        and word.group() not in PREFIXES
        and lexicon.frequencies.get(word.group(), 0) >= COMMON_WORD
    )


def _is_word_character(character: str) -> bool:
    return character.isalnum() or character == "_"


def _word_end(lexicon: Lexicon, text: str, start: int, end: int) -> int:
    """Return the offset where a word ends. `text[start:end]` is the word up to the first hyphen or full stop.

    The word includes a given name after the hyphen (Mei-hua), or the full stop of an abbreviation (Inc.).
    """
    if text[end] == "-":
        return _given_name_end(lexicon, text, start, end)
    if text[start:end] in DOTTED_GENERATIONS:
        return end + 1
    is_dotted = text[start:end].lower() in DOTTED_FORMS and INNER_FULL_STOP.match(text, end)
    return end + 1 if is_dotted else end


def _given_name_end(lexicon: Lexicon, text: str, start: int, end: int) -> int:
    syllable = GIVEN_NAME_SYLLABLE.match(text, end)
    if not syllable or start < 1 or text[start - 1] != " ":
        return end
    if syllable.group(1) in PLACE_COMPOUNDS:
        return end
    family = text[text.rfind(" ", 0, start - 1) + 1 : start - 1].lower()
    frequencies = lexicon.frequencies
    is_common = frequencies.get(text[start:end].lower(), 0) >= COMMON_WORD
    is_family = family in lexicon.korean_surnames or (family in lexicon.east_asian_surnames and not is_common)
    return syllable.end() if is_family or frequencies.get(syllable.group(1), 0) < RARE_WORD else end


def words_of(text: str, tokens: Sequence[Token]) -> tuple[str, ...]:
    """Return the words of a name in lower case and without full stops: `("bank", "of", "bern")`.

    `tokens` are the capitalised words of the name in `text`. The lowercase words between them are included.
    """
    words = text[tokens[0].start : tokens[-1].end].lower()
    # S.A. becomes SA, but 3.5 does not become 35.
    return tuple(
        word.rstrip(",.'") if word[0].isdigit() else word.strip(",'").replace(".", "")
        for word in words.split()
    )


def head_type_of(lexicon: Lexicon, text: str, tokens: Sequence[Token]) -> str | None:
    """Return the entity type that the head noun of a name indicates: `organization` for Bank of Bern.

    `tokens` are the capitalised words of the name. Return None for a single word or without such a noun.
    """
    return lexicon.head_type(words_of(text, tokens)) if len(tokens) > 1 else None


def is_english_word(lexicon: Lexicon, token: Token) -> bool:
    """Return True if `token` is in the list of English words and is not the name of a place."""
    return token.lower in lexicon.frequencies and not lexicon.is_place(token.text)
