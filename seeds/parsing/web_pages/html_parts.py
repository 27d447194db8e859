"""Find the summary, the caption, the author and the editor's analysis in the visible part of a web page."""

import re
from typing import NamedTuple

from lxml.html import HtmlElement

from seeds.parsing.document import Analysis, Span
from seeds.parsing.web_pages.html_fields import same_letters
from seeds.parsing.web_pages.html_metadata import BY
from seeds.parsing.web_pages.html_tree import remove, span_of, text_of

SUMMARY_CLASS = re.compile(
    r"(^|[\s_-])(dek|standfirst|subtitle|sub-?head(line|ing)?|summary|lede?|deck|excerpt|description|intro)([\s_-]|$)",
    re.IGNORECASE,
)
AUTHOR_CLASS = re.compile(r"(^|[\s_-])(byline|author(-name)?)([\s_-]|$)", re.IGNORECASE)
MAX_AUTHOR_LENGTH = 60
DESK = "editorsdesk"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
SECTIONS = ("section", "aside", "div")


class PagePart(NamedTuple):
    """A text in a web page.

    Attributes:
        text: The text on one line.
        span: The numbers of its first and its last line in the file.
    """

    text: str
    span: Span


class AnalysisPart(NamedTuple):
    """The editor's analysis in a web page.

    Attributes:
        analysis: The analysis.
        span: The numbers of its first and its last line in the file.
    """

    analysis: Analysis
    span: Span


def take_summary(root: HtmlElement, stated: list[str]) -> PagePart | None:
    """Remove the summary of a web page from the page, and return it. Return None if there is no summary.

    A summary has a CSS class such as `standfirst`, or is completely emphasized and in `stated`.

    Args:
        stated: The summaries in the metadata. If there are any, the summary must match one of them.
    """
    for element in root.iter("p", "div", "h2", "h3", "span"):
        is_classed = SUMMARY_CLASS.search(element.get("class") or element.get("itemprop") or "")
        if not is_classed and not (stated and _is_emphasized(element)):
            continue
        text = text_of(element)
        is_stated = any(same_letters(text, each) for each in stated)
        if text and (is_stated or (not stated and not element.xpath(".//p | .//li | .//h1"))):
            part = PagePart(text, span_of(element))
            remove(element)
            return part
    return None


def _is_emphasized(element: HtmlElement) -> bool:
    is_alone = len(element) == 1 and element[0].tag in ("i", "em", "b", "strong")
    return is_alone and not (element.text or "").strip() and not (element[0].tail or "").strip()


def find_caption(root: HtmlElement) -> PagePart | None:
    """Return the caption of the first picture of the page `root`, or None."""
    elements = (*root.iter("figcaption"), *root.xpath("//p[contains(@class, 'caption')]"))
    parts = (PagePart(text_of(element), span_of(element)) for element in elements)
    return next((part for part in parts if part.text), None)


def find_author(root: HtmlElement) -> PagePart | None:
    """Return the author that the text of the page `root` names, or None.

    An element for the author is recognized by an attribute, such as `rel="author"`, or by its CSS class, such
    as `byline`.
    """
    marked = root.xpath("//*[@rel='author' or @itemprop='author']")
    classed = (
        each for each in root.iter("p", "div", "span", "a") if AUTHOR_CLASS.search(each.get("class") or "")
    )
    for element in (*marked, *classed):
        text = BY.sub("", text_of(element))
        if 0 < len(text) <= MAX_AUTHOR_LENGTH:
            return PagePart(text, span_of(element))
    return None


def take_analysis(root: HtmlElement) -> AnalysisPart | None:
    """Remove the section with the heading Editor's Desk from the page `root`, and return its analysis.

    If there is no such section with a paragraph, return None and change nothing.
    """
    for element in root.iter(*HEADINGS):
        section = element.getparent()
        if not same_letters(text_of(element), DESK) or section is None or section.tag not in SECTIONS:
            continue
        if section.xpath(".//h1[not(. = $desk)]", desk=element.text or ""):
            continue
        headings = [
            text for each in section.iter(*HEADINGS) if each is not element and (text := text_of(each))
        ]
        paragraphs = [text for each in section.iter("p") if (text := text_of(each))]
        if paragraphs:
            analysis = Analysis(text_of(element), headings[0] if headings else None, tuple(paragraphs))
            part = AnalysisPart(analysis, span_of(section))
            remove(section)
            return part
    return None
