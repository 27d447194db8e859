"""From the bytes of a saved page to a Document."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise

from seeds.messages import quoted
from seeds.parsing.blocks import BULLET, Block, Heading, Odd, read_page
from seeds.parsing.document import (
    Analysis,
    Byline,
    Document,
    Lines,
    ParseWarning,
    Rejection,
    SourceFile,
    Span,
)
from seeds.parsing.lists import Related, Takeaways, read_related, read_takeaways
from seeds.parsing.outline import Middle, Outline, find_outline
from seeds.parsing.text_shapes import reads_as_paragraph

# A title stands in indexes and cursors, which have bounds of their own.
LONGEST_TITLE = 500


def parse(data: bytes, name: str) -> Document:
    """The document in `data`, from a file called `name`; raises Rejection where the bytes are none."""
    page = read_page(data)
    _check_title(page.blocks)
    outline = find_outline(page.blocks)
    middle = outline.middle
    if not middle.body:
        end = outline.tail[0].span[0] if outline.tail else page.blocks[-1].span[1]
        raise Rejection("without body", line=end)
    takeaways = read_takeaways(outline.items)
    related = read_related(outline.tail, outline.width)
    summary, caption = _read_head(outline.head)
    lines = _lines(outline, takeaways, related)
    warnings = [*_warnings(outline), *takeaways.warnings, *related.warnings, *_odd_warnings(page.odd, lines)]
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


def _lines(outline: Outline, takeaways: Takeaways, related: Related) -> Lines:
    middle = outline.middle
    summary, caption = _read_head(outline.head)
    analysis = [block for block in (middle.desk, middle.heading, *middle.analysis) if block]
    return Lines(
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
        raise Rejection(f"without title: the page starts with {quoted(first.text)}", line=first.span[0])
    if len(first.text) > LONGEST_TITLE:
        message = f"without title: the first block is longer than {LONGEST_TITLE} characters"
        raise Rejection(message, line=first.span[0])
    if reads_as_paragraph(first.text) and not _stands_over_summary(blocks):
        message = f"without title: the page starts with a paragraph, {quoted(first.text)}"
        raise Rejection(message, line=first.span[0])


def _stands_over_summary(blocks: Sequence[Block]) -> bool:
    """Whether a first block that reads as a paragraph is a wordy title: below it stands no mere caption."""
    marked = any(block.heading in {Heading.TAKEAWAYS, Heading.DESK} for block in blocks[2:])
    return marked and not blocks[1].heading and len(blocks[1].text) >= len(blocks[0].text)


def _read_head(head: Sequence[Block]) -> tuple[Sequence[Block], Sequence[Block]]:
    """Summary and image caption."""
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


def _warnings(outline: Outline) -> Iterator[ParseWarning]:
    end_of_head = [outline.title, *outline.head][-1].span[1]
    middle = outline.middle
    if reads_as_paragraph(outline.title.text):
        yield ParseWarning("title", outline.title.span[0], "the title reads as a paragraph")
    if not outline.head:
        yield ParseWarning("summary", outline.title.span[1], "no summary")
    if len(outline.head) > 2:
        message = f"{len(outline.head)} blocks where a summary and a caption are expected"
        yield ParseWarning("summary", outline.head[0].span[0], message)
    if outline.takeaways is None:
        yield ParseWarning("takeaways", end_of_head, "no takeaways")
    elif not outline.items:
        yield ParseWarning("takeaways", outline.takeaways.span[0], "the heading has no items")
    elif middle.desk and middle.desk.span < outline.takeaways.span:
        yield ParseWarning(
            "takeaways", outline.takeaways.span[0], "the takeaways stand below the Editor's Desk"
        )
    if middle.desk and not middle.analysis:
        yield ParseWarning("analysis", middle.desk.span[0], "the heading has no paragraphs")
    for block, following in pairwise(middle.body):
        if block.heading is Heading.TAKEAWAYS and BULLET.match(following.lines[0].text):
            yield ParseWarning("body", block.span[0], "a second list of takeaways stands in the body")
    if middle.stray:
        kept = "1 block" if len(middle.stray) == 1 else f"{len(middle.stray)} blocks"
        message = f"kept in the body: {kept} above the Editor's Desk"
        yield ParseWarning("body", middle.stray[0].span[0], message)


def _odd_warnings(odd: Sequence[Odd], lines: Lines) -> Iterator[ParseWarning]:
    """One warning for each section and kind of character, at the first line that has one."""
    places = sorted(_places(lines))
    starts = [span[0] for span, _ in places]
    found: dict[tuple[str, bool], list[Odd]] = {}
    for each in odd:
        at = bisect_right(starts, each.line) - 1
        inside = at >= 0 and each.line <= places[at][0][1]
        found.setdefault((places[at][1] if inside else "page", each.control), []).append(each)
    for (section, control), group in found.items():
        amount = sum(each.amount for each in group)
        kind, fate = ("control", "left out") if control else ("direction-changing", "kept")
        plural = "" if amount == 1 else "s"
        message = f"{amount} {kind} character{plural} {fate} (first U+{ord(group[0].first):04X})"
        yield ParseWarning(section, group[0].line, message)


def _places(lines: Lines) -> Iterator[tuple[Span, str]]:
    for section in ("title", "summary", "image", "analysis", "byline"):
        span: Span | None = getattr(lines, section)
        if span:
            yield span, section
    for section in ("takeaways", "body", "related"):
        spans: tuple[Span, ...] | None = getattr(lines, section)
        for each in spans or ():
            yield each, section
