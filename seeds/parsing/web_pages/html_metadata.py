"""Read the metadata of a web page from JSON-LD, `meta` and `link` elements and the visible page.

For most values, JSON-LD is preferred to OpenGraph and other `meta` elements, and these to the visible page.
"""

import html
import json
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from lxml.html import HtmlElement

from seeds.parsing.formats.plain_text import clean_text
from seeds.parsing.web_pages.html_tree import text_of

Value = TypeVar("Value")
Item = dict[str, Any]

ARTICLE_TYPE = re.compile(r"(\w*News)?Article|\w+NewsArticle|Report|BlogPosting|\w*Review|LiveBlogPosting")
# The keys of JSON-LD under which the article can be.
CONTAINER_KEYS = ("@graph", "mainEntity", "mainEntityOfPage")
MAX_ITEMS, MAX_ITEM_DEPTH = 10_000, 12
# Names of `meta` elements for each value, the most reliable first.
META_NAMES = {
    "title": ("og:title", "headline", "dc.title", "dcterms.title", "parsely-title", "twitter:title"),
    "summary": ("og:description", "description", "dc.description", "dcterms.abstract", "twitter:description"),
    "author": (
        "author",
        "article:author",
        "byl",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
        "sailthru.author",
    ),
    "publication": ("og:site_name", "application-name", "dc.publisher", "publisher", "al:ios:app_name"),
    "published_at": (
        *(
            "article:published_time",
            "og:published_time",
            "datepublished",
            "parsely-pub-date",
            "sailthru.date",
        ),
        *("pubdate", "publishdate", "publish_date", "publication_date", "dc.date.issued", "dcterms.issued"),
        *("dc.date", "dcterms.created", "dcterms.date", "cxenseparse:recs:publishtime", "date"),
    ),
    "language": ("og:locale", "content-language", "dc.language", "language"),
    "url": ("og:url", "parsely-link", "twitter:url"),
    "image_url": ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "parsely-image-url"),
}
SAVED_FROM = re.compile(r"saved from url=\(\d+\)(\S+)")
BY = re.compile(r"^(?:written |words )?by[:\s]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidates:
    """The values that a web page gives for each field of an article, the most reliable first.

    An attribute is empty if the page gives no value. `role`, `image_caption` and `body` come only from
    JSON-LD.
    """

    title: list[str]
    summary: list[str]
    author: list[str]
    role: list[str]
    publication: list[str]
    published_at: list[str]
    language: list[str]
    url: list[str]
    image_url: list[str]
    image_caption: list[str]
    body: list[str]


def read_candidates(root: HtmlElement) -> Candidates:
    """Return the values that a page gives for each field of an article, such as the title.

    `root` is the root element of the page. The values come from JSON-LD, elements such as `meta` and `time`,
    and comments.
    """
    items = [item for item in _json_ld_items(root) if _is_article(item)]
    meta = _meta_values(root)

    def values(name: str, *paths: str) -> list[str]:
        stated = [text for path in paths for item in items[:1] for text in _find_texts(item, path.split("."))]
        named = [text for key in META_NAMES.get(name, ()) for text in meta.get(key, ())]
        # Publishing systems leave HTML entities in JSON-LD.
        return list(filter(None, map(clean_text, [*map(html.unescape, stated), *named])))

    people = [_join_names(item.get("author") or item.get("creator")) for item in items[:1]]
    return Candidates(
        title=values("title", "headline", "name"),
        summary=values("summary", "description", "abstract"),
        author=[BY.sub("", name) for name in [*filter(None, people), *values("author")] if not _is_url(name)],
        role=values("role", "author.jobTitle"),
        publication=values("publication", "publisher.name", "sourceOrganization.name", "publisher"),
        published_at=[*values("published_at", "datePublished", "dateCreated"), *_visible_times(root)],
        language=[
            *(text for item in items[:1] for text in _find_texts(item, ["inLanguage"])),
            *root.xpath("/html/@lang"),
            *values("language"),
        ],
        url=[
            *root.xpath("//link[@rel='canonical']/@href"),
            *values("url", "url", "mainEntityOfPage", "@id"),
            *_saved_from(root),
        ],
        image_url=values("image_url", "image.url", "image.contentUrl", "image", "thumbnailUrl"),
        image_caption=values("image_caption", "image.caption", "image.description"),
        body=values("body", "articleBody"),
    )


def first_valid(values: Iterable[str], read: Callable[[str], Value]) -> tuple[Value | None, str | None]:
    """Return the first of `values` that is valid, converted by `read`, and the first invalid value before it.

    `read` raises a `ValueError` for an invalid text. Each result is None if there is no such value.
    """
    refused: str | None = None
    for text in values:
        try:
            return read(text), refused
        except ValueError:
            refused = refused or text
    return None, refused


def _json_ld_items(root: HtmlElement) -> Iterator[Item]:
    """Yield the objects of all JSON-LD scripts of a page, including objects in lists and in `@graph`."""
    for script in root.iter("script"):
        if (script.get("type") or "").partition(";")[0].strip().lower() == "application/ld+json":
            try:
                # Publishing systems leave line breaks in texts.
                yield from _walk(json.loads((script.text or "").strip().removesuffix(";"), strict=False))
            except (ValueError, RecursionError):
                continue


def _walk(value: Any) -> Iterator[Item]:
    pending = deque([value])
    for _ in range(MAX_ITEMS):
        if not pending:
            return
        each = pending.popleft()
        if isinstance(each, list):
            pending.extendleft(reversed(each))
        elif isinstance(each, dict):
            yield each
            pending.extendleft(reversed([each[key] for key in CONTAINER_KEYS if key in each]))


def _is_article(item: Item) -> bool:
    types = item.get("@type")
    return any(ARTICLE_TYPE.fullmatch(str(each)) for each in (types if isinstance(types, list) else [types]))


def _find_texts(value: Any, path: list[str]) -> Iterator[str]:
    """Yield the texts at a path in the metadata (JSON-LD) of a web page.

    Only the first `MAX_ITEM_DEPTH` items of a list are searched. An object at the end of the path gives its
    name and address.

    Args:
        value: The metadata: a parsed JSON value.
        path: The keys that lead to the texts, such as `["author", "name"]`.
    """
    if isinstance(value, list):
        for each in value[:MAX_ITEM_DEPTH]:
            yield from _find_texts(each, path)
    elif isinstance(value, dict) and path:
        yield from _find_texts(value.get(path[0]), path[1:])
    elif isinstance(value, dict):
        # An object that only has an address, such as `{"@id": "https://…"}`.
        yield from (value[key] for key in ("@value", "@id", "name", "url") if isinstance(value.get(key), str))
    elif isinstance(value, str) and not path:
        yield value


def _join_names(value: Any) -> str:
    several = value if isinstance(value, list) else [value]
    names = (next(_find_texts(each, ["name"] if isinstance(each, dict) else []), "") for each in several)
    return ", ".join(dict.fromkeys(filter(None, (clean_text(html.unescape(name)) for name in names))))


def _meta_values(root: HtmlElement) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for meta in root.iter("meta"):
        content = meta.get("content")
        names = (meta.get(name) for name in ("property", "name", "itemprop", "http-equiv"))
        for name in dict.fromkeys(each.strip().lower() for each in names if each):
            if content:
                found.setdefault(name, []).append(content)
    return found


def _visible_times(root: HtmlElement) -> list[str]:
    """Return the texts of visible times that can be the time of publication, the most likely first.

    Elements marked as the time of publication come first. The first `time` element outside of lists, asides,
    navigation and footers comes last.
    """
    times = [each for each in root.iter("time") if each.get("datetime")]
    marked = [
        each
        for each in times
        if each.get("pubdate") is not None or "datePublished" in (each.get("itemprop") or "")
    ]
    marked += [
        each
        for each in times
        if re.search(r"publish|posted|pubdate|entry-date", each.get("class") or "", re.IGNORECASE)
    ]
    others = [
        each
        for each in times
        if not any(parent.tag in ("aside", "nav", "footer", "li") for parent in each.iterancestors())
    ]
    properties = [
        each.get("content") or text_of(each) for each in root.xpath("//*[@itemprop='datePublished']")
    ]
    return [*properties, *(each.get("datetime", "").strip() for each in [*marked, *others[:1]])]


def _saved_from(root: HtmlElement) -> list[str]:
    """Return the URLs in comments such as `saved from url=(0020)https://example.com/`.

    A browser writes one such comment into a page that it saves, with the original URL of the page.
    """
    comments = (str(each.text) for each in root.getroottree().xpath("//comment()")[:20])
    return [found[1] for text in comments if (found := SAVED_FROM.search(text))]


def _is_url(text: str) -> bool:
    return text.startswith(("http://", "https://"))
