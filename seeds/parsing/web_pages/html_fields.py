"""Choose the title, publication, time and address of a web page among the values that the page gives."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import urldefrag, urljoin, urlsplit

from htmldate import find_date
from lxml.html import HtmlElement

from api.text_folding import DASHES, fold_characters
from seeds.parsing.sidecar import READERS
from seeds.parsing.web_pages.html_metadata import Candidates
from seeds.parsing.web_pages.html_tree import text_of

# The marks between the title of an article and the name of its site.
SITE_MARK = re.compile(rf"\s+(?:[|·•»:{DASHES}-]|::|//)\s+|\s*\|\s*")
SITE_MARK_BEFORE = re.compile(rf"\s*(?:[:|·•»{DASHES}-]|::)\s+$")
ELLIPSIS = re.compile(r"(…|\.\.\.)$")
MAX_SITE_LENGTH = 60


class TitleAndPublication(NamedTuple):
    """The title and the publication of a web page.

    Attributes:
        title: The title without the name of the site, or None.
        publication: The name of the site, or None.
    """

    title: str | None
    publication: str | None


def choose_title(root: HtmlElement, candidates: Candidates) -> TitleAndPublication:
    """Return the title of a web page without the name of the site, and the publication.

    The title is the first heading (`h1`) that the metadata or the `title` element confirms. The
    confirming title can include the name of the site, or be cut off with an ellipsis.

    If no heading is confirmed, the first title in the metadata is used. Without one, the title is the first
    heading, or else the `title` element.

    Args:
        candidates: The values in the metadata of the page.
    """
    publication = next(iter(candidates.publication), None)
    document_titles = [
        text
        for each in root.xpath("//head/title | //body//title[not(ancestor::svg)]")
        if (text := text_of(each))
    ]
    headings = [
        text
        for each in root.iter("h1")
        if (text := text_of(each)) and not same_letters(text, publication or "")
    ]
    stated = [*candidates.title, *document_titles[:1]]
    for heading in headings:
        for text in stated:
            if _begins_with(text, heading) or _is_cut_off(text, heading):
                return TitleAndPublication(heading, publication or _find_site(document_titles, heading))
    title = next(iter([*candidates.title, *headings[:1], *document_titles]), None)
    if title is None:
        return TitleAndPublication(None, publication)
    if publication:
        return TitleAndPublication(_without_site(title, publication), publication)
    return TitleAndPublication(title, _find_site(document_titles, title))


def _begins_with(text: str, heading: str) -> bool:
    return same_letters(text, heading) or _find_site([text], heading) is not None


def _find_site(texts: Iterable[str], title: str) -> str | None:
    """Return the name of the site before or after `title` in one of `texts`, or None.

    For example, return `The Daily` if a text is `Trams return | The Daily`, or `The Daily: Trams return`, and
    `title` is `Trams return`.
    """
    for text in texts:
        before, found, after = text.partition(title)
        mark = SITE_MARK.match(after) if not before else SITE_MARK_BEFORE.search(before)
        site = (after[mark.end() :] if not before else before[: mark.start()]) if found and mark else ""
        if 0 < len(site.strip()) <= MAX_SITE_LENGTH and not (before and after):
            return site.strip()
    return None


def _is_cut_off(text: str, heading: str) -> bool:
    start = ELLIPSIS.sub("", text).strip()
    return start != text and _letters(heading).startswith(_letters(start)) and len(start) > 20


def _without_site(title: str, publication: str) -> str:
    marks = list(SITE_MARK.finditer(title))
    for mark in marks:
        if same_letters(title[mark.end() :], publication):
            return title[: mark.start()].strip()
    for mark in reversed(marks):
        if same_letters(title[: mark.start()], publication):
            return title[mark.end() :].strip()
    return title


def same_letters(text: str, other: str) -> bool:
    """Return True if two texts have the same letters and digits in the same order.

    Case, spaces and punctuation are ignored.
    """
    return _letters(text) == _letters(other)


def _letters(text: str) -> str:
    return "".join(each for each in fold_characters(text).casefold() if each.isalnum())


def absolute_urls(values: Sequence[str]) -> list[str]:
    """Return `values` as absolute URLs without fragments.

    A relative URL is resolved against the first absolute URL, or else left out. Other values, such as
    `mailto:` addresses, are left out.
    """
    base = next((each for each in values if each.startswith(("http://", "https://"))), "")
    return [url for each in values if (url := _join(base, each)).startswith(("http://", "https://"))]


def _join(base: str, url: str) -> str:
    try:
        return urldefrag(urljoin(base, url.strip()))[0]
    except ValueError:
        return ""


def host_of(url: str) -> str | None:
    """Return the name of the host in `url`, without `www.`, or None if `url` has no host."""
    return (urlsplit(url).hostname or "").removeprefix("www.") or None


class PageTime(NamedTuple):
    """The time of publication of a web page.

    Attributes:
        time: The time in UTC, or None if it is unknown.
        warning: Why the time is unknown or uncertain, as a warning for the operator, or None.
    """

    time: datetime | None
    warning: str | None


def read_time(root: HtmlElement, values: Iterable[str], url: str | None) -> PageTime:
    """Return the time of publication of a page in UTC, and a warning if this time is uncertain or unknown.

    The first of `values` that is a time is used, or else a date that htmldate finds in the page. A time
    without a zone is read as UTC.

    Args:
        values: The times in the metadata as texts, the most reliable first.
        url: The URL of the page. It can contain the date.
    """
    for text in values:
        found = _parse_time(text)
        if found and found.tzinfo is None:
            return PageTime(
                found.replace(tzinfo=UTC), "the time of publication has no zone; it was read as UTC"
            )
        if found:
            return PageTime(found.astimezone(UTC), None)
    try:
        guess = find_date(root, original_date=True, extensive_search=False, url=url, outputformat="%Y-%m-%d")
    except Exception:  # The page can be hostile, and the library has no exception of its own.
        guess = None
    if guess is None:
        return PageTime(None, "no time of publication")
    return PageTime(
        datetime.fromisoformat(guess).replace(tzinfo=UTC), f"the date of publication {guess} is a guess"
    )


def _parse_time(text: str) -> datetime | None:
    for parse in (READERS["published_at"], datetime.fromisoformat, parsedate_to_datetime):
        try:
            found = parse(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        if isinstance(found, datetime) and 1 < found.year < 9999:
            # A date alone means midnight UTC.
            return (
                found.replace(tzinfo=UTC)
                if len(text) == len("2026-04-21") and found.tzinfo is None
                else found
            )
    return None


def read_language(text: str) -> str:
    """Return `text` as a language tag: `en_GB` becomes `en-GB`.

    Raises:
        ValueError: If `text` is not a language tag.
    """
    tag = str(READERS["language"](text.strip().replace("_", "-")))
    if tag.lower().startswith("und"):
        raise ValueError("is undetermined")
    return tag
