"""Parse the list of related articles on an article page: titles, each with or without a date line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seeds.escaping import quoted
from seeds.parsing.blocks import Block, Heading, Line
from seeds.parsing.bullets import bullet_length
from seeds.parsing.date_lines import is_date, is_detail, is_symbol, resembles_date, says_none_found
from seeds.parsing.document import ParseWarning, RelatedTitle, Span
from seeds.parsing.text_shapes import is_full_line, reads_as_running_text, starts_lower_case


class RelatedList(NamedTuple):
    """The list of related articles on a page, after parsing.

    Attributes:
        titles: The entries of the list.
        spans: For each entry, its first and last line, including its date line.
    """

    titles: tuple[RelatedTitle, ...] = ()
    spans: tuple[Span, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


@dataclass(slots=True)
class _Entry:
    lines: list[Line]
    date: Line | None = None


def parse_related(tail: Sequence[Block], width: int) -> RelatedList:
    """Parse the titles and dates under the heading Related Articles.

    Args:
        tail: The end of the page, from Share Article or Related Articles on.
        width: The number of characters that lines are wrapped at, or 0.
    """
    start = next((at for at, block in enumerate(tail) if block.heading is Heading.RELATED), len(tail))
    entries, warnings = _read_entries(tail[start + 1 :], width)
    warnings.extend(_warn_of_unread(tail[1:start]))
    kept: list[tuple[RelatedTitle, Span]] = []
    for entry in entries:
        title = " ".join(line.text for line in entry.lines)
        if entry.date is None and reads_as_running_text(" ".join(line.folded for line in entry.lines)):
            message = f"text that is not a title was left out: {quoted(title)}"
            warnings.append(ParseWarning("related", entry.lines[0].number, message))
        else:
            last = entry.date or entry.lines[-1]
            date = entry.date.text if entry.date else None
            kept.append((RelatedTitle(title, date), (entry.lines[0].number, last.number)))
    return RelatedList(tuple(title for title, _ in kept), tuple(span for _, span in kept), tuple(warnings))


def _read_entries(blocks: Sequence[Block], width: int) -> tuple[list[_Entry], list[ParseWarning]]:
    """Return the entries of a list of related articles, and warnings about dates that have no title.

    `width` is the number of characters that lines are wrapped at, or 0 if they are not wrapped.
    """
    entries: list[_Entry] = []
    warnings: list[ParseWarning] = []
    undated: _Entry | None = None
    for block in blocks:
        unfinished: _Entry | None = None
        dates = [is_date(line.folded) for line in block.lines]
        # If the only date of a block is its last line, the lines above are one wrapped title.
        is_one_title = dates[-1] and sum(dates) == 1
        for line, is_date_line in zip(block.lines, dates, strict=True):
            if is_date_line:
                if undated:
                    undated.date = line
                else:
                    warnings.append(_warning(line, "a date without a title above it"))
                undated = unfinished = None
            elif is_symbol(line.folded):
                unfinished = None
            elif is_detail(line.folded):
                warnings.append(_warning(line, "a line that is not a title was left out"))
                unfinished = None
            elif block.heading or says_none_found(line.folded):
                undated = unfinished = None
            elif unfinished and (is_one_title or _continues(unfinished.lines[-1].folded, line.folded, width)):
                unfinished.lines.append(line)
            else:
                if undated and resembles_date(line.folded):
                    warnings.append(_warning(line, "a line with a date was read as a title"))
                undated = unfinished = _Entry([_without_bullet(line)])
                entries.append(unfinished)
    return entries, warnings


def _continues(previous: str, text: str, width: int) -> bool:
    return starts_lower_case(text) or (width > 0 and is_full_line(previous, text, width))


def _without_bullet(line: Line) -> Line:
    length = bullet_length(line.folded)
    return line._replace(view=line.view.rest(length)) if line.folded[:length].endswith(" ") else line


def _warning(line: Line, message: str) -> ParseWarning:
    return ParseWarning("related", line.number, f"{message}: {quoted(line.text)}")


def _warn_of_unread(blocks: Sequence[Block]) -> Iterator[ParseWarning]:
    lines = (line for block in blocks for line in block.lines)
    first = next(
        (line for line in lines if not (is_symbol(line.folded) or says_none_found(line.folded))), None
    )
    if first:
        message = f"text without the heading Related Articles was left out: {quoted(first.text)}"
        yield ParseWarning("related", first.number, message)
