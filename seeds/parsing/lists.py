"""The two lists of a page: takeaways with their glued numbers, related titles with their dates."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from seeds.messages import quoted
from seeds.parsing.blocks import BULLET, Block, Heading, Line
from seeds.parsing.date_lines import is_date, is_symbol, says_none
from seeds.parsing.document import ParseWarning, RelatedTitle, Span, Takeaway
from seeds.parsing.text_shapes import fills, opens_lower, reads_as_text

DIGITS = re.compile(r"[0-9]{1,6}")
NUMBER_END = re.compile(r"[.)]?\s+")
FAR = 10

Item = list[Line]


class Takeaways(NamedTuple):
    """The takeaways of a page, where each stands, and what is odd about them."""

    takeaways: tuple[Takeaway, ...] = ()
    spans: tuple[Span, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


class Related(NamedTuple):
    """The related titles of a page, where each stands (its date included), and what is odd about them."""

    titles: tuple[RelatedTitle, ...] = ()
    spans: tuple[Span, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


def gather_items(blocks: Sequence[Block]) -> tuple[list[Item], int]:
    """The list items that `blocks` start with, each as its lines, and the number of blocks they fill."""
    items: list[Item] = []
    for used, block in enumerate(blocks):
        if not _opens_item(block.lines[0].text, items):
            return items, used
        for line in block.lines:
            if _opens_item(line.text, items):
                items.append([line])
            else:
                items[-1].append(line)
    return items, len(blocks)


def read_takeaways(items: Sequence[Item]) -> Takeaways:
    """Texts without bullets and numbers; what the number is and what the text, the sequence tells."""
    texts = [_item_text(item) for item in items]
    warnings: list[ParseWarning] = []
    kept: list[tuple[str, Span]] = []
    previous = 0
    numbered = _is_numbered(texts)
    if items and not numbered:
        warnings.append(ParseWarning("takeaways", items[0][0].number, "the items have no numbers"))
    for item, whole in zip(items, texts, strict=True):
        text, line = whole, item[0].number
        if numbered and _has_text(whole):
            previous, text, complaint = _decode(whole, previous)
            warnings.extend(ParseWarning("takeaways", line, each) for each in complaint)
        if _has_text(text):
            kept.append((text, (line, item[-1].number)))
        else:
            warnings.append(ParseWarning("takeaways", line, f"an item without text: {quoted(item[0].text)}"))
    takeaways = tuple(Takeaway(position, text) for position, (text, _) in enumerate(kept, 1))
    return Takeaways(takeaways, tuple(span for _, span in kept), tuple(warnings))


def read_related(blocks: Sequence[Block], width: int) -> Related:
    """Titles and dates of `blocks`, which start at the tail's heading; for `width` see `fills`."""
    under = next((at for at, block in enumerate(blocks) if block.heading is Heading.RELATED), len(blocks))
    entries, warnings = _entries(blocks[under + 1 :], width)
    warnings.extend(_unread(blocks[1:under]))
    kept: list[tuple[RelatedTitle, Span]] = []
    for entry in entries:
        title = " ".join(line.text for line in entry.lines)
        if entry.date is None and reads_as_text(title):
            message = f"text that is no title is left out: {quoted(title)}"
            warnings.append(ParseWarning("related", entry.lines[0].number, message))
        else:
            last = entry.date or entry.lines[-1]
            date = entry.date.text if entry.date else None
            kept.append((RelatedTitle(title, date), (entry.lines[0].number, last.number)))
    return Related(tuple(title for title, _ in kept), tuple(span for _, span in kept), tuple(warnings))


def _opens_item(text: str, items: Sequence[Item]) -> bool:
    bullet = BULLET.match(text)
    if bullet is None:
        return False
    # A wrapped line may start with a dash: another bullet than the first item's needs the number that is due.
    same = not items or text[0] == items[0][0].text[0]
    return same or text.startswith(str(len(items) + 1), bullet.end())


def _item_text(item: Item) -> str:
    first = BULLET.sub("", item[0].text, count=1)
    return " ".join([first, *(line.text for line in item[1:])]).strip()


def _has_text(text: str) -> bool:
    return any(character.isalnum() for character in text)


def _is_numbered(texts: Sequence[str]) -> bool:
    """False for a list where digits at the start of a text are the text's own."""
    digits = sum(DIGITS.match(text) is not None for text in texts)
    first = next((text for text in texts if _has_text(text)), "")
    return DIGITS.match(first) is not None and (first.startswith("1") or 2 * digits >= len(texts))


def _decode(text: str, previous: int) -> tuple[int, str, list[str]]:
    """An item's number, its text, and what is odd about its number, after an item with number `previous`."""
    expected = previous + 1
    if text.startswith(str(expected)):
        return expected, _after(text, str(expected)), []
    larger = _larger(text, previous)
    if larger:
        return int(larger), _after(text, larger), [_missing(previous, int(larger))]
    if previous and _splits(text, str(previous)):
        return previous, _after(text, str(previous)), [f"number {previous} is repeated"]
    return expected, text, [f"an item without a number in sequence stands as {expected}: {quoted(text)}"]


def _larger(text: str, previous: int) -> str:
    """The shortest number that `text` starts with and that follows `previous`, after a gap; else empty."""
    match = DIGITS.match(text)
    digits = match[0] if match else ""
    prefixes = (digits[:length] for length in range(1, len(digits) + 1))
    larger = next((prefix for prefix in prefixes if int(prefix) > previous), "")
    # A jump is believed only where a letter is glued to the number: "14Trams run", but not "24-hour trams".
    far = bool(larger) and int(larger) - previous > FAR and not text[len(larger) : len(larger) + 1].isalpha()
    return larger if larger and not far and _splits(text, larger) else ""


def _splits(text: str, number: str) -> bool:
    """Whether `text` is `number` and a text: no text starts with digits such as 026."""
    rest = text[len(number) : len(number) + 2]
    return text.startswith(number) and not (rest.startswith("0") and rest[1:].isdigit())


def _after(text: str, number: str) -> str:
    space = NUMBER_END.match(text, len(number))
    return text[space.end() if space else len(number) :]


def _missing(previous: int, number: int) -> str:
    first, last = previous + 1, number - 1
    follows = f"{number} follows {previous}" if previous else f"{number} comes first"
    return (
        f"item {first} is missing: {follows}"
        if first == last
        else f"items {first} to {last} are missing: {follows}"
    )


@dataclass(slots=True)
class _Entry:
    lines: list[Line]
    date: Line | None = None


def _entries(blocks: Sequence[Block], width: int) -> tuple[list[_Entry], list[ParseWarning]]:
    """Read the entries below a heading, and warn about each date that belongs to no entry."""
    entries: list[_Entry] = []
    warnings: list[ParseWarning] = []
    undated: _Entry | None = None
    for block in blocks:
        unfinished: _Entry | None = None
        dates = [is_date(line.text) for line in block.lines]
        # If the block has one date, and the date is its last line, the lines above are one wrapped title.
        is_one_title = dates[-1] and sum(dates) == 1
        for line, is_date_line in zip(block.lines, dates, strict=True):
            if is_date_line:
                if undated:
                    undated.date = line
                else:
                    message = f"a date without a title above it: {quoted(line.text)}"
                    warnings.append(ParseWarning("related", line.number, message))
                undated = unfinished = None
            elif is_symbol(line.text):
                unfinished = None
            elif block.heading or says_none(line.text):
                undated = unfinished = None
            elif unfinished and (
                is_one_title or _continues_title(unfinished.lines[-1].text, line.text, width)
            ):
                unfinished.lines.append(line)
            else:
                undated = unfinished = _Entry([_without_bullet(line)])
                entries.append(unfinished)
    return entries, warnings


def _continues_title(previous: str, text: str, width: int) -> bool:
    return opens_lower(text) or (width > 0 and fills(previous, text, width))


def _without_bullet(line: Line) -> Line:
    bullet = BULLET.match(line.text)
    return line._replace(text=line.text[bullet.end() :]) if bullet and bullet[0].endswith(" ") else line


def _unread(blocks: Sequence[Block]) -> Iterator[ParseWarning]:
    lines = (line for block in blocks for line in block.lines)
    first = next((line for line in lines if not (is_symbol(line.text) or says_none(line.text))), None)
    if first:
        message = f"text under no Related Articles heading is left out: {quoted(first.text)}"
        yield ParseWarning("related", first.number, message)
