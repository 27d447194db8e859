"""Split the text of an article page into blocks of numbered lines, and recognize headings of the page format.

A block is a group of lines between blank lines, such as a paragraph.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from api.text_folding import FoldedText, remove_ignorable, with_single_spaces
from seeds.escaping import quoted
from seeds.parsing.bullets import list_mark
from seeds.parsing.characters import OddCharacters, clean_characters, find_odd_characters, is_visible
from seeds.parsing.document import Rejection, Span
from seeds.parsing.text_shapes import reads_as_heading, starts_lower_case

HTML_START = re.compile(r"<[A-Za-z!?/]")
JSON_START = re.compile(r'\{\s*["}]|\[\s*["\[{\]]')
# Front matter, a heading, an image, a link or bold text alone in the first block, or an underlined heading.
MARKDOWN_START = re.compile(
    r"---$|#{1,6} |!?\[[^\]]+\]\([^)\s]+\)$|(\*\*|__)\S.*\1$|[^\n]+\n(===+|---+)$", re.MULTILINE
)
# The heading "Editor's Desk" can be split over two lines.
EDITORS_LINE, DESK_LINE = "editors", "desk"
MAX_HEADING_LENGTH = 40


class Heading(Enum):
    """The fixed headings of the page format, such as Key Takeaways, which divide a page into sections.

    The value of each member is the text of the heading.
    """

    TAKEAWAYS = "Key Takeaways"
    DESK = "Editor's Desk"
    SHARE = "Share Article"
    RELATED = "Related Articles"


class Line(NamedTuple):
    """A line of a page that is not blank.

    Attributes:
        number: The number of the line in the file, from 1.
        view: The line in the two forms that `text` and `folded` return.
    """

    number: int
    view: FoldedText

    @property
    def text(self) -> str:
        """The text of the line with single spaces. Quotation marks and hyphens are as in the file."""
        return self.view.original

    @property
    def folded(self) -> str:
        """The text for comparisons, without invisible characters, and with plain quotation marks and hyphens.

        Every apostrophe is `'`, every double quotation mark is `"`, and every hyphen and dash is `-`.
        """
        return self.view.text


class Block(NamedTuple):
    """Consecutive lines of a page between blank lines, such as a paragraph.

    Attributes:
        lines: The lines, at least one.
        heading: If the block is a fixed heading of the page format, this heading, such as `Key Takeaways`.
            Otherwise None.
    """

    lines: tuple[Line, ...]
    heading: Heading | None = None

    @property
    def text(self) -> str:
        """The text of the block: its lines, joined by spaces."""
        return self.lines[0].text if len(self.lines) == 1 else " ".join(line.text for line in self.lines)

    @property
    def folded(self) -> str:
        """The text for comparisons: the folded texts of the lines, joined by spaces.

        A folded text has no invisible characters, and its quotation marks and hyphens are `'`, `"` and `-`.
        """
        return self.lines[0].folded if len(self.lines) == 1 else " ".join(line.folded for line in self.lines)

    @property
    def span(self) -> Span:
        """The numbers of the first and the last line of the block, counted from 1 in the file."""
        return self.lines[0].number, self.lines[-1].number


class PageBlocks(NamedTuple):
    """The blocks of an article page. A block is a group of lines between blank lines.

    Attributes:
        blocks: The blocks of the page, at least one.
        odd_characters: The unusual characters, such as control characters, by line and kind.
    """

    blocks: list[Block]
    odd_characters: list[OddCharacters]


def read_blocks(data: bytes) -> PageBlocks:
    """Split `data`, the bytes of an article page, into blocks of lines.

    Raises:
        Rejection: If `data` is empty or not UTF-8 text, or if it is HTML, JSON or Markdown.
    """
    text = decode_utf8(data)
    blocks = _split(clean_characters(text))
    if not blocks:
        raise Rejection("the file is empty; expected a title and a body", line=1)
    _refuse_markup(blocks)
    return PageBlocks(_with_headings(blocks), list(find_odd_characters(text)))


def decode_utf8(data: bytes) -> str:
    """Return the text of `data` without a byte-order mark.

    Raises:
        Rejection: If `data` is binary or not UTF-8.
    """
    nul = data.find(0)
    if nul >= 0:
        raise Rejection("the file is binary (it has a NUL byte); expected UTF-8 text", byte=nul)
    try:
        return data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte 0x{data[error.start]:02X}); expected UTF-8 text"
        raise Rejection(message, byte=error.start) from None


def _split(text: str) -> list[Block]:
    blocks: list[Block] = []
    lines: list[Line] = []
    for number, raw in enumerate(text.split("\n"), 1):
        view = FoldedText(with_single_spaces(raw)) if raw else None
        if view and view.text and (view.text.isprintable() or is_visible(view.text)):
            lines.append(Line(number, view))
        elif lines:
            blocks.append(Block(tuple(lines)))
            lines = []
    return [*blocks, Block(tuple(lines))] if lines else blocks


def _refuse_markup(blocks: Sequence[Block]) -> None:
    lines = blocks[0].lines
    first = [each.text for block in blocks[:2] for each in block.lines[:2]]
    start = remove_ignorable(" ".join(first))
    if HTML_START.match(start):
        raise _markup_rejection("HTML", ".html", lines[0])
    if JSON_START.match(start):
        raise _markup_rejection("JSON", ".json", lines[0])
    if MARKDOWN_START.match(remove_ignorable("\n".join(line.text for line in lines[:2]))):
        raise _markup_rejection("Markdown", ".md", lines[0])


def _markup_rejection(language: str, ending: str, line: Line) -> Rejection:
    message = f"the file is {language} ({quoted(line.text)}); expected plain text, or the ending {ending}"
    return Rejection(f"{message}; see docs/format.md", line=line.number)


def _with_headings(blocks: Sequence[Block]) -> list[Block]:
    marked: list[Block] = []
    for block in blocks:
        words, joined = _normalize_heading(block.lines[0]), block
        if words == DESK_LINE and marked and _is_editors_line(marked[-1].lines):
            joined = Block(marked.pop().lines + block.lines)
        elif words != EDITORS_LINE and words not in HEADINGS:
            marked.append(block)
            continue
        marked.extend(_split_heading(joined, marked[-1].heading if marked else None))
    return marked


def _split_heading(block: Block, previous: Heading | None) -> list[Block]:
    """Split `block` into a fixed heading of the page format, such as Key Takeaways, and the lines below.

    Return only `block` if it has no such heading, or if the lines below cannot belong to the heading.
    `previous` is the fixed heading directly above `block`, or None.
    """
    heading, size = _leading_heading(block.lines)
    own, rest = Block(block.lines[:size], heading), Block(block.lines[size:])
    if heading is None:
        return [block]
    if not rest.lines:
        return [own]
    if not _belongs_under(heading, rest.lines, previous):
        return [block]
    return [own, *_split_heading(rest, heading)] if heading is Heading.SHARE else [own, rest]


def _leading_heading(lines: Sequence[Line]) -> tuple[Heading | None, int]:
    words = _normalize_heading(lines[0])
    if words == EDITORS_LINE and len(lines) > 1 and _normalize_heading(lines[1]) == DESK_LINE:
        return Heading.DESK, 2
    return HEADINGS.get(words), 1


def _belongs_under(heading: Heading, rest: Sequence[Line], previous: Heading | None) -> bool:
    """Return True if `rest`, the lines below `heading`, can belong to the heading.

    For example, a list item must follow Key Takeaways. `previous` is the fixed heading directly above
    `heading`, or None.
    """
    following = rest[0]
    if heading is Heading.TAKEAWAYS:
        return list_mark([line.folded for line in rest]) is not None
    if heading is Heading.DESK:
        return len(rest) == 1 and reads_as_heading(following.folded)
    if heading is Heading.SHARE:
        return HEADINGS.get(_normalize_heading(following)) is Heading.RELATED
    return previous is Heading.SHARE or not starts_lower_case(following.folded)


def _is_editors_line(lines: Sequence[Line]) -> bool:
    return len(lines) == 1 and _normalize_heading(lines[0]) == EDITORS_LINE


def _normalize_heading(line: Line) -> str:
    """Return the letters and digits of `line` in lower case, for comparison with headings.

    Return an empty text if the line is too long for a heading.
    """
    return letters_of(line.folded) if len(line.folded) <= MAX_HEADING_LENGTH else ""


def letters_of(text: str) -> str:
    """Return only the letters and digits of `text` (a text without invisible characters), in lower case."""
    return "".join(filter(str.isalnum, text.casefold()))


HEADINGS = {letters_of(heading.value): heading for heading in Heading}
