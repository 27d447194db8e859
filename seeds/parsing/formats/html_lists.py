"""Find lists under a heading in a web page, such as "Key takeaways", and take them out of the page."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml.html import HtmlElement

from api.text_folding import FoldedText, fold_characters
from seeds.parsing.bullets import bullet_length, has_bullet
from seeds.parsing.document import Span
from seeds.parsing.formats.html_tree import remove, span_of, text_of

TAKEAWAY_HEADINGS = re.compile(
    r"(the |our )?(key |main |top |quick )?(takeaways?|points|highlights)"
    r"|(story|article) (highlights|takeaways)"
)
RELATED_HEADINGS = re.compile(
    r"related( (articles?|stories|story|coverage|content|news|reading|posts?|links?|topics?))?"
)
MAX_HEADING_LENGTH = 40
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
    """A list in a web page with its heading. `elements` are the heading and the list."""

    items: list[ListItem]
    elements: list[HtmlElement]

    def remove(self) -> None:
        """Take the heading and the list out of the page."""
        for element in self.elements:
            remove(element)


def find_takeaways(root: HtmlElement) -> HeadedList | None:
    """Return the first list under a heading such as "Key takeaways", or None.

    Its items are more than links.
    """
    lists = (found for found in _lists(root, TAKEAWAY_HEADINGS) if not all(map(_is_link, found.items)))
    return next(lists, None)


def find_related(root: HtmlElement) -> HeadedList | None:
    """Return the first list under a heading such as "Related articles", or None. Its items contain links."""
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


def _is_heading(element: HtmlElement, headings: re.Pattern[str]) -> bool:
    if len(element) > MAX_LEVELS or len(element.text or "") > MAX_HEADING_LENGTH:
        return False
    text = text_of(element)
    words = " ".join(PUNCTUATION.sub(" ", fold_characters(text).casefold()).split())
    return len(text) <= MAX_HEADING_LENGTH and headings.fullmatch(words) is not None


def _find_list(heading: HtmlElement) -> HeadedList | None:
    """Return the list that directly follows `heading`, inside the same element or the elements around it."""
    element = heading
    for _ in range(MAX_LEVELS):
        following = next((each for each in element.itersiblings() if _has_content(each)), None)
        if following is not None:
            if (element.tail or "").strip():
                return None
            found = _read_list(following)
            return found and HeadedList(found.items, [element, *found.elements])
        parent = element.getparent()
        if parent is None or parent.tag in ("body", "html"):
            return None
        element = parent
    return None


def _has_content(element: HtmlElement) -> bool:
    return isinstance(element.tag, str) and bool(text_of(element))


def _read_list(element: HtmlElement) -> HeadedList | None:
    """Return the list that is `element`, or with which it begins, or None."""
    for _ in range(MAX_LEVELS):
        if element.tag in ("ul", "ol"):
            items = [_item(each) for each in element if each.tag == "li" and text_of(each)]
            return HeadedList(items, [element]) if items else None
        if element.tag in ("p", "div") and has_bullet(fold_characters(text_of(element))):
            return _read_bulleted(element)
        children = [each for each in element if _has_content(each)]
        if (element.text or "").strip() or not children:
            return None
        element = children[0]
    return None


def _read_bulleted(first: HtmlElement) -> HeadedList:
    elements = [first]
    for each in first.itersiblings():
        if each.tag != first.tag or not has_bullet(fold_characters(text_of(each))):
            break
        elements.append(each)
    return HeadedList([_item(each) for each in elements], elements)


def _item(element: HtmlElement) -> ListItem:
    view = FoldedText(text_of(element))
    length = bullet_length(view.text)
    has_space = view.text[:length].endswith(" ")
    return ListItem(view.rest(length).original if has_space else view.original, span_of(element), element)


def _is_link(item: ListItem) -> bool:
    """Return True if the text of `item` is only a link to a different page."""
    links = [each for each in item.element.iter("a") if not each.get("href", "#").startswith("#")]
    return bool(links) and " ".join(map(text_of, links)) == text_of(item.element)
