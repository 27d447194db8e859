"""Parse the bytes of a web page into a tree of elements, and read the texts and lines of elements."""

import codecs
import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring

from seeds.parsing.document import Rejection, Span
from seeds.parsing.formats.plain_text import clean_text

# The parser stops at 256 levels. A page with deeper nesting would lose text.
MAX_DEPTH = 250
# News pages have a few thousand elements. The extraction of a main text from many more takes minutes.
MAX_ELEMENTS = 50_000
# The declaration of the encoding must be at the beginning of the page.
MAX_HEAD_BYTES = 4096
CHARSET = re.compile(rb"<meta\b[^>]*?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]+)", re.IGNORECASE)
XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9_:.-]+)")
# The parser stops at these characters.
CONTROL_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Browsers read pages with these declarations in the encoding on the right. A page whose declaration can be
# read as bytes is not UTF-16.
REPLACED_ENCODINGS = {"iso8859-1": "cp1252", "ascii": "cp1252", "utf-16": "utf-8", "iso8859-9": "cp1254"}
ENCODINGS = re.compile(
    r"utf-8|cp(125\d|866|874|949|932)|iso8859-\d+|koi8-[ru]|mac-(roman|cyrillic)|gbk|gb2312|gb18030|big5(hkscs)?"
    r"|euc_(jp|kr)|shift_jis|iso2022_jp|tis-620"
)
BLOCK_TAGS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "fieldset"),
        *("figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li"),
        *("main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "tr", "ul"),
    )
)
HIDDEN_TAGS = frozenset(["script", "style", "noscript", "template"])


def parse_html(data: bytes) -> HtmlElement:
    """Return the root element of the web page with the bytes `data`.

    Raises:
        Rejection: If `data` is empty, binary, in a different encoding than declared, or not HTML, or if its
            elements are nested too deeply.
    """
    text = decode_html(data)
    if not text.strip():
        raise Rejection("the file is empty; expected a web page", line=1)
    if "<" not in text:
        raise Rejection("the file has no HTML element; expected a web page", line=1)
    try:
        root = document_fromstring(text.encode(), parser=HTMLParser(encoding="utf-8", no_network=True))
    except (etree.LxmlError, ValueError, UnicodeEncodeError):
        raise Rejection("the file has no HTML element; expected a web page", line=1) from None
    _check_size(root)
    return root


def decode_html(data: bytes) -> str:
    """Return the text of the web page with the bytes `data`, without control characters.

    The encoding comes from the byte-order mark, the `meta` element or the XML declaration. A page without a
    known encoding is UTF-8, or else Windows-1252.

    Raises:
        Rejection: If `data` is binary, or cannot be decoded as declared.
    """
    mark = next((encoding for mark, encoding in BYTE_ORDER_MARKS if data.startswith(mark)), None)
    if mark is None and b"\0" in data:
        raise Rejection("the file is binary (it has a NUL byte); expected a web page", byte=data.index(0))
    declared = _find_encoding(data[:MAX_HEAD_BYTES])
    encoding = mark or declared or "utf-8"
    try:
        return CONTROL_CHARACTERS.sub(" ", data.decode(encoding).removeprefix("\ufeff"))
    except UnicodeDecodeError as error:
        if mark is None and declared is None:
            return CONTROL_CHARACTERS.sub(" ", data.decode("cp1252", errors="replace"))
        message = (
            f"the file is not {encoding} (byte 0x{data[error.start]:02X}), the encoding that it declares"
        )
        raise Rejection(message, byte=error.start) from None


def _find_encoding(head: bytes) -> str | None:
    found = CHARSET.search(head) or XML_ENCODING.search(head)
    if not found:
        return None
    try:
        name = codecs.lookup(found[1].decode()).name
    except LookupError:
        return None
    name = REPLACED_ENCODINGS.get(name, name)
    return name if ENCODINGS.fullmatch(name) else None


def _check_size(root: HtmlElement) -> None:
    depth = count = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if count > MAX_ELEMENTS:
            raise Rejection(f"the page has more than {MAX_ELEMENTS} elements", line=element.sourceline)
        if depth > MAX_DEPTH:
            message = f"the page is nested more than {MAX_DEPTH} elements deep"
            raise Rejection(message, line=element.sourceline)


def text_of(element: HtmlElement) -> str:
    """Return the text in `element` on one line with single spaces, without scripts."""
    return clean_text("".join(_texts(element)))


def _texts(element: HtmlElement) -> Iterator[str]:
    for event, each in etree.iterwalk(element, events=("start", "end")):
        is_text = isinstance(each.tag, str) and each.tag not in HIDDEN_TAGS
        if event == "start":
            yield " " if each.tag in BLOCK_TAGS else ""
            yield (each.text or "") if is_text else ""
        else:
            yield " " if each.tag in BLOCK_TAGS else ""
            yield (each.tail or "") if each is not element else ""


def span_of(element: HtmlElement) -> Span:
    """Return the first and the last line number of `element` in its HTML file.

    The first line of the file has the number 1.
    """
    first = element.sourceline or 1
    texts = (
        part for each in element.iter() for part in (each.text, each.tail if each is not element else None)
    )
    last = first + sum(part.count("\n") for part in texts if part)
    return first, max(last, *(each.sourceline or 1 for each in element.iter()))


def remove(element: HtmlElement) -> None:
    """Remove `element` from its tree, but keep the text that follows it."""
    if element.getparent() is not None:
        element.drop_tree()
