"""Which blocks of a page are its head, takeaways, analysis, signature, body and tail."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from seeds.parsing.blocks import BULLET, Block, Heading
from seeds.parsing.document import Rejection
from seeds.parsing.lists import Item, gather_items
from seeds.parsing.text_shapes import (
    asks_or_exclaims,
    ends_as_sentence,
    fills,
    reads_as_caption,
    reads_as_heading,
    reads_as_signature,
    reads_as_text,
)

Blocks = Sequence[Block]
WIDEST = 120
LONGEST_LABEL = 40


@dataclass(frozen=True, slots=True)
class Middle:
    """What follows the takeaways, up to the tail; `stray` stands before the desk and belongs to the body."""

    desk: Block | None = None
    heading: Block | None = None
    analysis: Blocks = ()
    signature: Block | None = None
    stray: Blocks = ()
    body: Blocks = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A page's blocks by their place. `head` stands between the title and the first mark after it."""

    title: Block
    head: Blocks
    takeaways: Block | None
    items: Sequence[Item]
    middle: Middle
    tail: Blocks
    width: int


def find_outline(blocks: Blocks) -> Outline:
    """The parts of a page; raises Rejection where no heading and no signature tells them apart."""
    title, width = blocks[0], _line_width(blocks)
    rest, tail = _cut_tail(blocks[1:])
    if not rest:
        raise Rejection("a title alone, without body", line=title.span[1])
    takeaways, desk = _find(rest, Heading.TAKEAWAYS), _find(rest, Heading.DESK)
    items, used = gather_items(rest[takeaways + 1 :])
    if desk < takeaways and not items:
        takeaways = len(rest)
        desk = len(rest) if _is_signed_above(rest, desk, width) else desk
    end = min(takeaways, desk)
    if end == len(rest):
        head, middle = _without_marks(title, rest, bool(tail), width)
    else:
        following = [*rest[end:takeaways], *rest[takeaways + 1 + used :]]
        head, middle = rest[:end], _find_middle(following, bool(tail), width)
    heading = rest[takeaways] if takeaways < len(rest) else None
    return Outline(title, head, heading, items, middle, tail, width)


def _find(blocks: Blocks, heading: Heading) -> int:
    """The place of the first such heading, or the number of blocks."""
    return next((at for at, block in enumerate(blocks) if block.heading is heading), len(blocks))


def _cut_tail(blocks: Blocks) -> tuple[Blocks, Blocks]:
    """The blocks before the last Share Article and Related Articles, and those from there on."""
    marks = (_find(blocks, Heading.TAKEAWAYS), _find(blocks, Heading.DESK))
    floor = max((at for at in marks if at < len(blocks)), default=-1) + 1
    places = range(len(blocks) - 1, floor - 1, -1)
    # A heading with a paragraph under it is a subheading of the body.
    related = (at for at in places if blocks[at].heading is Heading.RELATED and not _over_text(blocks, at))
    start = next(related, len(blocks))
    share = next((at for at in places if blocks[at].heading is Heading.SHARE and at < start), start)
    if start == len(blocks) or all(_is_label(block) for block in blocks[share + 1 : start]):
        start = share
    return blocks[:start], blocks[start:]


def _over_text(blocks: Blocks, at: int) -> bool:
    return at + 1 < len(blocks) and reads_as_text(blocks[at + 1].text)


def _is_label(block: Block) -> bool:
    """Whether the block may be a button between Share Article and Related Articles."""
    return len(block.lines) == 1 and len(block.text) <= LONGEST_LABEL and reads_as_heading(block.text)


def _without_marks(title: Block, rest: Blocks, tail: bool, width: int) -> tuple[Blocks, Middle]:
    """Head and middle of a page that has neither takeaways nor desk."""
    at = _find_signature(rest, width, 0, 3)
    if at is not None:
        signature, body = _cut_signature(rest, at)
        return rest[:at], Middle(signature=signature, body=body)
    if not tail:
        raise Rejection("none of the page's headings and no signature", line=title.span[0])
    caption = len(rest) > 2 and reads_as_caption(rest[1].text)
    size = 2 if caption else min(1, len(rest) - 1)
    return rest[:size], Middle(body=rest[size:])


def _is_signed_above(blocks: Blocks, desk: int, width: int) -> bool:
    """Whether a page without takeaways is signed above the desk's words, which then are a subheading."""
    above = any(_is_strong(block, width) for block in blocks[: min(3, desk)])
    return above and _find_signature(blocks[desk + 1 :], width, 1) is None


def _find_middle(blocks: Blocks, tail: bool, width: int) -> Middle:
    desk = _find(blocks, Heading.DESK)
    signed = bool(blocks) and _is_signature(blocks[0])
    if desk and signed and _find_signature(blocks[desk + 1 :], width, 1) is None:
        desk = len(blocks)  # The page is signed above it: the words are a subheading of the body.
    if desk < len(blocks):
        return _find_analysis(blocks[desk], blocks[:desk], blocks[desk + 1 :], tail, width)
    if signed and _opens_analysis(blocks, width) and any(_is_strong(block, width) for block in blocks[2:-1]):
        return _find_analysis(None, (), blocks, tail, width)
    signature, body = _cut_signature(blocks, 0) if signed else (None, blocks)
    return Middle(signature=signature, body=body)


def _find_analysis(desk: Block | None, stray: Blocks, blocks: Blocks, tail: bool, width: int) -> Middle:
    first = int(_opens_analysis(blocks, width))
    heading = blocks[0] if first else None
    at = _end_of_analysis(blocks, first, width)
    unsigned = at is None or (at == len(blocks) - 1 and len(blocks[at].lines) == 1)
    if unsigned and not tail:
        last = blocks[-1] if blocks else desk
        raise Rejection("cut off inside the analysis", line=last.span[1] if last else None)
    if at is None:
        return Middle(desk, heading, blocks[first : first + 1], None, stray, blocks[first + 1 :])
    signature, body = _cut_signature(blocks, at)
    return Middle(desk, heading, blocks[first:at], signature, stray, body)


def _opens_analysis(blocks: Blocks, width: int) -> bool:
    """Whether the first block is the heading of an analysis."""
    if not blocks:
        return False
    block = blocks[0]
    single = len(block.lines) == 1 or _is_wrapped(block, width)
    if single and asks_or_exclaims(block.text):
        return len(blocks) > 1 and not _is_signature(blocks[1])
    broken = len(block.lines) == 2 and any(_is_strong(each, width) for each in blocks[2:-1])
    return (single or broken) and reads_as_heading(block.text)


def _end_of_analysis(blocks: Blocks, first: int, width: int) -> int | None:
    """The place of the signature; of the first paragraph itself only where no other block is a better one."""
    at = _find_signature(blocks, width, first + 1)
    if first < len(blocks) - 1 and _is_signature(blocks[first]):
        better = at is not None and (_is_strong(blocks[at], width) or not _is_strong(blocks[first], width))
        return at if better else first
    return at


def _find_signature(blocks: Blocks, width: int, start: int, stop: int | None = None) -> int | None:
    """The place of the likeliest signature from `start` to `stop`, with something after it if possible."""
    places = range(start, len(blocks) if stop is None else min(stop, len(blocks)))
    alike = [at for at in places if _is_signature(blocks[at])]
    followed = [at for at in alike if at < len(blocks) - 1] or alike
    return next((at for at in followed if _is_strong(blocks[at], width)), followed[0] if followed else None)


def _cut_signature(blocks: Blocks, at: int) -> tuple[Block, Blocks]:
    """The signature at `at` and what follows it; three lines set apart by blank lines are one signature."""
    apart = [len(block.lines) == 1 and _is_signature(block) for block in blocks[at : at + 4]]
    end = at + 3 if apart == [True, True, True, False] else at + 1
    return Block(tuple(line for block in blocks[at:end] for line in block.lines)), blocks[end:]


def _is_signature(block: Block) -> bool:
    few = len(block.lines) <= 3 and block.heading is None
    return few and all(reads_as_signature(line.text) for line in block.lines)


def _is_strong(block: Block, width: int) -> bool:
    """A signature of two or three lines, and not one line that was wrapped, as a subheading may be."""
    return len(block.lines) > 1 and _is_signature(block) and not _is_wrapped(block, width)


def _is_wrapped(block: Block, width: int) -> bool:
    return width > 0 and all(fills(line.text, after.text, width) for line, after in pairwise(block.lines))


def _line_width(blocks: Blocks) -> int:
    """The width that the page's lines are wrapped at; 0 where they are not."""
    widest = max(len(line.text) for block in blocks for line in block.lines)
    if widest > WIDEST:
        return 0
    paragraphs = (block for block in blocks if len(block.lines) > 1 and not BULLET.match(block.lines[0].text))
    wrapped = (_is_wrapped(each, widest) and ends_as_sentence(each.lines[-1].text) for each in paragraphs)
    return widest if any(wrapped) else 0
