"""Find the main text of a web page: paragraphs with the numbers of their lines."""

import logging
import re
from collections.abc import Iterator, Sequence

import trafilatura
from lxml.html import HtmlElement

from api.text_folding import fold_characters
from seeds.parsing.date_lines import is_date
from seeds.parsing.document import Rejection, Span
from seeds.parsing.formats.brief import Paragraph
from seeds.parsing.formats.plain_text import clean_text
from seeds.parsing.web_pages.html_fields import same_letters
from seeds.parsing.web_pages.html_tree import BLOCK_TAGS, remove, span_of, text_of

# Parts of a page that are never its main text, by the role, id or class of their elements.
BOILERPLATE = re.compile(
    r"(^|[\s_-])(cookies?|consent|gdpr|onetrust|newsletter|subscribe|subscription|sign-?up|paywall|comments?"
    r"|disqus|share|sharing|social|related|recirc\w*|recommended|promo\w*|advert\w*|breadcrumbs?|tags"
    r"|author-bio|trending|most-read|sidebar)([\s_-]|$)",
    re.IGNORECASE,
)
# An element with more of the text of the page than this is not boilerplate, whatever it is called.
MAX_BOILERPLATE_SHARE = 0.4
# Stands for two line breaks, which separate paragraphs on some pages. trafilatura keeps the character.
PARAGRAPH_MARK = "\ue000"
CAPTION_CLASS = re.compile(r"(^|[\s_-])caption", re.IGNORECASE)


def remove_boilerplate(root: HtmlElement) -> None:
    """Remove cookie banners, comments, captions and boxes of links from the page `root`."""
    size = len(text_of(root))
    for element in list(
        root.iter("div", "section", "aside", "ul", "li", "form", "footer", "dialog", "p", "figcaption")
    ):
        if (
            element.tag == "figcaption"
            or CAPTION_CLASS.search(element.get("class") or "")
            or (_is_boilerplate(element) and len(text_of(element)) <= size * MAX_BOILERPLATE_SHARE)
        ):
            remove(element)


def _is_boilerplate(element: HtmlElement) -> bool:
    names = (element.get("class"), element.get("id"))
    return element.get("role") in ("dialog", "navigation", "complementary", "contentinfo") or any(
        BOILERPLATE.search(name) for name in names if name
    )


def read_body(root: HtmlElement, leave_out: Sequence[str]) -> list[Paragraph]:
    """Return the paragraphs of the main text of the page `root`, with headings, list items and table rows.

    Args:
        root: The root element of the page. The function can change it.
        leave_out: Texts, such as the title, that are left out at the beginning of the main text. Dates there
            are left out too.

    Raises:
        Rejection: If the main text of the page cannot be found.
    """
    lines = _lines_of_texts(root)
    _convert_layout_tables(root)
    _mark_double_breaks(root)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    try:
        found = trafilatura.bare_extraction(root, include_comments=False, include_tables=True)
    except Exception:  # The page can be hostile, and the library has no exception of its own.
        raise Rejection("the main text of the page cannot be found", line=1) from None
    body = getattr(found, "body", None)
    found_texts = (
        () if body is None else (part for text in _texts(body) for part in text.split(PARAGRAPH_MARK))
    )
    texts = [text for text in map(clean_text, found_texts) if text]
    while texts and (
        is_date(fold_characters(texts[0])) or any(same_letters(texts[0], each) for each in leave_out)
    ):
        texts.pop(0)
    paragraphs: list[Paragraph] = []
    for text in texts:
        known = lines.get(text) or (paragraphs[-1].span if paragraphs else (1, 1))
        paragraphs.append(Paragraph(text, known))
    return paragraphs


def _texts(body: HtmlElement) -> Iterator[str]:
    """Yield the texts of the blocks in `body`, the element with the main text that trafilatura found."""
    for element in body:
        if element.tag == "table":
            yield from (" | ".join(filter(None, map(text_of, row))) for row in element.iter("row"))
        elif element.tag in ("list", "quote", "div", "fw", "figure") and len(element):
            yield element.text or ""
            yield from _texts(element)
        else:
            yield _text_with_breaks(element)
        yield element.tail or ""


def _text_with_breaks(element: HtmlElement) -> str:
    parts = (
        f"{' ' if each.tag in ('lb', 'p', 'item', 'list') and each is not element else ''}{each.text or ''}"
        f"{(each.tail or '') if each is not element else ''}"
        for each in element.iter()
    )
    return "".join(parts)


def _lines_of_texts(root: HtmlElement) -> dict[str, Span]:
    """Return the first and the last line of each paragraph of the page `root`, by the text of the paragraph.

    A repeated text has the lines of its first occurrence. List items, table rows and table cells are
    paragraphs too.
    """
    lines: dict[str, Span] = {}
    for element in root.iter(*BLOCK_TAGS):
        if not any(each.tag in BLOCK_TAGS for each in element.iterdescendants()) or element.tag in (
            "li",
            "tr",
            "td",
        ):
            lines.setdefault(text_of(element), span_of(element))
    return lines


def _convert_layout_tables(root: HtmlElement) -> None:
    """Turn tables that arrange the page, and do not contain data, into `div` elements.

    A table arranges the page if one of its cells contains an `h1` heading, another table, or at least three
    paragraphs.
    """
    for table in list(root.iter("table")):
        cells = [each for each in table.iter("td", "th", "tr", "tbody", "thead") if _table_of(each) is table]
        if any(each.xpath(".//h1 | .//table | .//p[3]") for each in cells):
            for each in (*cells, table):
                each.tag = "div"


def _table_of(cell: HtmlElement) -> HtmlElement | None:
    return next(cell.iterancestors("table"), None)


def _mark_double_breaks(root: HtmlElement) -> None:
    for element in root.iter("br"):
        following = element.getnext()
        if following is not None and following.tag == "br" and not (element.tail or "").strip():
            following.tail = f" {PARAGRAPH_MARK} {following.tail or ''}"
