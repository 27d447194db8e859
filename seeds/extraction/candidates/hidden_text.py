"""Hide the parts of a text that contain no names: addresses, amounts of money, measurements and page labels.

The module also finds sentences in capital letters, where capitals do not show names.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from api.search.analyzer import MAX_CACHED_LENGTH
from seeds.extraction.candidates.tokens import UPPER
from seeds.extraction.lexicon import Lexicon

# The character that replaces each hidden character. No name contains it, and no name begins right after it.
FILLER = "_"
CURRENCY_SIGNS = (
    "$\u00a2-\u00a5\u058f\u060b\u09f2\u09f3\u0e3f\u17db\u20a0-\u20cf\ufdfc\uff04\uffe0\uffe1\uffe5\uffe6"
)
# Domains that are more often a domain than the end of a word. Others need `www.`, a path or a subdomain.
LONG_DOMAINS = r"(?:com|org|net|edu|gov|mil|int|info|biz|io)"
ADDRESS = re.compile(
    r"\b[a-z][a-z+.-]*://[^\s<>\"]+"  # A URL.
    r"|\bmailto:\S+"
    r"|[\w.+%-]+@[\w-]+(?:\.[\w-]+)*"  # An e-mail address.
    r"|(?<!\w)@\w+(?:\.\w+)*"  # A handle.
    r"|\b(?i:www)\.[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:[/?#][^\s<>\"]*)?"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,12})(?::\d+)?[/?#][^\s<>\"]*"  # A domain and a path.
    r"|\b[\w-]+(?:\.[\w-]+)+\.(?:[a-z]{2,3})\b(?![.'-]\w)"  # A domain with a subdomain.
    # A domain alone. A capital before `.com` is the name of a company, as in Quayline.com.
    rf"|\b(?:[a-z0-9-]+\.com|[\w-]+\.(?!com\b){LONG_DOMAINS})\b"
)
# Characters without which a text contains no address.
INNER_DOT, ADDRESS_MARKS = re.compile(r"\.[a-z]{2}"), ("@", "://")
AMOUNT = re.compile(
    # The letters before a sign of money, as in HK$, and the amount after it. A$AP is no amount.
    rf"(?<![\w{CURRENCY_SIGNS}])(?:[A-Z]{{1,3}}\.?(?:[A-Z]\.)?)?[{CURRENCY_SIGNS}](?![^\W\d_]{{2}})(?:\s?\d+(?:[.,]\d+)*(?:[A-Za-z]{{1,2}}\b)?)?"
    rf"|\d[{CURRENCY_SIGNS}][A-Z]{{1,3}}\b"
)
MONEY_SIGN = re.compile(rf"[{CURRENCY_SIGNS}]")
# A code of three letters is a currency only beside a number.
CODED_AMOUNT = re.compile(
    r"\b([A-Z]{3}) ?(?=\d)|(?<=\d)(?: ?(?:m|bn|tn|k|million|billion|trillion|thousand))? ?([A-Z]{3})\b"
)
CODE = re.compile(r"[A-Z]{3}(?![A-Za-z])")
UNIT_SYMBOL = re.compile(
    r"(?<=\d) ?(?:[kKMGTP]?(?:Wh|Wp|W|Hz|VA|eV|Pa|V)|[kKMGTP](?:B|J|A|N)|[kKMGT]b(?:ps)?|°? ?[CFK]|dB|PSI"
    r"|KM|KG|MPH|KPH|TEU|GT|DWT|BTU)(?![\w-])"
)
UNIT_SIGN = re.compile(r"[0-9] ?[°A-Zdekmp]")
DEGREES = re.compile(r"(?<=degrees )(?:Celsius|Fahrenheit|Kelvin|Rankine|C|F|K)\b|°(?:Celsius|[CFK])\b")
# A word in capital letters. Several are a sentence if they contain function words, or are a complete text.
CAPITAL_WORD = rf"[{UPPER}\d][{UPPER}\d'.&-]*"
CAPITAL_RUN = re.compile(rf"(?<![\w'-]){CAPITAL_WORD}(?:[,;:]?[ \"(-]+{CAPITAL_WORD}[)\"]*){{2,}}(?!\w)")
CAPITALS_SIGN = re.compile(rf"[{UPPER}]{{2}}[^a-z]{{5}}")
LETTERS = re.compile(rf"[{UPPER}]+(?:'[{UPPER}]+)*")
MIN_CAPITAL_WORDS = 3
MIN_CAPITAL_WORDS_ALONE = 6


class ReadableText(NamedTuple):
    """A text in which the parts without names, such as addresses, are hidden.

    Attributes:
        known: The text to search for known names.
        new: The text to search for new names. Sentences in capital letters are hidden as well.
        capitals: The start and end offset of each sentence in capital letters.
    """

    known: str
    new: str
    capitals: Sequence[tuple[int, int]]


def hide_parts_without_names(lexicon: Lexicon, text: str) -> ReadableText:
    """Hide addresses, handles such as `@name`, amounts of money, units and page labels in `text`.

    Each hidden character becomes `FILLER`, so offsets stay the same.

    Args:
        text: A folded text: without invisible characters, and with plain apostrophes and hyphens.
    """
    return (_hide_cached if len(text) <= MAX_CACHED_LENGTH else _hide_parts)(lexicon, text)


def _hide_parts(lexicon: Lexicon, text: str) -> ReadableText:
    known = _hide(text, ADDRESS) if _can_have_address(text) else text
    if MONEY_SIGN.search(known):
        known = _hide(known, AMOUNT)
    if CODE.search(known):
        known = CODED_AMOUNT.sub(lambda match: _hide_code(lexicon, match), known)
    if UNIT_SIGN.search(known):
        known = _hide(known, UNIT_SYMBOL)
    if "degrees " in known or "°" in known:
        known = _hide(known, DEGREES)
    known = lexicon.page_label_pattern.sub(_hide_label, known)
    capitals = tuple(_find_capitals(lexicon, known)) if CAPITALS_SIGN.search(known) else ()
    new = known
    for start, end in capitals:
        new = new[:start] + FILLER * (end - start) + new[end:]
    return ReadableText(known, new, capitals)


_hide_cached = lru_cache(maxsize=512)(_hide_parts)


def _can_have_address(text: str) -> bool:
    return any(mark in text for mark in ADDRESS_MARKS) or INNER_DOT.search(text) is not None


def _hide_label(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    is_inside = before.isalnum() or before in ("-", "'")
    return match.group() if is_inside else FILLER * len(match.group())


def _hide(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: FILLER * len(match.group()), text)


def _hide_code(lexicon: Lexicon, match: re.Match[str]) -> str:
    code = match.group(1) or match.group(2)
    is_currency = code.lower() in lexicon.currency_codes
    return match.group().replace(code, FILLER * len(code)) if is_currency else match.group()


def _find_capitals(lexicon: Lexicon, text: str) -> list[tuple[int, int]]:
    """Return the start and end offset of each sentence in capital letters in `text`.

    A text that is completely in capital letters counts as one sentence if it has several words.
    """
    is_complete = text.isupper()
    found: list[tuple[int, int]] = []
    if is_complete and len(LETTERS.findall(text)) > 1:
        return [(0, len(text))]
    for match in CAPITAL_RUN.finditer(text):
        words = [word.lower() for word in LETTERS.findall(match.group()) if len(word) > 1]
        is_sentence = len(words) >= MIN_CAPITAL_WORDS and not lexicon.function_words.isdisjoint(words)
        if is_sentence or len(words) >= MIN_CAPITAL_WORDS_ALONE:
            found.append(match.span())
    return found
