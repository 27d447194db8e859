"""Fold a text for comparison: without invisible characters, and with one character for each kind of mark.

Some characters are invisible, and others differ only in their shape. Parsing, search, extraction and the
comparison of titles read the folded text, in which these differences are gone:

- Characters that Unicode calls default-ignorable, such as the soft hyphen, are removed.
- Every apostrophe and single quotation mark is `'`, every double quotation mark is `"`, and every hyphen and
  dash is `-`.
- Letters are composed with their accents (NFC of UAX 15).
- White space is one space between words. The text does not begin or end with a space.

Texts are stored and served as written. `FoldedText` maps offsets in the folded text to offsets in the text as
written.
"""

import re
from collections.abc import Iterator
from unicodedata import category, is_normalized, normalize

# The property Default_Ignorable_Code_Point in DerivedCoreProperties.txt of Unicode 16.0.
IGNORABLE_RANGES = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
    *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8)),
    *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
IGNORABLE = frozenset(chr(point) for first, last in IGNORABLE_RANGES for point in range(first, last + 1))
APOSTROPHES = (
    "`´‘’‚‛‹›′‵＇｀\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u02ca\u02cb\u055a\u05f3\u1fbd\u1fbf\u1fef\u1ffd"
    "\u275b\u275c\ua78b\ua78c"
)
QUOTATION_MARKS = "“”„‟«»″‶＂\u02ba\u02dd\u02ee\u05f4\u275d\u275e\u301d\u301e\u301f"
DASHES = "\u058a\u05be\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
# The plain mark for each variant.
VARIANTS = dict.fromkeys(APOSTROPHES, "'") | dict.fromkeys(QUOTATION_MARKS, '"') | dict.fromkeys(DASHES, "-")
# White space other than the space character. Python's `str.isspace` has the same characters.
OTHER_SPACES = frozenset(chr(point) for point in range(0x3001) if chr(point).isspace() and chr(point) != " ")
# Characters that can make the folded text shorter.
SURPLUS = IGNORABLE | OTHER_SPACES
# A character and the characters that NFC can compose with it: accents, vowel signs, and the vowels and final
# consonants of Hangul syllables.
COMPOSING = "\u1161-\u1175\u11a8-\u11c2" + "".join(
    chr(point) for point in range(0x0300, 0x20000) if category(chr(point)) in ("Mn", "Mc")
)
CLUSTER = re.compile(rf".[{COMPOSING}]*", re.DOTALL)


class FoldedText:
    """A text and its folded form, without invisible characters and variants of marks.

    Attributes:
        original: The text as written.
        text: The folded text.
    """

    __slots__ = ("_spans", "original", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = original
        # For each character of the folded text, its start and end in the original text. None if the offsets
        # are equal in both texts.
        self._spans: list[tuple[int, int]] | None = None
        if original.isascii():
            is_short = original.isprintable() and not _has_surplus_spaces(original)
            self.text = original.replace("`", "'")
        else:
            characters = set(original)
            for variant in characters & VARIANTS.keys():
                self.text = self.text.replace(variant, VARIANTS[variant])
            is_short = (
                characters.isdisjoint(SURPLUS)
                and not _has_surplus_spaces(original)
                and is_normalized("NFC", original)
            )
        if not is_short:
            folded = list(_compose(list(_visible_characters(self.text))))
            self.text = "".join(character for character, _ in folded)
            self._spans = [span for _, span in folded]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FoldedText) and self.original == other.original

    def __hash__(self) -> int:
        return hash(self.original)

    def __repr__(self) -> str:
        return f"FoldedText({self.original!r})"

    def original_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in the original text of the folded characters from `start` to `end`.

        The range includes the invisible characters between these characters, but none before or after them.
        """
        if self._spans is None:
            return start, end
        if start < end:
            return self._spans[start][0], self._spans[end - 1][1]
        offset = self._spans[start][0] if start < len(self._spans) else len(self.original)
        return offset, offset

    def written(self, start: int, end: int) -> str:
        """Return the folded characters from `start` to `end` as they are written in the original text."""
        first, last = self.original_range(start, end)
        return self.original[first:last]

    def rest(self, start: int) -> "FoldedText":
        """Return the part of the text from the offset `start` of the folded text on.

        It begins with a visible character.
        """
        offset = self.original_range(start, start)[0]
        return FoldedText(self.original[offset:]) if offset else self


def fold_characters(text: str) -> str:
    """Return the folded text of `text`: plain marks, no invisible characters, and single spaces."""
    return FoldedText(text).text


def remove_ignorable(text: str) -> str:
    """Return `text` without the characters that Unicode calls default-ignorable."""
    if text.isascii() or IGNORABLE.isdisjoint(text):
        return text
    return "".join(character for character in text if character not in IGNORABLE)


def _has_surplus_spaces(text: str) -> bool:
    return "  " in text or text[:1] == " " or text[-1:] == " "


Character = tuple[str, tuple[int, int]]
"""A character of a folded text, and its start and end in the original text."""


def _visible_characters(text: str) -> Iterator[Character]:
    """Yield the characters of `text` without default-ignorable characters and with single spaces."""
    pending: Character | None = None
    begun = False
    for index, character in enumerate(text):
        if character in IGNORABLE:
            continue
        if character == " " or character in OTHER_SPACES:
            pending = pending or (" ", (index, index + 1))
            continue
        if pending and begun:
            yield pending
        pending, begun = None, True
        yield character, (index, index + 1)


def _compose(characters: list[Character]) -> Iterator[Character]:
    """Yield `characters` in NFC: a letter and its accents become one character."""
    text = "".join(character for character, _ in characters)
    if is_normalized("NFC", text):
        yield from characters
        return
    for cluster in CLUSTER.finditer(text):
        span = (characters[cluster.start()][1][0], characters[cluster.end() - 1][1][1])
        composed = normalize("NFC", cluster.group())
        if composed == cluster.group():
            yield from characters[cluster.start() : cluster.end()]
        else:
            for character in composed:
                # An accent can be composed to a mark, such as U+1FEF.
                yield VARIANTS.get(character, character), span
