"""Tests of the parser with random bytes and with random well-formed pages."""

import re
import unicodedata
from dataclasses import replace

from hypothesis import example, given
from hypothesis import strategies as st

from api.text_folding import fold_characters
from seeds.escaping import printable
from seeds.parsing.document import Document, Rejection, Span
from seeds.parsing.page import parse
from tests.seeds.pages import PageParts, blocks, collapse

PIECES = [
    *(
        "Key Takeaways",
        "Editor's\nDesk",
        "Editor’s Desk",
        "Editor's\n\nDesk",
        "Share Article",
        "Related Articles",
    ),
    *("• 1One", "- 2Two", "• 35G masts", "•", "• 9", "• none", "3 weeks ago", "Apr 21, 2026", "📰"),
    *(
        "No related articles found",
        "Ines Calloway\nEditor\nThe Ledger",
        "The Ledger",
        "A Short Heading",
        "Why now?",
    ),
    *("A sentence that ends.", "One sentence. And one more of them.", "lower-case words", "x" * 130 + "."),
    *(
        "bell\x07 and\x0b tab",
        "right\u202e left",
        "\u2028",
        "\x85",
        "\r",
        "{",
        "<b>",
        "\u200b",
        "wide\xa0space",
    ),
]
# Drawing a page can be slow on a busy machine.
MARKS = ("Cc", "Zl", "Zp", "Cs")

WORDS = [
    "a",
    "barge",
    "lifts",
    "water",
    "and",
    "9",
    "5G",
    "1,280",
    "state-backed",
    "tide",
    "2026",
    "Zürich",
    "字",
]


def _sentences(drawn: list[str]) -> str:
    """Join words into sentences of six words each. The last sentence can be shorter."""
    groups = [drawn[start : start + 6] for start in range(0, len(drawn), 6)]
    return " ".join(f"{' '.join(group).capitalize()}." for group in groups)


words = st.sampled_from(WORDS)
phrases = st.lists(words, min_size=2, max_size=5).map(" ".join)
sentences = phrases.map(lambda phrase: f"{phrase.capitalize()}.")
paragraphs = st.lists(words, min_size=13, max_size=60).map(_sentences)
openings = st.lists(words, min_size=60, max_size=70).map(
    _sentences
)  # These texts are longer than a line, so that they are wrapped.
captions = phrases.map(lambda phrase: f"A view of {phrase}.")
headings = phrases.map(lambda phrase: f"The {phrase}")
titles = st.lists(words, min_size=2, max_size=12).map(lambda each: "The " + " ".join(each))
names = st.sampled_from(["Ines Calloway", "Jo Renn", "Editor", "Canal Desk", "The Ledger", "Aldemar Post"])
dates = st.sampled_from(["3 weeks ago", "Apr 21, 2026", "2026-04-21 10:30", "yesterday"])


@st.composite
def samples(draw: st.DrawFn) -> PageParts:
    """Draw the parts of a page that can be parsed in only one way."""
    takeaways = tuple(draw(st.lists(sentences | paragraphs | headings, max_size=12)))
    desk = draw(st.sampled_from([None, "Editor's\nDesk", "Editor’s Desk", "EDITOR'S\n\nDESK"]))
    signature = tuple(draw(st.lists(names, max_size=3)))
    body = [draw(openings), *draw(st.lists(paragraphs, max_size=4))]
    marked = bool(takeaways or desk or signature)
    if len(signature) > 1 or (takeaways and signature and not desk):
        body.extend(draw(st.lists(headings | paragraphs, max_size=2)))
    return PageParts(
        title=draw(titles),
        summary=draw(paragraphs if not marked else st.none() | paragraphs),
        caption=None,
        takeaways=takeaways,
        desk=desk,
        heading=draw(st.none() | headings) if desk else None,
        analysis=tuple(draw(st.lists(paragraphs, min_size=1, max_size=3 if signature else 1)))
        if desk
        else (),
        signature=signature,
        body=tuple(body),
        related=tuple(draw(st.lists(st.tuples(titles, st.none() | dates), max_size=4))),
        tail=draw(st.just(True) if not signature and (desk or not marked) else st.booleans()),
    )


@st.composite
def pages(draw: st.DrawFn) -> tuple[PageParts, bytes]:
    """Draw the parts of a page, and its bytes in a random layout.

    In the layout, long lines are wrapped or not, lines end with LF or CRLF, and a byte-order mark is present
    or not.
    """
    sample = draw(samples())
    if sample.summary and (sample.takeaways or sample.desk):
        sample = replace(sample, caption=draw(st.none() | captions))
    bullet = draw(st.sampled_from("•*-–—·‣▪◦●"))
    parts = blocks(sample, bullet, draw(st.none() | st.integers(50, 100)))
    gaps = draw(
        st.lists(st.sampled_from(["\n", "\n\n", " \n\t\n"]), min_size=len(parts), max_size=len(parts))
    )
    text = "".join(f"{part}\n{gap}" for part, gap in zip(parts, gaps, strict=True))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return sample, ("\ufeff" * draw(st.integers(0, 1)) + text).encode()


def _attempt(data: bytes) -> Document | Rejection:
    try:
        return parse(data, "page.txt")
    except Rejection as rejection:
        return rejection


def _is_one_printable_line(message: str) -> bool:
    unseen = any(unicodedata.category(character) in MARKS for character in message)
    turning = any(
        unicodedata.bidirectional(character) in {"RLE", "LRO", "RLO", "PDF", "RLI"} for character in message
    )
    return bool(message) and not unseen and not turning


# A date below a title, with another line between them.
LISTED_PAGE = "\n\n".join(
    [
        *(
            "Key Takeaways",
            "• 1One",
            "Ines Calloway\nEditor\nThe Ledger",
            "One sentence. And one more of them.",
        ),
        *("Share Article", "Related Articles", "• 1One", "HEADING", "3 weeks ago"),
    ]
)
anything = st.binary(max_size=300)
pieces = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=25)
structured = st.tuples(pieces, st.sampled_from(["\n", "\n\n", "\r\n\r\n"])).map(
    lambda parts: parts[1].join(parts[0]).encode("utf-8", "surrogatepass")
)


@given(anything | structured)
@example(b"")
@example(b"\xff")
@example(b"\xed\xa0\x80")
@example(b"0\n\nKey Takeaways\n\n* " + b"9" * 5000)
def test_any_bytes_give_a_document_or_a_rejection_with_printable_messages(data: bytes) -> None:
    outcome = _attempt(data)
    if isinstance(outcome, Rejection):
        assert _is_one_printable_line(outcome.message)
        assert outcome.place is not None
    else:
        assert outcome.body
        assert all(_is_one_printable_line(warning.message) for warning in outcome.warnings)


@given(structured)
@example("Editor's Desk\n\nWhy\n\nOne.\n\nKey Takeaways\n\n• 1One\n\nTwo.\n\nThe Ledger\n\nBody.".encode())
@example("Editor's Desk\n\nWhy\n\nJo\n\nEditor\n\nKey Takeaways\n\n•\n\nThe Ledger\n\nBody.".encode())
@example(LISTED_PAGE.replace("HEADING", "Key Takeaways").encode())
@example(LISTED_PAGE.replace("HEADING", "📰").encode())
def test_each_field_is_the_collapsed_text_of_its_lines(data: bytes) -> None:
    outcome = _attempt(b"The First Block\n\n" + data)
    if isinstance(outcome, Document):
        _check_lines(outcome, (b"The First Block\n\n" + data).decode())


@given(pages())
def test_a_page_is_parsed_into_its_original_parts(made: tuple[PageParts, bytes]) -> None:
    sample, data = made
    document = parse(data, "page.txt")
    assert document.title == sample.title
    assert document.summary == sample.summary
    assert document.image_caption == sample.caption
    assert tuple(takeaway.text for takeaway in document.takeaways) == sample.takeaways
    assert [takeaway.position for takeaway in document.takeaways] == [*range(1, 1 + len(sample.takeaways))]
    assert document.body == sample.body
    assert tuple((each.title, each.date) for each in document.related) == (
        sample.related if sample.tail else ()
    )
    analysis = document.analysis
    assert (analysis.paragraphs if analysis else ()) == sample.analysis
    assert (analysis.heading if analysis else None) == sample.heading
    assert (analysis.desk if analysis else None) == (collapse(sample.desk) if sample.desk else None)
    byline = document.byline
    signature = (byline.author, byline.role, byline.publication) if byline else ()
    assert tuple(line for line in signature if line) == sample.signature


@given(pages())
def test_a_well_formed_page_has_only_warnings_of_a_missing_summary_or_takeaways(
    made: tuple[PageParts, bytes],
) -> None:
    sample, data = made
    messages = {warning.message for warning in parse(data, "page.txt").warnings}
    missing = {"no summary"} if sample.summary is None else set()
    assert messages == (missing | {"no takeaways"} if not sample.takeaways else missing)


@given(pages())
def test_each_field_of_a_well_formed_page_is_the_collapsed_text_of_its_lines(
    made: tuple[PageParts, bytes],
) -> None:
    _, data = made
    _check_lines(parse(data, "page.txt"), data.decode().removeprefix("\ufeff"))


@given(st.text())
def test_printable_returns_one_line_and_is_idempotent(text: str) -> None:
    assert text == "" or _is_one_printable_line(printable(text))
    assert printable(printable(text)) == printable(text)


def _check_lines(document: Document, text: str) -> None:
    text = re.sub("\r+\n", "\n", text)
    lines = [_cleaned(line) for line in (text if "\n" in text else text.replace("\r", "\n")).split("\n")]

    def cited(span: Span | None) -> str | None:
        return collapse(" ".join(lines[span[0] - 1 : span[1]])) if span else None

    def cited_around(span: Span | None) -> set[str | None]:
        """Return the texts that a field on the lines `span` can have.

        A list of takeaways inside `span` is not part of the field. The result has one text for each line on
        which the list can end. If `span` is None, the result has only None.
        """
        headings = [warning.line for warning in document.warnings if warning.section == "takeaways"]
        if not span or not any(span[0] < line < span[1] for line in headings):
            return {cited(span)}
        before = cited((span[0], headings[0] - 1))
        afters = range(headings[0] + 1, span[1] + 1)
        return {collapse(f"{before} {cited((start, span[1]))}") for start in afters}

    places = document.lines
    assert document.title == cited(places.title)
    assert document.summary == cited(places.summary)
    assert document.image_caption == cited(places.image)
    assert document.body == tuple(cited(span) for span in places.body)
    for takeaway, span in zip(document.takeaways, places.takeaways or (), strict=True):
        assert (cited(span) or "").endswith(takeaway.text)
    for related, span in zip(document.related, places.related or (), strict=True):
        # A symbol between a title and its date is part of neither.
        titled = [
            line
            for line in lines[span[0] - 1 : span[1]]
            if any(each.isalnum() for each in fold_characters(line))
        ]
        assert collapse(" ".join(titled)).endswith(collapse(f"{related.title} {related.date or ''}"))
    if document.analysis:
        parts = [document.analysis.desk, document.analysis.heading, *document.analysis.paragraphs]
        assert collapse(" ".join(part for part in parts if part)) in cited_around(places.analysis)
    if document.byline:
        parts = [document.byline.author, document.byline.role, document.byline.publication]
        assert " ".join(part for part in parts if part) in cited_around(places.byline)


def _cleaned(line: str) -> str:
    shown = "".join(map(_cleaned_character, line))
    visible = fold_characters(shown)
    return (
        shown if any(unicodedata.category(each) not in {"Cf", "Zs", "Zl", "Zp"} for each in visible) else ""
    )


def _cleaned_character(character: str) -> str:
    if character in "\x0b\x0c\r\x85":
        return " "
    if "\x80" <= character <= "\x9f":
        return character.encode("latin-1").decode("windows-1252", "ignore")
    return "" if character != "\t" and unicodedata.category(character) == "Cc" else character
