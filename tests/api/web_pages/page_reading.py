"""Read web pages in tests: as parsed HTML, and as the texts that a reader sees."""

from typing import Any

from flask.testing import FlaskClient
from lxml import html

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
# The tree of lxml, whose types are incomplete.
Element = Any


def read_page(client: FlaskClient, address: str) -> Element:
    """Request the page at `address` as a browser does, and return the root element of its HTML."""
    response = client.get(address, headers=BROWSER)
    assert response.status_code == 200, (address, response.text)
    assert response.mimetype == "text/html"
    return html.document_fromstring(response.text)


def text_of(element: Element) -> str:
    """Return the text of `element`, with each run of white space replaced by one space.

    The text has no white space at its ends.
    """
    return " ".join(element.text_content().split())


def find(root: Element, selector: str) -> list[Element]:
    """Return the elements of `root` that match an XPath expression such as `//li[@id='takeaway-1']`."""
    found: list[Element] = root.xpath(selector)
    return found


def by_class(root: Element, name: str) -> list[Element]:
    """Return the descendants of `root` that have the class `name`, in the order of the page."""
    return find(root, f".//*[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]")


def only(root: Element, name: str) -> Element:
    """Return the only descendant of `root` that has the class `name`."""
    (element,) = by_class(root, name)
    return element


def numbers_after(prefix: str, element: Element) -> set[int]:
    """Return the numbers that follow `prefix`, such as `marked-by-`, in the classes of `element`."""
    classes = (element.get("class") or "").split()
    return {int(each.removeprefix(prefix)) for each in classes if each.startswith(prefix)}
