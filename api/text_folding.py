"""Fold a text for comparison: remove invisible characters, and unify quotation marks and dashes.

Parsing, search, extraction and the comparison of titles read the folded text:

- Characters that Unicode calls default-ignorable, such as the soft hyphen, are removed.
- Every apostrophe and single quotation mark is `'`, every double quotation mark is `"`.
- Every hyphen and dash is `-`.
- Letters are composed with their accents (NFC of UAX 15).
- White space is one space between words. The text does not begin or end with a space.

Texts are stored and served as written. `FoldedText` maps offsets in the folded text to the text as written.
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
    """A text and its folded form, which is used to compare texts (see the module)."""

    __slots__ = ("_spans", "original", "text")

    def __init__(self, original: str) -> None:
        self.original = original
        self.text = fold_characters(original)
        # For each character of the folded text, its start and end in the original text. Empty until needed,
        # and as long as the offsets are equal in both texts.
        self._spans: list[tuple[int, int]] = []

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
        if self.text is self.original or (not self._spans and _keeps_offsets(self.original)):
            return start, end
        self._spans = self._spans or _find_spans(self.original)
        if start < end:
            return self._spans[start][0], self._spans[end - 1][1]
        offset = self._spans[start][0] if start < len(self._spans) else len(self.original)
        return offset, offset

    def written(self, start: int, end: int) -> str:
        """Return the folded characters from `start` to `end` as they are written in the original text."""
        first, last = self.original_range(start, end)
        return self.original[first:last]

    def rest(self, start: int) -> "FoldedText":
        """Return the part of this text from the offset `start` of the folded form.

        The result does not begin with invisible characters.
        """
        offset = self.original_range(start, start)[0]
        return FoldedText(self.original[offset:]) if offset else self


def fold_characters(text: str) -> str:
    """Return `text` in folded form, for comparison with other folded texts.

    Every quotation mark becomes `'` or `"`, and every dash becomes `-`. Invisible characters are removed, and
    white space becomes single spaces. Letters are composed with their accents (NFC).
    """
    if text.isascii():
        return with_single_spaces(text.replace("`", "'"))
    characters = set(text)
    folded = _with_plain_marks(text, characters)
    if not characters.isdisjoint(IGNORABLE):
        folded = remove_ignorable(folded)
    if not characters.isdisjoint(OTHER_SPACES) or _has_surplus_spaces(folded):
        folded = " ".join(folded.split())
    return folded if is_normalized("NFC", folded) else normalize("NFC", folded)


def with_single_spaces(text: str) -> str:
    """Return `text` with one space between words, and without white space at both ends."""
    # Most texts are already so. White space other than the space character is not printable.
    return text if text.isprintable() and not _has_surplus_spaces(text) else " ".join(text.split())


def remove_ignorable(text: str) -> str:
    """Return `text` without invisible characters, such as the soft hyphen and zero-width spaces.

    Unicode calls these characters default-ignorable.
    """
    if text.isascii() or IGNORABLE.isdisjoint(text):
        return text
    return "".join(character for character in text if character not in IGNORABLE)


def _with_plain_marks(text: str, characters: set[str]) -> str:
    for variant in characters & VARIANTS.keys():
        text = text.replace(variant, VARIANTS[variant])
    return text


def _has_surplus_spaces(text: str) -> bool:
    return "  " in text or text[:1] == " " or text[-1:] == " "


def _keeps_offsets(text: str) -> bool:
    """Return True if folding changes no offsets: each character of `text` becomes exactly one character."""
    is_complete = SURPLUS.isdisjoint(text) and not _has_surplus_spaces(text)
    return is_complete and is_normalized("NFC", text)


def _find_spans(text: str) -> list[tuple[int, int]]:
    """Fold `text`, and return the start and the end in `text` of each folded character."""
    visible = [*_visible_characters(_with_plain_marks(text, set(text)))]
    folded = "".join(character for character, _ in visible)
    spans: list[tuple[int, int]] = []
    for cluster in CLUSTER.finditer(folded):
        parts = [(place, place + 1) for _, place in visible[cluster.start() : cluster.end()]]
        composed = normalize("NFC", cluster.group())
        is_same = composed == cluster.group()
        spans += parts if is_same else [(parts[0][0], parts[-1][1])] * len(composed)
    return spans


def _visible_characters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each character of `text` that folding keeps, with its offset in `text`.

    White space between words becomes one space, with the offset of the first white-space character.
    """
    # Folding removes the invisible characters in IGNORABLE, and white space at both ends.
    space: int | None = None
    begun = False
    for place, character in enumerate(text):
        if character in IGNORABLE:
            continue
        if character == " " or character in OTHER_SPACES:
            space = place if space is None else space
            continue
        if space is not None and begun:
            yield " ", space
        space, begun = None, True
        yield character, place
