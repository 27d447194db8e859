"""Parse the bytes of an article page into a `Document`."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from hashlib import sha256
from itertools import pairwise

from seeds.escaping import quoted
from seeds.parsing.blocks import MAX_HEADING_LENGTH, Block, Heading, letters_of, read_blocks
from seeds.parsing.bullets import has_bullet
from seeds.parsing.characters import OddCharacters, OddKind
from seeds.parsing.document import (
    MAX_TITLE_LENGTH,
    Analysis,
    Byline,
    Document,
    FieldLines,
    ParseWarning,
    Rejection,
    SourceFile,
    Span,
)
from seeds.parsing.outline import Middle, Outline, find_outline
from seeds.parsing.related_list import RelatedList, parse_related
from seeds.parsing.takeaway_list import TakeawayList, parse_takeaways
from seeds.parsing.text_shapes import reads_as_paragraph

# The similarity from which a line can be a misspelt heading, from 0 to 1.
MIN_RESEMBLANCE = 0.85


def parse(data: bytes, name: str) -> Document:
    """Parse `data`, the bytes of an article page. `name` is the name of its file, for the field `source`.

    Raises:
        Rejection: If `data` is not an article page with a title and a body.
    """
    page = read_blocks(data)
    _check_title(page.blocks)
    outline = find_outline(page.blocks)
    middle = outline.middle
    if not middle.body:
        end = outline.tail[0].span[0] if outline.tail else page.blocks[-1].span[1]
        raise Rejection("the page has no body; expected paragraphs", line=end)
    takeaways = parse_takeaways(outline.items)
    related = parse_related(outline.tail, outline.width)
    summary, caption = _read_head(outline.head)
    lines = _field_lines(outline, takeaways, related)
    warnings = [
        *_outline_warnings(outline),
        *_heading_warnings(page.blocks),
        *takeaways.warnings,
        *related.warnings,
        *_odd_character_warnings(page.odd_characters, lines),
    ]
    return Document(
        source=SourceFile(name, sha256(data).hexdigest(), len(data)),
        title=outline.title.text,
        summary=_text(summary),
        image_caption=_text(caption),
        takeaways=takeaways.takeaways,
        analysis=_analysis(middle),
        byline=_byline(middle.signature),
        body=tuple(block.text for block in (*middle.stray, *middle.body)),
        related=related.titles,
        lines=lines,
        warnings=tuple(sorted(warnings, key=lambda warning: warning.line)),
    )


def _field_lines(outline: Outline, takeaways: TakeawayList, related: RelatedList) -> FieldLines:
    middle = outline.middle
    summary, caption = _read_head(outline.head)
    analysis = [block for block in (middle.desk, middle.heading, *middle.analysis) if block]
    return FieldLines(
        title=outline.title.span,
        summary=_span(summary),
        image=_span(caption),
        takeaways=takeaways.spans or None,
        analysis=_span(analysis) if middle.analysis else None,
        byline=middle.signature.span if middle.signature else None,
        body=tuple(block.span for block in (*middle.stray, *middle.body)),
        related=related.spans or None,
    )


def _check_title(blocks: Sequence[Block]) -> None:
    first = blocks[0]
    if first.heading:
        message = f"the page has no title; it starts with the heading {quoted(first.text)}"
        raise Rejection(message, line=first.span[0])
    if len(first.text) > MAX_TITLE_LENGTH:
        message = f"the page has no title; its first block has more than {MAX_TITLE_LENGTH} characters"
        raise Rejection(message, line=first.span[0])
    if reads_as_paragraph(first.folded) and not _is_above_summary(blocks):
        message = f"the page has no title; it starts with the paragraph {quoted(first.text)}"
        raise Rejection(message, line=first.span[0])


def _is_above_summary(blocks: Sequence[Block]) -> bool:
    """Return True if the first of `blocks` is a title, although it reads as a paragraph.

    The second block, the summary, must be at least as long as the title. The heading Key Takeaways or
    Editor's Desk must follow.
    """
    has_heading = any(block.heading in {Heading.TAKEAWAYS, Heading.DESK} for block in blocks[2:])
    return has_heading and not blocks[1].heading and len(blocks[1].folded) >= len(blocks[0].folded)


def _read_head(head: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block]]:
    """Divide `head`, the blocks below the title of a page, into the summary and the image caption.

    The last of several blocks is the caption.
    """
    return (head[:-1], head[-1:]) if len(head) > 1 else (head, ())


def _text(blocks: Sequence[Block]) -> str | None:
    return " ".join(block.text for block in blocks) or None


def _span(blocks: Sequence[Block]) -> Span | None:
    return (blocks[0].span[0], blocks[-1].span[1]) if blocks else None


def _analysis(middle: Middle) -> Analysis | None:
    if not middle.analysis:
        return None
    desk = middle.desk.text if middle.desk else None
    heading = middle.heading.text if middle.heading else None
    return Analysis(desk, heading, tuple(block.text for block in middle.analysis))


def _byline(signature: Block | None) -> Byline | None:
    if signature is None:
        return None
    *people, publication = [line.text for line in signature.lines]
    author, role = [*people, None, None][:2]
    return Byline(author, role, publication)


def _outline_warnings(outline: Outline) -> Iterator[ParseWarning]:
    end_of_head = [outline.title, *outline.head][-1].span[1]
    middle = outline.middle
    if reads_as_paragraph(outline.title.folded):
        yield ParseWarning("title", outline.title.span[0], "the title reads as a paragraph")
    if not outline.head:
        yield ParseWarning("summary", outline.title.span[1], "no summary")
    if len(outline.head) > 2:
        message = f"{len(outline.head)} blocks below the title; expected a summary and a caption"
        yield ParseWarning("summary", outline.head[0].span[0], message)
    if outline.takeaways is None:
        yield ParseWarning("takeaways", end_of_head, "no takeaways")
    elif not outline.items:
        yield ParseWarning("takeaways", outline.takeaways.span[0], "no items below the heading")
    elif middle.desk and middle.desk.span < outline.takeaways.span:
        yield ParseWarning(
            "takeaways", outline.takeaways.span[0], "the takeaways are below the Editor's Desk"
        )
    if middle.desk and not middle.analysis:
        yield ParseWarning("analysis", middle.desk.span[0], "no paragraphs below the heading")
    for block, following in pairwise(middle.body):
        if block.heading is Heading.TAKEAWAYS and has_bullet(following.lines[0].folded):
            yield ParseWarning("body", block.span[0], "the body has a second list of takeaways")
    if middle.stray:
        count = "1 block" if len(middle.stray) == 1 else f"{len(middle.stray)} blocks"
        message = f"{count} above the Editor's Desk read as body"
        yield ParseWarning("body", middle.stray[0].span[0], message)


def _heading_warnings(blocks: Sequence[Block]) -> Iterator[ParseWarning]:
    """Yield a warning about each line that is nearly a heading of the page format, such as `Key Takeway`.

    A line is reported only if the page does not contain the correct heading.
    """
    present = {block.heading for block in blocks}
    missing = [(heading, letters_of(heading.value)) for heading in Heading if heading not in present]
    for block in blocks[1:] if missing else ():
        text = block.folded
        if block.heading or len(text) > MAX_HEADING_LENGTH:
            continue
        letters = letters_of(text)
        for heading, expected in missing:
            if _resembles(letters, expected):
                message = f"{quoted(block.text)} resembles the heading {heading.value}"
                yield ParseWarning("page", block.span[0], message)


def _resembles(text: str, heading: str) -> bool:
    # Each ratio is an upper bound of the next, and faster to compute.
    matcher = SequenceMatcher(None, text, heading)
    ratios = (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    return all(ratio() >= MIN_RESEMBLANCE for ratio in ratios)


def _odd_character_warnings(odd: Sequence[OddCharacters], lines: FieldLines) -> Iterator[ParseWarning]:
    """Yield warnings about control characters and characters that change the text direction.

    There is at most one warning for each section of the page and each kind of characters.

    Args:
        odd: The characters to warn about, in the order of the lines of the page.
        lines: The lines of each section. Other lines belong to the section `page`.
    """
    sections = sorted(_sections(lines))
    starts = [span[0] for span, _ in sections]
    groups: dict[tuple[str, OddKind], list[OddCharacters]] = {}
    for each in odd:
        at = bisect_right(starts, each.line) - 1
        is_inside = at >= 0 and each.line <= sections[at][0][1]
        groups.setdefault((sections[at][1] if is_inside else "page", each.kind), []).append(each)
    yield from (odd_character_warning(section, group) for (section, _), group in groups.items())


def odd_character_warning(section: str, group: Sequence[OddCharacters]) -> ParseWarning:
    """Return a warning about unusual characters of one kind in `section`, a part of the document.

    `group` has an item for each line with such characters. The warning gives the number of characters.
    """
    amount, (name, action) = sum(each.amount for each in group), group[0].kind.value
    plural = "" if amount == 1 else "s"
    message = f"{amount} {name} character{plural} {action} (first: U+{ord(group[0].first):04X})"
    return ParseWarning(section, group[0].line, message)


def _sections(lines: FieldLines) -> Iterator[tuple[Span, str]]:
    for section in ("title", "summary", "image", "analysis", "byline"):
        span: Span | None = getattr(lines, section)
        if span:
            yield span, section
    for section in ("takeaways", "body", "related"):
        spans: tuple[Span, ...] | None = getattr(lines, section)
        for each in spans or ():
            yield each, section
