"""Convert Markdown to plain paragraphs."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

from seeds.parsing.document import Span
from seeds.parsing.formats.brief import Paragraph


class MarkdownText(NamedTuple):
    """Markdown as plain text.

    Attributes:
        title: The heading of level 1 at the beginning. It is also the first of `paragraphs`.
        paragraphs: The paragraphs, headings, list items, table rows and blocks of code, in order.
        left_out: For each part that is left out, its first line and a message.
    """

    title: Paragraph | None
    paragraphs: list[Paragraph]
    left_out: list[tuple[int, str]]


def read_markdown(text: str, offset: int) -> MarkdownText:
    """Convert Markdown (CommonMark with tables) to plain paragraphs, without marks, images and HTML tags.

    A link becomes its text. A block of HTML is removed, and listed in `left_out` of the result.
    Tags of HTML within a paragraph are removed; their text stays.

    Args:
        offset: The number of lines above `text` in its file, for line numbers.
    """
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text)
    paragraphs = [each for each in _paragraphs(tokens, offset) if each.text]
    is_heading = bool(tokens) and tokens[0].type == "heading_open" and tokens[0].tag == "h1"
    # A heading without text, such as an image, is not in `paragraphs`.
    has_title = is_heading and _inline_text(tokens[1].children or [])
    left_out = [
        (_span(token, offset)[0], "HTML was left out; write Markdown")
        for token in tokens
        if token.type == "html_block" and not token.content.lstrip().startswith("<!--")
    ]
    return MarkdownText(paragraphs[0] if has_title else None, paragraphs, left_out)


def _paragraphs(tokens: Sequence[Token], offset: int) -> Iterator[Paragraph]:
    # The cells of a row of a table have the same line.
    for (_, is_cell), group in groupby(_texts(tokens, offset), key=lambda each: (each[1], each[2])):
        several = list(group)
        if is_cell:
            cells = (text for text, _, _ in several if text)
            yield Paragraph(" | ".join(cells), several[0][1])
        else:
            yield from (Paragraph(text, span) for text, span, _ in several)


def _texts(tokens: Sequence[Token], offset: int) -> Iterator[tuple[str, Span, bool]]:
    """Yield `(text, lines, is_cell)` for each text of a parsed Markdown document, in order.

    `lines` are the first and the last line in the file. `is_cell` is True for a cell of a table.

    Args:
        offset: The number of lines above the Markdown in its file.
    """
    row: Span | None = None
    for token in tokens:
        if token.type == "tr_open":
            row = _span(token, offset)
        elif token.type == "tr_close":
            row = None
        elif token.type == "inline":
            yield _inline_text(token.children or []), row or _span(token, offset), row is not None
        elif token.type in ("fence", "code_block"):
            yield " ".join(token.content.split()), _span(token, offset), False


def _inline_text(tokens: Sequence[Token]) -> str:
    return " ".join("".join(map(_text_of, tokens)).split())


def _text_of(token: Token) -> str:
    if token.type in ("text", "code_inline", "text_special"):
        return token.content
    is_break = token.type in ("softbreak", "hardbreak")
    return " " if is_break or token.content.lower().startswith("<br") else ""


def _span(token: Token, offset: int) -> Span:
    first, end = token.map or (0, 1)
    return first + 1 + offset, max(end, first + 1) + offset
