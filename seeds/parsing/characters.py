"""Clean the text of a document, and find the characters that lead to warnings.

Warnings are about control characters, and characters that change the text direction, such as U+202E.
"""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple
from unicodedata import category

from api.text_folding import fold_characters

# Vertical tab, form feed, next line, and a carriage return alone: white space in Unicode, and often the end
# of a line.
SPACE_CONTROLS = re.compile("[\x0b\x0c\x85]|\r(?!\n)")
LINE_ENDS = re.compile("\r+\n")
OTHER_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f]+")
C1_CONTROLS = re.compile("[\x80-\x84\x86-\x9f]")
# Half of a character outside the Basic Multilingual Plane, from an escape such as `\ud83d` in JSON.
SURROGATES = re.compile("[\ud800-\udfff]")
ODD_CHARACTERS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
# The bytes 0x80 to 0x9F as characters of Windows-1252, if they have a meaning there.
WINDOWS_1252 = {
    chr(byte): character
    for byte in range(0x80, 0xA0)
    if byte != 0x85 and (character := bytes([byte]).decode("windows-1252", "ignore"))
}


class OddKind(Enum):
    """A kind of unusual characters.

    The value of a member is a pair of texts for warnings: the name of the kind, and what is done with the
    characters, such as `removed`.
    """

    CONTROL = ("control", "removed")
    SPACE = ("white-space control", "read as spaces")
    WINDOWS = ("C1 control", "read as Windows-1252")
    DIRECTION = ("direction-changing", "kept")
    SURROGATE = ("surrogate", "replaced by U+FFFD")


class OddCharacters(NamedTuple):
    """The unusual characters of one kind in one line of a document, for a warning to the operator.

    Attributes:
        line: The number of the line in the file, from 1.
        amount: How many such characters the line has.
        first: The first of these characters.
    """

    line: int
    kind: OddKind
    amount: int
    first: str


def clean_characters(text: str) -> str:
    """Return `text` without control characters, except tabs and line feeds.

    Line ends become line feeds, and white-space controls such as the form feed become spaces. Characters from
    U+0080 to U+009F are read as Windows-1252. All other control characters are removed. A
    surrogate, which cannot be stored, becomes U+FFFD.
    """
    if not ODD_CHARACTERS.search(text):
        return text
    text = SURROGATES.sub("\ufffd", _with_line_feeds(text))
    text = SPACE_CONTROLS.sub(" ", text)
    # These characters come from Windows-1252 text that was read as Latin-1.
    text = C1_CONTROLS.sub(lambda match: WINDOWS_1252.get(match.group(), ""), text)
    return OTHER_CONTROLS.sub("", text)


def find_odd_characters(text: str) -> Iterator[OddCharacters]:
    """Yield the unusual characters of `text`: an item for each line and each kind of characters in it.

    `text` is the original text of a document, before `clean_characters` is called.
    """
    if not ODD_CHARACTERS.search(text):
        return
    for number, line in enumerate(_with_line_feeds(text).split("\n"), 1):
        found: dict[OddKind, list[str]] = {}
        for character in ODD_CHARACTERS.findall(line):
            found.setdefault(_kind_of(character), []).append(character)
        for kind, characters in found.items():
            yield OddCharacters(number, kind, len(characters), characters[0])


def is_visible(text: str) -> bool:
    """Return True if `text` contains a visible character, and not only spaces and invisible characters."""
    return any(category(character) not in {"Cf", "Zs", "Cc"} for character in fold_characters(text))


def _with_line_feeds(text: str) -> str:
    text = LINE_ENDS.sub("\n", text)
    return text if "\n" in text else text.replace("\r", "\n")


def _kind_of(character: str) -> OddKind:
    if SURROGATES.match(character):
        return OddKind.SURROGATE
    if character > "\xa0":
        return OddKind.DIRECTION
    if character in "\x0b\x0c\r\x85":
        return OddKind.SPACE
    return OddKind.WINDOWS if character in WINDOWS_1252 else OddKind.CONTROL
