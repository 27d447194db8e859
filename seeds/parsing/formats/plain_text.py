"""Clean the texts of documents: join each text into one line, and remove control characters.

Control characters, and characters that change the direction of the text, lead to warnings.
"""

from seeds.parsing.characters import (
    OddCharacters,
    OddKind,
    clean_characters,
    find_odd_characters,
    is_visible,
)
from seeds.parsing.document import ParseWarning
from seeds.parsing.page import odd_character_warning


class PlainTexts:
    """Removes control characters from the texts of a document, and collects warnings.

    The warnings are about control characters, and characters that change the direction of the text.
    """

    def __init__(self) -> None:
        self._groups: dict[tuple[str, OddKind], list[OddCharacters]] = {}

    def add(self, text: str, section: str, line: int) -> str:
        """Return `text` on one line with single spaces, without control characters.

        The method `warnings` later reports unusual characters of `text`.

        Args:
            section: The part of the document that contains the text, such as `title`.
            line: The number of the line of the text in the file.
        """
        for odd in find_odd_characters(text):
            self._groups.setdefault((section, odd.kind), []).append(odd._replace(line=line))
        return clean_text(text)

    def warnings(self) -> list[ParseWarning]:
        """Return the warnings about unusual characters in all texts that were added, sorted by line.

        A section has at most one warning for each kind of unusual characters, such as control characters.
        """
        found = (odd_character_warning(section, group) for (section, _), group in self._groups.items())
        return sorted(found, key=lambda warning: warning.line)


def clean_text(text: str) -> str:
    """Return `text` on one line with single spaces, without control characters.

    Return an empty text if no visible character remains.
    """
    words = " ".join(clean_characters(text).split())
    return words if is_visible(words) else ""
