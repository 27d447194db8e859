"""Article pages of invented text, and functions that parse them, for the tests of the parser."""

import re
import textwrap
from dataclasses import dataclass

from seeds.parsing.document import Document, Rejection
from seeds.parsing.page import parse

TITLE = "Aldemar Opens a Tidal Lift for Canal Boats"
SUMMARY = "The lift raises barges nine metres with no engine but the tide. It took eleven years to build."
CAPTION = "A red barge waits below a steel gate."
ITEMS = ("The lift opens on 3 May.", "Tolls fall by a fifth.", "5 barges fit at once.")
ANALYSIS = ("The lift is slow, and slowness is its point: nobody pays for the moon.",)
SIGNATURE = ("Ines Calloway", "Canal Correspondent", "The Aldemar Ledger")
BODY = (
    "At six in the morning the gate closed behind the first barge, and for a while nothing happened.",
    "“We were told to be patient,” said Tobias Renn, who carries gravel. Then the water began to rise.",
)
TAKEAWAY_BLOCKS = ("Key Takeaways", "• 1One.\n• 2Two.")
DESK = ("Editor's\nDesk", "The Long View")
SIGNATURE_BLOCK = "\n".join(SIGNATURE)
TAIL = ("Share Article", "Related Articles", "📰\nNo related articles found")
PARAGRAPH = f"{SUMMARY} {SUMMARY}"
RELATED = (("Gravel Prices Sink With the Canal", "3 weeks ago"), ("Renn Brothers Buy a Second Barge", None))


@dataclass(frozen=True)
class PageParts:
    """The parts of an article page for tests of the parser. A part that is None or () is left out."""

    title: str = TITLE
    summary: str | None = SUMMARY
    caption: str | None = CAPTION
    takeaways: tuple[str, ...] = ITEMS
    desk: str | None = "Editor's\nDesk"
    heading: str | None = "The Long View"
    analysis: tuple[str, ...] = ANALYSIS
    signature: tuple[str, ...] = SIGNATURE
    body: tuple[str, ...] = BODY
    related: tuple[tuple[str, str | None], ...] = RELATED
    tail: bool = True


def blocks(sample: PageParts, bullet: str = "•", width: int | None = None) -> list[str]:
    """Return the blocks (groups of lines) of a page with the parts of `sample`, in order.

    `bullet` is the sign before each takeaway. Lines are wrapped at `width` characters, unless it is None.
    """
    listed = [f"  {bullet} {number}{text}" for number, text in enumerate(sample.takeaways, 1)]
    titles = [
        f"{fill(title, width)}\n{date}" if date else fill(title, width) for title, date in sample.related
    ]
    head = [text for text in (sample.title, sample.summary, sample.caption) if text]
    return [
        *(fill(text, width) for text in head),
        *(["Key Takeaways", "\n".join(fill(item, width) for item in listed)] if listed else []),
        *([sample.desk] if sample.desk else []),
        *([sample.heading] if sample.heading else []),
        *(fill(text, width) for text in sample.analysis),
        *(["\n".join(sample.signature)] if sample.signature else []),
        *(fill(text, width) for text in sample.body),
        *(["Share Article", "Related Articles"] if sample.tail else []),
        *(titles or ["📰\nNo related articles found"] if sample.tail else []),
    ]


def fill(text: str, width: int | None) -> str:
    """Return `text` wrapped at `width`, or unchanged if `width` is None."""
    if width is None:
        return text
    return "\n".join(textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False))


def join_blocks(*parts: str) -> bytes:
    """Return the bytes of a page made of `parts`, with blank lines between them."""
    return "\n\n".join(parts).encode()


def page_bytes(sample: PageParts) -> bytes:
    return join_blocks(*blocks(sample))


def parse_blocks(*parts: str) -> Document:
    return parse(join_blocks(*parts), "page.txt")


def rejection_of(data: bytes) -> Rejection:
    """Parse `data`, which must be rejected, and return the rejection."""
    try:
        document = parse(data, "page.txt")
    except Rejection as rejection:
        return rejection
    raise AssertionError(f"not rejected: {document}")


def warnings_of(document: Document) -> list[tuple[str, int, str]]:
    """Return the warnings of the parser about a document, as tuples of section, line number and message."""
    return [(warning.section, warning.line, warning.message) for warning in document.warnings]


def collapse(text: str) -> str:
    """Return `text` on one line, with white space collapsed."""
    return re.sub(r"\s+", " ", text).strip()
