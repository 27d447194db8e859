"""Tests of reading saved web pages: encodings, metadata, lists, and pages that must be rejected."""

from datetime import UTC, datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.escaping import printable
from seeds.parsing.document import Document, Rejection
from seeds.parsing.formats.registry import parse
from seeds.parsing.web_pages.html_tree import MAX_DEPTH, MAX_ELEMENTS

PARAGRAPHS = (
    "<p>The night ferry sailed again on Friday, nine years after the line was closed for want of a ship.</p>"
    "<p>The new ship carries 240 passengers and 38 cars, and it was built at the yard in Tessin.</p>"
    "<p>Fishermen on the north shore say that the ferry crosses their nets at the hour of hauling.</p>"
)


def page(head: str = "", body: str = PARAGRAPHS, before: str = "<h1>The Ferry Returns</h1>") -> bytes:
    """Return a web page, by default with a heading and three paragraphs. The arguments are parts of its HTML.

    `before` comes before `body` in the article.
    """
    return f"<html><head>{head}</head><body><article>{before}{body}</article></body></html>".encode()


def read(data: bytes) -> Document:
    return parse(data, "ferry.html")


def rejection_of(data: bytes) -> Rejection:
    with pytest.raises(Rejection) as caught:
        read(data)
    assert caught.value.message == printable(caught.value.message)
    return caught.value


def json_ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


@pytest.mark.parametrize(
    ("encoding", "declaration"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", ""),
        ("cp1252", '<meta charset="iso-8859-1">'),
        ("cp1252", "<meta http-equiv=Content-Type content='text/html; charset=windows-1252'>"),
        ("iso8859-2", "<meta charset=iso-8859-2>"),
        ("utf-8", "<meta charset=unheard-of>"),
    ],
)
def test_the_encoding_is_that_of_the_mark_or_the_declaration(encoding: str, declaration: str) -> None:
    text = page(declaration, before="<h1>Fähre nach Örsk</h1>").decode()
    assert read(text.encode(encoding)).title == "Fähre nach Örsk"


def test_a_page_that_is_not_in_its_encoding_is_rejected_with_the_byte() -> None:
    rejection = rejection_of(page("<meta charset=utf-8>") + b"<p>caf\xe9</p>")
    assert rejection.message == "the file is not utf-8 (byte 0xE9), the encoding that it declares"
    assert rejection.place == f"byte {len(page('<meta charset=utf-8>')) + 6}"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "the file is empty; expected a web page"),
        (b" \n ", "the file is empty; expected a web page"),
        (b"no element at all", "the file has no HTML element; expected a web page"),
        (b"<!-- only a comment -->", "the file has no HTML element; expected a web page"),
        (b"<p>\0", "the file is binary (it has a NUL byte); expected a web page"),
        (b"<title>Ferry</title>", "the page has no main text; expected paragraphs"),
        (f"<h1>{'x' * 501}</h1>{PARAGRAPHS}".encode(), "the page has no title of at most 500 characters; "),
        (PARAGRAPHS.encode(), "the page has no title of at most 500 characters; "),
        (b"<div>" * 100_000, f"the page is nested more than {MAX_DEPTH} elements deep"),
        (b"<b>Key points</b>" * (MAX_ELEMENTS + 1), f"the page has more than {MAX_ELEMENTS} elements"),
    ],
)
def test_data_that_is_not_a_page_with_an_article_is_rejected_with_one_line(data: bytes, reason: str) -> None:
    assert rejection_of(data).message.startswith(reason)


def test_a_rejected_page_has_its_metadata() -> None:
    metadata = rejection_of(b"<title>x</title><link rel=canonical href=https://a.example.org/x>").metadata
    assert metadata
    assert metadata.url == "https://a.example.org/x"


def test_control_characters_do_not_end_a_page() -> None:
    assert len(read(page(body=f"<p>Bells\x01 rang at the quay.</p>{PARAGRAPHS}")).body) == 4


def test_a_huge_attribute_is_read() -> None:
    assert len(read(page(before=f'<h1 data-x="{"x" * 1_000_000}">The Ferry Returns</h1>')).body) == 3


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-04-17T21:30:00Z", datetime(2026, 4, 17, 21, 30, tzinfo=UTC)),
        ("2026-04-17T21:30:00+0200", datetime(2026, 4, 17, 19, 30, tzinfo=UTC)),
        ("2026-04-17", datetime(2026, 4, 17, tzinfo=UTC)),
        ("Fri, 17 Apr 2026 21:30:00 GMT", datetime(2026, 4, 17, 21, 30, tzinfo=UTC)),
        ("2026-04-17 21:30", datetime(2026, 4, 17, 21, 30, tzinfo=UTC)),
    ],
)
def test_the_time_of_publication_has_many_forms(text: str, time: datetime) -> None:
    document = read(page(f'<meta property="article:published_time" content="{text}">'))
    assert document.metadata.published_at == time
    has_zone = "21:30:00" in text or len(text) == 10
    assert any("no zone" in warning.message for warning in document.warnings) is not has_zone


@pytest.mark.parametrize(
    "text",
    [
        '{"@type": "NewsArticle", "headline": "Ferry &amp; Sea", "datePublished": "2026-04-17"}',
        '[{}, {"@type": ["Article"], "headline": "Ferry & Sea", "datePublished": "2026-04-17"}]',
        '{"@graph": [{"@type": "ReportageNewsArticle", "name": "Ferry & Sea", "dateCreated": "2026-04-17"}]}',
        '{"@type": "NewsArticle",\n"headline": "Ferry &\n Sea", "datePublished": "2026-04-17"};',
    ],
)
def test_json_ld_can_be_an_object_a_list_or_a_graph(text: str) -> None:
    document = read(page(json_ld("{ not JSON") + json_ld(text), before=""))
    assert document.title == "Ferry & Sea"
    assert document.metadata.published_at == datetime(2026, 4, 17, tzinfo=UTC)


def test_half_of_an_emoji_in_json_ld_is_replaced() -> None:
    half = r"Ferry \ud83d"
    texts = f'"headline": "{half}", "description": "{half}", "inLanguage": "{half}", "publisher": "{half}"'
    people = f'"author": {{"name": "{half}", "jobTitle": "{half}"}}, "image": {{"caption": "{half}"}}'
    document = read(page(json_ld(f'{{"@type": "Article", {texts}, {people}}}'), before=""))
    assert document.byline
    assert orjson.dumps(document)
    byline = (document.byline.author, document.byline.role, document.byline.publication)
    assert {document.title, document.summary, document.image_caption, *byline} == {"Ferry \ufffd"}


@pytest.mark.parametrize(
    ("title", "expected", "publication"),
    [
        ("The Ferry Returns | Marlow Ledger", "The Ferry Returns", "Marlow Ledger"),
        ("The Ferry Returns - Marlow Ledger", "The Ferry Returns", "Marlow Ledger"),
        ("Marlow Ledger: The Ferry Returns", "The Ferry Returns", "Marlow Ledger"),
        ("The Ferry Returns", "The Ferry Returns", None),
    ],
)
def test_the_name_of_the_site_is_not_part_of_the_title(
    title: str, expected: str, publication: str | None
) -> None:
    document = read(page(f"<title>{title}</title>"))
    assert document.title == expected
    assert (document.byline and document.byline.publication) == publication


@pytest.mark.parametrize("heading", ["Key takeaways", "KEY POINTS:", "Highlights", "The takeaways"])
@pytest.mark.parametrize("is_below", [True, False])
def test_a_list_under_a_heading_for_takeaways_becomes_takeaways(heading: str, is_below: bool) -> None:
    items = "<li>One ship.</li><li>• Two <b>nets</b>.</li>"
    box = f"<div><h3><span>{heading}</span></h3><ul>{items}</ul></div>"
    document = read(page(body=PARAGRAPHS + box if is_below else box + PARAGRAPHS))
    assert [takeaway.text for takeaway in document.takeaways] == ["One ship.", "Two nets."]
    assert len(document.body) == 3


@pytest.mark.parametrize(
    "box",
    [
        "<p><strong>Key takeaways:</strong></p><ul><li><p>One ship.</p></li><li><p>Two nets.</p></li></ul>",
        "<div><h2>Key takeaways</h2><div><p>One ship.</p><p>Two nets.</p></div></div>",
        "<section aria-label='Key takeaways'><ul><li>One ship.</li><li>Two nets.</li></ul></section>",
        "<div><button>Key takeaways</button><div><ul><li>One ship.</li><li>Two nets.</li></ul></div></div>",
        "<h2>🔑 Key&nbsp;takeaways</h2><hr><ul><li>One ship.</li><li><a href='#n'>Two nets.</a></li></ul>",
        "<h2>Highlights</h2><p>What to know:</p><ul><li>One ship.</li><li>Two nets.</li></ul>",
        "<h2>Highlights</h2><div role=list><div role=listitem>One ship.</div><div>Two nets.</div></div>",
        "<h2>Highlights</h2><p>• One <b>ship</b>.<br>• Two nets.</p>",
        "<h2>Highlights</h2><p>• One ship.</p><p>• Two nets.</p>",
    ],
)
def test_a_list_of_takeaways_has_many_forms(box: str) -> None:
    document = read(page(body=box + PARAGRAPHS))
    assert [takeaway.text for takeaway in document.takeaways] == ["One ship.", "Two nets."]
    assert len(document.body) == 3


@pytest.mark.parametrize(
    "box",
    [
        '<h3>Highlights</h3><ul><li><a href="/a">Another story</a></li><li><a href="/b">More</a></li></ul>',
        "<h3>Highlights of the week</h3><ul><li>One ship.</li></ul>",
        "<h3>Highlights</h3><p>A paragraph follows here.</p><ul><li>One ship.</li></ul>",
        "<nav><h3>Highlights</h3><ul><li>One ship.</li></ul></nav>",
    ],
)
def test_other_lists_are_not_takeaways(box: str) -> None:
    assert read(page(body=box + PARAGRAPHS)).takeaways == ()


def test_a_url_that_is_no_url_is_left_out_with_a_warning() -> None:
    document = read(page('<meta property="og:image" content="https://a.example.org/a b.jpg">'))
    assert document.metadata.image_url is None
    assert any("the address of the image is not a URL" in warning.message for warning in document.warnings)


SCRAPS = (
    *("<p>", "</p>", "<ul><li>", "<h1>", "<table><tr><td>", "<br><br>", "Key points", "<title>", "&#0;"),
    *("<!--", "<script type='application/ld+json'>{", "</script>", "<meta name=date content='", "'>", "🌊"),
)


@given(st.lists(st.sampled_from(SCRAPS), max_size=15))
def test_any_markup_is_read_or_rejected_with_one_line(parts: list[str]) -> None:
    message = ""
    try:
        read("".join(parts).encode())
    except Rejection as rejection:
        message = rejection.message
    assert message == printable(message)
