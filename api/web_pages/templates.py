"""Render the Jinja templates of the pages, and define the filters and functions for the templates.

The error pages of WSGI middleware are rendered without Flask, so this module does not use the templates of a
Flask application.
"""

import re
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from api.urls import encode_query
from api.web_pages.labels import MONTH_NAMES, language_name

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
CODE = re.compile(r"`([^`]+)`")


def render(template: str, base_url: str, **values: Any) -> str:
    """Return the HTML of a page.

    Args:
        template: The name of the template in `api/templates/pages`, such as `start.html`.
        base_url: The value of BRIEFS_BASE_URL, or an empty text.
        **values: The values that the template uses.
    """
    return ENVIRONMENT.get_template(template).render(at=partial(site_path, base_url), **values)


def site_path(base_url: str, path: str, query: Iterable[tuple[str, str]] = ()) -> str:
    """Return the address of a resource for a link in a page: a path without a host.

    Args:
        base_url: The value of BRIEFS_BASE_URL, or an empty text. The result begins with its path.
        query: The names and values of the query string.
    """
    # Links have no host, so that they work under each host name of the service.
    encoded = encode_query(query)
    return f"{urlsplit(base_url).path}{path}{'?' if encoded else ''}{encoded}"


def with_code(text: str) -> Markup:
    """Return `text` as HTML, with the parts in backticks as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(text))))  # noqa: S704 -- the text is escaped


def with_marks(text: str, ranges: Iterable[tuple[int, int]]) -> Markup:
    """Return `text` as HTML, with `mark` elements around `ranges`.

    Each range is a start and an end in code points. The ranges are in order and do not overlap, as in the
    `highlights` of an article.
    """
    parts, position = [], 0
    for start, end in ranges:
        parts.append(escape(text[position:start]))
        parts.append(Markup("<mark>{}</mark>").format(text[start:end]))
        position = end
    return Markup().join([*parts, escape(text[position:])])


def day(time: str) -> str:
    """Return the day of `time`, such as `21 April 2026`.

    `time` is an RFC 3339 time in UTC, such as `2026-04-21T09:30:00Z`.
    """
    year, month, day = time[:10].split("-")
    return f"{int(day)} {MONTH_NAMES[int(month) - 1]} {int(year)}"


def minute(time: str) -> str:
    """Return the day and minute of `time`, such as `21 April 2026, 09:30 UTC`.

    `time` is an RFC 3339 time in UTC, such as `2026-04-21T09:30:00Z`.
    """
    return f"{day(time)}, {time[11:16]} UTC"


def short(text: str, max_length: int) -> str:
    """Return `text`, or its first `max_length` code points and an ellipsis if it is longer."""
    return text if len(text) <= max_length else f"{text[:max_length]}…"


def counted(number: int, singular: str, plural: str) -> str:
    """Return a number with a noun, such as `1 story` or `1,200 stories`."""
    return f"{number:,} {singular if number == 1 else plural}"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("api", "templates/pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Templates do not change while the process runs, so their files are not checked at each request.
        auto_reload=False,
    )
    environment.filters |= {
        "code": with_code,
        "day": day,
        "minute": minute,
        "language": language_name,
        "short": short,
    }
    environment.globals |= {"with_marks": with_marks, "counted": counted}
    return environment


ENVIRONMENT = _environment()
