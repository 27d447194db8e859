"""From bytes to blocks of numbered lines, and the headings among them."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple
from unicodedata import category

from seeds.messages import quoted
from seeds.parsing.document import Rejection, Span
from seeds.parsing.text_shapes import opens_lower, reads_as_heading

CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]+")
ODD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BULLET = re.compile(r"[•*–—·‣▪◦●■□▶►➤➢✓✔-]\s*")
HTML = re.compile(r"<[A-Za-z!?/]")
JSON = re.compile(r'\{\s*["}]|\[\s*["\[{\]]')
EDITORS, DESK = "editor's", "desk"
LONGEST_HEADING = 24


class Heading(Enum):
    """The page's own words, which no field contains."""

    TAKEAWAYS = "key takeaways"
    DESK = "editor's desk"
    SHARE = "share article"
    RELATED = "related articles"


HEADINGS = {heading.value: heading for heading in Heading}


class Line(NamedTuple):
    """A line that is not blank: its number from 1; its text collapsed and without control characters."""

    number: int
    text: str


class Block(NamedTuple):
    """Lines between blank lines; `heading` where they are one of the page's headings."""

    lines: tuple[Line, ...]
    heading: Heading | None = None

    @property
    def text(self) -> str:
        """The lines joined by one space."""
        return self.lines[0].text if len(self.lines) == 1 else " ".join(line.text for line in self.lines)

    @property
    def span(self) -> Span:
        """First and last line."""
        return self.lines[0].number, self.lines[-1].number


class Odd(NamedTuple):
    """The control (or direction-changing) characters of one line."""

    line: int
    control: bool
    amount: int
    first: str


class Page(NamedTuple):
    """The text of a document, checked: at least one block."""

    blocks: list[Block]
    odd: list[Odd]


def read_page(data: bytes) -> Page:
    """The blocks of `data`; raises Rejection for what is no text, or is text of another kind."""
    text = _decode(data).replace("\r\n", "\n")
    blocks = _split(CONTROL.sub("", text))
    if not blocks:
        raise Rejection("empty", line=1)
    _refuse_markup(blocks)
    return Page(_with_headings(blocks), list(_odd_characters(text)) if ODD.search(text) else [])


def _decode(data: bytes) -> str:
    nul = data.find(0)
    if nul >= 0:
        raise Rejection("binary, not text: a NUL byte", byte=nul)
    try:
        return data.decode("utf-8").lstrip("\ufeff")
    except UnicodeDecodeError as error:
        raise Rejection(f"not UTF-8: byte 0x{data[error.start]:02X}", byte=error.start) from None


def _split(text: str) -> list[Block]:
    blocks: list[Block] = []
    lines: list[Line] = []
    for number, raw in enumerate(text.split("\n"), 1):
        words = " ".join(raw.split())
        if words and (words.isprintable() or _visible(words)):
            lines.append(Line(number, words))
        elif lines:
            blocks.append(Block(tuple(lines)))
            lines = []
    return [*blocks, Block(tuple(lines))] if lines else blocks


def _visible(text: str) -> bool:
    """False for a line of marks that show nothing, such as a zero-width space."""
    return any(category(character) not in {"Cf", "Zs"} for character in text)


def _refuse_markup(blocks: Sequence[Block]) -> None:
    line = blocks[0].lines[0]
    if HTML.match(line.text):
        raise Rejection(f"HTML, not text: {quoted(line.text)}", line=line.number)
    if JSON.match(" ".join(each.text for block in blocks[:2] for each in block.lines[:2])):
        raise Rejection(f"JSON, not text: {quoted(line.text)}", line=line.number)


def _odd_characters(text: str) -> Iterator[Odd]:
    for number, raw in enumerate(text.split("\n"), 1):
        found = ODD.findall(raw)
        control = [character for character in found if character < "\xa0"]
        direction = [character for character in found if character > "\xa0"]
        if control:
            yield Odd(number, True, len(control), control[0])
        if direction:
            yield Odd(number, False, len(direction), direction[0])


def _with_headings(blocks: Sequence[Block]) -> list[Block]:
    found: list[Block] = []
    for block in blocks:
        words, whole = _words(block.lines[0]), block
        if words == DESK and found and _is_editors(found[-1].lines):
            whole = Block(found.pop().lines + block.lines)
        elif words != EDITORS and words not in HEADINGS:
            found.append(block)
            continue
        found.extend(_unglued(whole, found[-1].heading if found else None))
    return found


def _unglued(block: Block, before: Heading | None) -> list[Block]:
    """The block, or the heading that it starts with and the rest of it."""
    heading, size = _leading_heading(block.lines)
    own, rest = Block(block.lines[:size], heading), Block(block.lines[size:])
    if heading is None:
        return [block]
    if not rest.lines:
        return [own]
    if not _continues(heading, rest.lines, before):
        return [block]
    return [own, *_unglued(rest, heading)] if heading is Heading.SHARE else [own, rest]


def _leading_heading(lines: Sequence[Line]) -> tuple[Heading | None, int]:
    words = _words(lines[0])
    if words == EDITORS and len(lines) > 1 and _words(lines[1]) == DESK:
        return Heading.DESK, 2
    return HEADINGS.get(words), 1


def _continues(heading: Heading, rest: Sequence[Line], before: Heading | None) -> bool:
    """Whether `rest`, in one block with the heading before it, is what belongs under that heading."""
    following = rest[0]
    if heading is Heading.TAKEAWAYS:
        return BULLET.match(following.text) is not None
    if heading is Heading.DESK:
        return len(rest) == 1 and reads_as_heading(following.text)
    if heading is Heading.SHARE:
        return _words(following) == Heading.RELATED.value
    return before is Heading.SHARE or not opens_lower(following.text)


def _is_editors(lines: Sequence[Line]) -> bool:
    return len(lines) == 1 and _words(lines[0]) == EDITORS


def _words(line: Line) -> str:
    """A line as headings are compared; empty for one of another length than they have."""
    if not len(DESK) <= len(line.text) <= LONGEST_HEADING:
        return ""
    text = line.text.casefold().replace("’", "'").removesuffix(":")
    return text if text.isprintable() else "".join(each for each in text if category(each) != "Cf")
