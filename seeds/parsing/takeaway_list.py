"""Parse the numbered list of takeaways (key points) of an article page.

The space after the number of an item can be missing: `35G masts` is item 3 with the text `5G masts`.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from api.text_folding import FoldedText
from seeds.escaping import quoted
from seeds.parsing.blocks import Block, Line
from seeds.parsing.bullets import begins_item, bullet_length, list_mark, mark_length
from seeds.parsing.document import ParseWarning, Span, Takeaway

LEADING_DIGITS = re.compile(r"[0-9]{1,6}")
# U+20E3 makes a digit a keycap.
NUMBER_END = re.compile(r"\u20e3?(?:[.)\]:]|\s-(?=\s))?\s+|\u20e3")
# The largest difference between the numbers of two successive items. A larger difference is accepted only if
# a letter follows the number directly: `14Trams run` is item 14, but `24-hour trams` is not item 24.
MAX_GAP = 10


class Item(NamedTuple):
    """An item of a list.

    Attributes:
        lines: The lines of the item, at least one.
        mark_length: The length of the bullet and the white space after it, in `lines[0].folded`, or 0.
    """

    lines: list[Line]
    mark_length: int


class TakeawayList(NamedTuple):
    """The list of takeaways (key points) of a page, after parsing.

    Attributes:
        takeaways: The takeaways, in order.
        spans: For each takeaway, the numbers of its first and its last line.
        warnings: The warnings about the items of the list.
    """

    takeaways: tuple[Takeaway, ...] = ()
    spans: tuple[Span, ...] = ()
    warnings: tuple[ParseWarning, ...] = ()


def gather_items(blocks: Sequence[Block]) -> tuple[list[Item], int]:
    """Return the items of the list at the start of `blocks`, and the number of blocks in the list.

    An item starts with the bullet of the first item, or with the next number. Other lines continue the item
    above. The list ends before the first block that does not start an item. If there is no list, return
    `([], 0)`.
    """
    lines = [line.folded for block in blocks[:1] for line in block.lines]
    mark = list_mark([*lines, *(block.lines[0].folded for block in blocks[1:])])
    items: list[Item] = []
    for used, block in enumerate(blocks):
        if mark is None or not _starts_item(block.lines[0].folded, mark, len(items)):
            return items, used
        for line in block.lines:
            if _starts_item(line.folded, mark, len(items)):
                items.append(Item([line], mark_length(line.folded, mark)))
            else:
                items[-1].lines.append(line)
    return items, len(blocks)


def parse_takeaways(items: Sequence[Item]) -> TakeawayList:
    """Parse the items of the list of takeaways, and remove their bullets and numbers."""
    views = [_item_view(item) for item in items]
    warnings: list[ParseWarning] = []
    kept: list[tuple[str, Span]] = []
    previous = 0
    is_numbered = _is_numbered([view.text for view in views])
    if items and not is_numbered:
        warnings.append(ParseWarning("takeaways", items[0].lines[0].number, "the items are not numbered"))
    if items and not items[0].mark_length:
        warnings.append(ParseWarning("takeaways", items[0].lines[0].number, "the items have no bullets"))
    for item, complete in zip(items, views, strict=True):
        view, line = complete, item.lines[0].number
        if is_numbered and _has_text(complete.text):
            previous, length, problems = _read_number(complete.text, previous)
            view = complete.rest(length)
            warnings.extend(ParseWarning("takeaways", line, problem) for problem in problems)
        if _has_text(view.text):
            kept.append((view.original.strip(), (line, item.lines[-1].number)))
        else:
            message = f"an item without text was left out: {quoted(item.lines[0].text)}"
            warnings.append(ParseWarning("takeaways", line, message))
    takeaways = tuple(Takeaway(position, text) for position, (text, _) in enumerate(kept, 1))
    return TakeawayList(takeaways, tuple(span for _, span in kept), tuple(warnings))


def _starts_item(text: str, mark: str, count: int) -> bool:
    """Return True if the line `text` starts the next item of a list, with its bullet or the next number.

    Args:
        mark: The bullet of the first item, or an empty string if the first item has none.
        count: The number of items above the line. The next item has the number `count` + 1.
    """
    if not mark or mark.isalnum():
        return begins_item(text, mark, count + 1)
    # A wrapped line can start with a dash. A bullet that differs from the first bullet therefore starts an
    # item only if the next number follows.
    return text.startswith(mark) or text.startswith(str(count + 1), bullet_length(text) or len(text))


def _item_view(item: Item) -> FoldedText:
    first = item.lines[0].view.rest(item.mark_length)
    return FoldedText(" ".join([first.original, *(line.text for line in item.lines[1:])]))


def _has_text(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_numbered(texts: Sequence[str]) -> bool:
    """Return True if the items of a list are numbered. `texts` are the items without bullets.

    The first item must start with a digit. Unless this is 1, at least half of the items must start with
    digits.
    """
    digits = sum(LEADING_DIGITS.match(text) is not None for text in texts)
    first = next((text for text in texts if _has_text(text)), "")
    return LEADING_DIGITS.match(first) is not None and (first.startswith("1") or 2 * digits >= len(texts))


def _read_number(text: str, previous: int) -> tuple[int, int, list[str]]:
    """Read the number at the beginning of a list item.

    Args:
        text: The item with its number, without invisible characters.
        previous: The number of the item above, or 0 for the first item.

    Returns:
        The number, the offset in `text` after the number, and messages about faults. Without an accepted
            number, the first two are `previous + 1` and 0.
    """
    expected = previous + 1
    if text.startswith(str(expected)):
        return expected, _number_end(text, str(expected)), []
    larger = _larger_number(text, previous)
    if larger:
        return int(larger), _number_end(text, larger), [_missing_items(previous, int(larger))]
    if previous and _has_number(text, str(previous)):
        return previous, _number_end(text, str(previous)), [f"number {previous} is repeated"]
    return expected, 0, [f"an item without the next number was read as item {expected}: {quoted(text)}"]


def _larger_number(text: str, previous: int) -> str:
    """Return the number at the start of a list item if it is greater than `previous`, or an empty string.

    The space after the number can be missing: after item 1, `35G masts` is item 3 with the text `5G masts`.

    Args:
        text: The list item, without invisible characters.
        previous: The number of the item above, or 0 for the first item.
    """
    match = LEADING_DIGITS.match(text)
    digits = match[0] if match else ""
    prefixes = (digits[:length] for length in range(1, len(digits) + 1))
    larger = next((prefix for prefix in prefixes if int(prefix) > previous), "")
    # Accept "14Trams run" as item 14, but not "24-hour trams" as item 24.
    is_far = bool(larger) and int(larger) - previous > MAX_GAP
    is_glued = text[len(larger) : len(larger) + 1].isalpha()
    return larger if larger and (is_glued or not is_far) and _has_number(text, larger) else ""


def _has_number(text: str, number: str) -> bool:
    """Return True if the list item `text` can start with its item number `number`, such as 3 in `3. Trams`.

    The text can follow without a space: `35G masts` can be item 3 with the text `5G masts`. If 0 and a digit
    follow, return False: `2026 budget` cannot be item 2.
    """
    rest = text[len(number) : len(number) + 2]
    return text.startswith(number) and not (rest.startswith("0") and rest[1:].isdigit())


def _number_end(text: str, number: str) -> int:
    """Return the offset after the number of a list item, and after the marks and spaces that follow.

    `text` is the item, and begins with `number`. For `12. Trams`, return 4.
    """
    end = NUMBER_END.match(text, len(number))
    return end.end() if end else len(number)


def _missing_items(previous: int, number: int) -> str:
    first, last = previous + 1, number - 1
    follows = f"{number} follows {previous}" if previous else f"{number} comes first"
    return (
        f"item {first} is missing: {follows}"
        if first == last
        else f"items {first} to {last} are missing: {follows}"
    )
