"""Divide an article page into its sections: head, takeaways, editor's analysis, signature, body and tail.

The head is the summary and the image caption. The tail begins at Share Article or Related Articles.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from seeds.parsing.blocks import Block, Heading
from seeds.parsing.bullets import has_bullet
from seeds.parsing.document import Rejection
from seeds.parsing.takeaway_list import Item, gather_items
from seeds.parsing.text_shapes import (
    ends_as_sentence,
    is_full_line,
    reads_as_caption,
    reads_as_heading,
    reads_as_question,
    reads_as_running_text,
    reads_as_signature_line,
)

Blocks = Sequence[Block]
# The lines of a page are not wrapped if a line is longer.
MAX_WRAP_WIDTH = 120
MAX_LABEL_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Middle:
    """The part of an article page between the key points and the heading Share Article or Related Articles.

    A block is a group of lines, such as a paragraph.

    Attributes:
        desk: The block of the heading Editor's Desk.
        heading: The block with the title of the editor's analysis.
        analysis: The paragraphs of the editor's analysis.
        signature: The block with the author, the author's role and the publication.
        stray: Blocks above the heading Editor's Desk. They are later put before `body`.
        body: The paragraphs of the article.
    """

    desk: Block | None = None
    heading: Block | None = None
    analysis: Blocks = ()
    signature: Block | None = None
    stray: Blocks = ()
    body: Blocks = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """An article page, divided into its sections. A block is a group of lines between blank lines.

    Attributes:
        head: The blocks of the summary and the image caption.
        takeaways: The block of the heading Key Takeaways.
        items: The list items below the heading Key Takeaways.
        middle: The blocks between the takeaways and the tail.
        tail: The blocks from the heading Share Article or Related Articles on.
        width: The number of characters that lines are wrapped at, or 0 if they are not wrapped.
    """

    title: Block
    head: Blocks
    takeaways: Block | None
    items: Sequence[Item]
    middle: Middle
    tail: Blocks
    width: int


def find_outline(blocks: Blocks) -> Outline:
    """Divide the blocks of an article page into its sections.

    Raises:
        Rejection: If the page has only a title, has neither a heading nor a signature, or is cut off in the
            editor's analysis.
    """
    title, width = blocks[0], _line_width(blocks)
    rest, tail = _split_off_tail(blocks[1:])
    if not rest:
        raise Rejection("the page has only a title; expected a body below it", line=title.span[1])
    takeaways, desk = _find_heading(rest, Heading.TAKEAWAYS), _find_heading(rest, Heading.DESK)
    items, used = gather_items(rest[takeaways + 1 :])
    if desk < takeaways and not items:
        takeaways = len(rest)
        desk = len(rest) if _is_signed_above(rest, desk, width) else desk
    end = min(takeaways, desk)
    if end == len(rest):
        head, middle = _split_without_headings(title, rest, bool(tail), width)
    else:
        following = [*rest[end:takeaways], *rest[takeaways + 1 + used :]]
        head, middle = rest[:end], _find_middle(following, bool(tail), width)
    heading = rest[takeaways] if takeaways < len(rest) else None
    return Outline(title, head, heading, items, middle, tail, width)


def _find_heading(blocks: Blocks, heading: Heading) -> int:
    """Return the index of the first block that is `heading`, or `len(blocks)` if no block is."""
    return next((at for at, block in enumerate(blocks) if block.heading is heading), len(blocks))


def _split_off_tail(blocks: Blocks) -> tuple[Blocks, Blocks]:
    """Split the blocks of a page into the blocks above the tail and the tail, the end of the page.

    The tail starts at the heading Share Article or Related Articles, and can be empty.
    """
    marks = (_find_heading(blocks, Heading.TAKEAWAYS), _find_heading(blocks, Heading.DESK))
    floor = max((at for at in marks if at < len(blocks)), default=-1) + 1
    places = range(len(blocks) - 1, floor - 1, -1)
    # If a paragraph follows the words Related Articles, the words are a subheading of the body.
    related = (
        at for at in places if blocks[at].heading is Heading.RELATED and not _is_above_text(blocks, at)
    )
    start = next(related, len(blocks))
    share = next((at for at in places if blocks[at].heading is Heading.SHARE and at < start), start)
    if start == len(blocks) or all(_is_label(block) for block in blocks[share + 1 : start]):
        start = share
    return blocks[:start], blocks[start:]


def _is_above_text(blocks: Blocks, at: int) -> bool:
    return at + 1 < len(blocks) and reads_as_running_text(blocks[at + 1].folded)


def _is_label(block: Block) -> bool:
    """Return True if `block` can be the label of a button, such as `Copy link`.

    A label is one line of at most `MAX_LABEL_LENGTH` characters that does not end like a sentence or clause.
    """
    return len(block.lines) == 1 and len(block.folded) <= MAX_LABEL_LENGTH and reads_as_heading(block.folded)


def _split_without_headings(title: Block, rest: Blocks, has_tail: bool, width: int) -> tuple[Blocks, Middle]:
    """Split a page without the headings Key Takeaways and Editor's Desk into summary, signature and body.

    Args:
        rest: The blocks below the title and above the tail.
        has_tail: True if the page has the heading Share Article or Related Articles.
        width: The number of characters that lines are wrapped at, or 0 if they are not wrapped.

    Returns:
        The blocks of the summary and of the image caption, and the remaining blocks.

    Raises:
        Rejection: If the page has no signature and no tail.
    """
    at = _find_signature(rest, width, 0, 3)
    if at is not None:
        signature, body = _split_off_signature(rest, at)
        return rest[:at], Middle(signature=signature, body=body)
    if not has_tail:
        message = "the page has no heading of the page format and no signature; expected one of them"
        raise Rejection(message, line=title.span[0])
    caption = len(rest) > 2 and reads_as_caption(rest[1].folded)
    size = 2 if caption else min(1, len(rest) - 1)
    return rest[:size], Middle(body=rest[size:])


def _is_signed_above(blocks: Blocks, desk: int, width: int) -> bool:
    """Return True if a signature (author, publication) is near the title, and none is below Editor's Desk.

    The words Editor's Desk are then only a subheading in the body of the page.

    Args:
        blocks: The blocks between the title and the tail of a page.
        desk: The index of the block with the words Editor's Desk.
        width: The number of characters that lines are wrapped at, or 0 if they are not wrapped.
    """
    above = any(_is_multiline_signature(block, width) for block in blocks[: min(3, desk)])
    return above and _find_signature(blocks[desk + 1 :], width, 1) is None


def _find_middle(blocks: Blocks, has_tail: bool, width: int) -> Middle:
    desk = _find_heading(blocks, Heading.DESK)
    signed = bool(blocks) and _is_signature(blocks[0])
    if desk and signed and _find_signature(blocks[desk + 1 :], width, 1) is None:
        # The signature is above the words Editor's Desk, so the words are a subheading of the body.
        desk = len(blocks)
    if desk < len(blocks):
        return _find_analysis(blocks[desk], blocks[:desk], blocks[desk + 1 :], has_tail, width)
    if (
        signed
        and _has_heading(blocks, width)
        and any(_is_multiline_signature(block, width) for block in blocks[2:-1])
    ):
        return _find_analysis(None, (), blocks, has_tail, width)
    signature, body = _split_off_signature(blocks, 0) if signed else (None, blocks)
    return Middle(signature=signature, body=body)


def _find_analysis(desk: Block | None, stray: Blocks, blocks: Blocks, has_tail: bool, width: int) -> Middle:
    first = int(_has_heading(blocks, width))
    heading = blocks[0] if first else None
    at = _end_of_analysis(blocks, first, width)
    unsigned = at is None or (at == len(blocks) - 1 and len(blocks[at].lines) == 1)
    if unsigned and not has_tail:
        last = blocks[-1] if blocks else desk
        raise Rejection(
            "the page is cut off in the analysis; expected a signature and a body",
            line=last.span[1] if last else None,
        )
    if at is None:
        return Middle(desk, heading, blocks[first : first + 1], None, stray, blocks[first + 1 :])
    signature, body = _split_off_signature(blocks, at)
    return Middle(desk, heading, blocks[first:at], signature, stray, body)


def _has_heading(blocks: Blocks, width: int) -> bool:
    """Return True if the first of `blocks` (groups of lines) is the title of the editor's analysis.

    `width` is the number of characters that lines are wrapped at, or 0 if they are not wrapped.
    """
    if not blocks:
        return False
    block = blocks[0]
    single = len(block.lines) == 1 or _is_wrapped(block, width)
    if single and reads_as_question(block.folded):
        return len(blocks) > 1 and not _is_signature(blocks[1])
    # Two separate lines are a title only above a signature of several lines.
    broken = len(block.lines) == 2 and any(_is_multiline_signature(each, width) for each in blocks[2:-1])
    return (single or broken) and reads_as_heading(block.folded)


def _end_of_analysis(blocks: Blocks, first: int, width: int) -> int | None:
    """Return the index of the signature that ends the editor's analysis, or None if there is no signature.

    Args:
        blocks: The blocks of the analysis, from its title or first paragraph on, up to the tail of the page.
        first: The index of the first paragraph: 1, or 0 if there is no title.
        width: The number of characters that lines are wrapped at, or 0 if they are not wrapped.
    """
    at = _find_signature(blocks, width, first + 1)
    if first < len(blocks) - 1 and _is_signature(blocks[first]):
        # A signature of several lines is better than a signature of one line. If both have the same form, the
        # lower signature is better.
        better = at is not None and (
            _is_multiline_signature(blocks[at], width) or not _is_multiline_signature(blocks[first], width)
        )
        return at if better else first
    return at


def _find_signature(blocks: Blocks, width: int, start: int, stop: int | None = None) -> int | None:
    """Return the index of the block that is most likely the signature (author and publication), or None.

    A signature of several lines is preferred. The last of `blocks` is chosen only if there is no other.

    Args:
        blocks: The blocks (groups of lines) of a page, without its tail.
        width: The number of characters that lines are wrapped at, or 0 if they are not wrapped.
        start: The index of the first block that can be the signature.
        stop: The index after the last block that can be the signature, or None for all blocks.
    """
    places = range(start, len(blocks) if stop is None else min(stop, len(blocks)))
    signatures = [at for at in places if _is_signature(blocks[at])]
    followed = [at for at in signatures if at < len(blocks) - 1] or signatures
    return next(
        (at for at in followed if _is_multiline_signature(blocks[at], width)),
        followed[0] if followed else None,
    )


def _split_off_signature(blocks: Blocks, at: int) -> tuple[Block, Blocks]:
    """Return the signature of a page as one block, and the blocks below it.

    `at` is the index where the signature starts. Author, role and publication in three blocks of one line are
    joined.
    """
    apart = [len(block.lines) == 1 and _is_signature(block) for block in blocks[at : at + 4]]
    end = at + 3 if apart == [True, True, True, False] else at + 1
    return Block(tuple(line for block in blocks[at:end] for line in block.lines)), blocks[end:]


def _is_signature(block: Block) -> bool:
    is_short = len(block.lines) <= 3 and block.heading is None
    return is_short and all(reads_as_signature_line(line.folded) for line in block.lines)


def _is_multiline_signature(block: Block, width: int) -> bool:
    """Return True if `block` can be a signature of two or three lines: author, role, publication.

    `width` is the number of characters that lines are wrapped at, or 0 if they are not wrapped.
    """
    return len(block.lines) > 1 and _is_signature(block) and not _is_wrapped(block, width)


def _is_wrapped(block: Block, width: int) -> bool:
    return width > 0 and all(
        is_full_line(line.folded, after.folded, width) for line, after in pairwise(block.lines)
    )


def _line_width(blocks: Blocks) -> int:
    """Return the number of characters that the lines of a page are wrapped at, or 0 if they are not."""
    widest = max(len(line.folded) for block in blocks for line in block.lines)
    if widest > MAX_WRAP_WIDTH:
        return 0
    paragraphs = (block for block in blocks if len(block.lines) > 1 and not has_bullet(block.lines[0].folded))
    wrapped = (_is_wrapped(each, widest) and ends_as_sentence(each.lines[-1].folded) for each in paragraphs)
    return widest if any(wrapped) else 0
