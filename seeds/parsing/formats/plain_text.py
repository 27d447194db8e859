"""Clean the texts of documents as the page format does, and warn about unusual characters in them."""

from collections.abc import Iterator

from seeds.parsing.characters import OddCharacters, clean_characters, find_odd_characters, is_visible
from seeds.parsing.document import FieldLines, ParseWarning
from seeds.parsing.page import odd_character_warnings


class PlainTexts:
    """The texts of a document that were cleaned, with the unusual characters that were found in them."""

    def __init__(self) -> None:
        self._odd_characters: list[OddCharacters] = []

    def add(self, text: str, line: int) -> str:
        """Return `text` on one line with single spaces, without control characters.

        Return an empty text if no visible character remains. `line` is the number of its line in the file.
        """
        found = find_odd_characters(text)
        self._odd_characters.extend(each._replace(line=line) for each in found)
        return clean_text(text)

    def warnings(self, lines: FieldLines) -> Iterator[ParseWarning]:
        """Yield warnings about unusual characters. `lines` says which field is at which line."""
        yield from odd_character_warnings(sorted(self._odd_characters, key=lambda odd: odd.line), lines)


def clean_text(text: str) -> str:
    """Return `text` on one line with single spaces, without control characters.

    Return an empty text if no visible character remains.
    """
    words = " ".join(clean_characters(text).split())
    return words if is_visible(words) else ""
