"""Write a feed as Atom (RFC 4287), with the links of paged feeds (RFC 5005)."""

import re
from xml.etree.ElementTree import Element, SubElement, tostring

from api.media_types import ATOM, HTML
from api.resources.openapi import TITLE
from api.urls import page_url
from api.v1.feeds.entry_text import author_of, full_html, summary_text
from api.v1.feeds.query_feed import QueryFeed
from api.v1.forms.urns import urn_of
from api.v1.json_values import Values

NAMESPACE = "http://www.w3.org/2005/Atom"
# The `updated` of a feed without entries. Atom requires a time.
NEVER = "1970-01-01T00:00:00Z"
# The characters that XML 1.0 (2.2) does not allow, not even as references.
ILLEGAL_CHARACTERS = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom_feed(feed: QueryFeed) -> bytes:
    """Return `feed` as an Atom document."""
    root = Element("feed", {"xmlns": NAMESPACE})
    _add(root, "id", feed.identifier)
    _add(root, "title", feed.title)
    if feed.description:
        _add(root, "subtitle", feed.description)
    _add(root, "updated", _last_time([each["updated_at"] for each in feed.articles]))
    _add_author(root, TITLE)
    for relation, target in feed.links.items():
        if target:
            SubElement(root, "link", {"rel": relation, "type": ATOM, "href": target})
    SubElement(root, "link", {"rel": "alternate", "type": HTML, "href": feed.home})
    for article in feed.articles:
        _add_entry(root, article, is_full=feed.is_full)
    document: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(root: Element, article: Values, *, is_full: bool) -> None:
    entry = SubElement(root, "entry", {"xml:lang": article["language"]})
    _add(entry, "id", urn_of(article))
    _add(entry, "title", article["title"])
    _add(entry, "updated", article["updated_at"])
    if article["published_at"]:
        _add(entry, "published", article["published_at"])
    author = author_of(article)
    if author:
        _add_author(entry, author)
    page = page_url("articles", article["slug"])
    SubElement(entry, "link", {"rel": "alternate", "type": HTML, "href": page})
    for entity in article["entities"]:
        SubElement(entry, "category", {"term": entity["slug"], "label": _legal(entity["name"])})
    summary = article["summary"] if is_full else summary_text(article)
    if summary:
        _add(entry, "summary", summary)
    if is_full:
        _add(entry, "content", full_html(article), type="html")


def _last_time(times: list[str]) -> str:
    # Times with and without a fraction of a second compare like their texts without the `Z`.
    return max(times, key=lambda time: time.removesuffix("Z"), default=NEVER)


def _add_author(parent: Element, name: str) -> None:
    _add(SubElement(parent, "author"), "name", name)


def _add(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = _legal(text)


def _legal(text: str) -> str:
    """Return `text` with U+FFFD in place of characters that XML does not allow."""
    return ILLEGAL_CHARACTERS.sub("\ufffd", text)
