"""Find lists under a heading in a web page, such as "Key takeaways", and take them out of the page."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from lxml.html import HtmlElement

from api.text_folding import FoldedText, fold_characters
from seeds.parsing.bullets import bullet_length, has_bullet
from seeds.parsing.document import Span
from seeds.parsing.formats.plain_text import clean_text
from seeds.parsing.web_pages.html_tree import remove, span_of, text_of

TAKEAWAY_HEADINGS = re.compile(
    r"(the |our )?(key |main |top |quick )?(takeaways?|points|highlights)"
    r"|(story|article) (highlights|takeaways)"
)
RELATED_HEADINGS = re.compile(
    r"related( (articles?|stories|story|coverage|content|news|reading|posts?|links?|topics?))?"
)
MAX_HEADING_LENGTH = 40
# An element with more of the text of the page than this is not a box of takeaways.
MAX_BOX_SHARE = 0.5
# How far the heading can be inside elements of its own, beside which the list is.
MAX_LEVELS = 5
HEADING_TAGS = frozenset(
    (
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "span", "strong", "b", "em", "header"),
        *("summary", "legend", "dt", "button", "label"),
    )
)
PUNCTUATION = re.compile(r"[^\w\s]+")
# Lists in these elements are not part of the article.
OUTER_TAGS = frozenset(["nav", "footer", "form"])


class ListItem(NamedTuple):
    """An item of a list in a web page.

    Attributes:
        text: The text, without its bullet.
        span: The first and the last line of the item.
        element: The element of the item.
    """

    text: str
    span: Span
    element: HtmlElement


class HeadedList(NamedTuple):
    """A list in a web page with its heading.

    Attributes:
        items: The items of the list.
        elements: The elements that contain the heading and the list.
    """

    items: list[ListItem]
    elements: list[HtmlElement]

    def remove(self) -> None:
        """Take the heading and the list out of the page."""
        for element in self.elements:
            remove(element)


def find_takeaways(root: HtmlElement) -> HeadedList | None:
    """Return the first list under a heading such as "Key takeaways", or None.

    Without such a list, return the items of a box (a part of the page, such as a `section`) with such a
    label. Lists of links do not count.
    """
    found = chain(_lists(root, TAKEAWAY_HEADINGS), _boxes(root))
    return next((each for each in found if not all(map(_is_link, each.items))), None)


def find_related(root: HtmlElement) -> HeadedList | None:
    """Return the first list with links under a heading such as "Related articles", or None."""
    lists = (
        found
        for found in _lists(root, RELATED_HEADINGS)
        if any(each.element.xpath(".//a") for each in found.items)
    )
    return next(lists, None)


def _lists(root: HtmlElement, headings: re.Pattern[str]) -> Iterator[HeadedList]:
    for element in list(root.iter()):
        if element.tag not in HEADING_TAGS or not _is_heading(element, headings):
            continue
        if any(parent.tag in OUTER_TAGS for parent in element.iterancestors()):
            continue
        found = _find_list(element)
        if found:
            yield found


def _boxes(root: HtmlElement) -> Iterator[HeadedList]:
    """Yield the boxes with a label or heading such as "Key takeaways", and two or more items or paragraphs.

    A box is a `section`, `aside` or `div` element. It contains at most half of the text of the page.
    """
    size = len(text_of(root))
    for element in list(root.iter("section", "aside", "div")):
        label = element.get("aria-label") or element.get("title") or ""
        children = [each for each in element if _has_content(each)]
        heading = children[0] if children and _is_heading(children[0], TAKEAWAY_HEADINGS) else None
        is_box = heading is not None or _names(label, TAKEAWAY_HEADINGS)
        if not is_box or len(text_of(element)) > size * MAX_BOX_SHARE:
            continue
        if element.xpath(".//h1 | ancestor::nav | ancestor::footer"):
            continue
        kinds = (".//li", ".//*[@role='listitem']", ".//p")
        several = (
            [each for each in element.xpath(kind) if text_of(each) and each is not heading] for kind in kinds
        )
        items = next((each for each in several if len(each) > 1), None)
        if items:
            yield HeadedList([_item(each) for each in items], [element])


def _is_heading(element: HtmlElement, headings: re.Pattern[str]) -> bool:
    is_short = len(element) <= MAX_LEVELS and len(element.text or "") <= MAX_HEADING_LENGTH
    return is_short and _names(text_of(element), headings)


def _names(text: str, headings: re.Pattern[str]) -> bool:
    words = " ".join(PUNCTUATION.sub(" ", fold_characters(text).casefold()).split())
    return len(text) <= MAX_HEADING_LENGTH and headings.fullmatch(words) is not None


def _find_list(heading: HtmlElement) -> HeadedList | None:
    """Return the list that directly follows `heading` on the page, with the heading, or None.

    A sentence that ends in a colon can be between the heading and the list.
    """
    element = heading
    for _ in range(MAX_LEVELS):
        following = (each for each in element.itersiblings() if _has_content(each))
        first = next(following, None)
        if first is not None:
            if (element.tail or "").strip():
                return None
            found = _read_list(first)
            if found is None and text_of(first).endswith(":"):
                # A sentence such as "What to know:" is between the heading and the list.
                second = next(following, None)
                found = None if second is None else _read_list(second)
                return found and HeadedList(found.items, [element, first, *found.elements])
            return found and HeadedList(found.items, [element, *found.elements])
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return None
        element = parent
    return None


def _has_content(element: HtmlElement) -> bool:
    return isinstance(element.tag, str) and bool(text_of(element))


def _read_list(element: HtmlElement) -> HeadedList | None:
    """Return the list that `element` is or begins with, or None if there is no such list.

    The list is an `ul` or `ol` element, or paragraphs or lines with bullets.
    """
    for _ in range(MAX_LEVELS):
        if element.tag in ("ul", "ol") or element.get("role") == "list":
            items = [_item(each) for each in element if isinstance(each.tag, str) and text_of(each)]
            return HeadedList(items, [element]) if items else None
        if element.tag in ("p", "div") and has_bullet(fold_characters(text_of(element))):
            return _read_bulleted(element)
        children = [each for each in element if _has_content(each)]
        if (element.text or "").strip() or not children:
            return None
        element = children[0]
    return None


def _read_bulleted(first: HtmlElement) -> HeadedList:
    """Return a list whose items begin with bullets. The text of the element `first` begins with a bullet.

    The items are the lines of `first`, or `first` and the elements like it that follow.
    """
    lines = [clean_text(text) for text in _lines_in(first)]
    if sum(has_bullet(fold_characters(line)) for line in lines) > 1:
        return HeadedList([_item(first, line) for line in lines if line], [first])
    elements = [first]
    for each in first.itersiblings():
        if each.tag != first.tag or not has_bullet(fold_characters(text_of(each))):
            break
        elements.append(each)
    return HeadedList([_item(each) for each in elements], elements)


def _lines_in(element: HtmlElement) -> list[str]:
    """Return the texts between the line breaks (`br` elements) in `element`."""
    lines = [element.text or ""]
    for child in element:
        if child.tag == "br":
            lines.append(child.tail or "")
        else:
            lines[-1] += f"{text_of(child)}{child.tail or ''}"
    return lines


def _item(element: HtmlElement, text: str | None = None) -> ListItem:
    view = FoldedText(text_of(element) if text is None else text)
    length = bullet_length(view.text)
    has_space = view.text[:length].endswith(" ")
    return ListItem(view.rest(length).original if has_space else view.original, span_of(element), element)


def _is_link(item: ListItem) -> bool:
    """Return True if the text of `item` is only a link to a different page."""
    links = [each for each in item.element.iter("a") if not each.get("href", "#").startswith("#")]
    return bool(links) and " ".join(map(text_of, links)) == text_of(item.element)
