"""The blueprint of the pages, and the response that sends a page."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import Response, request

from api.media_types import HTML, JSON
from api.pages.templates import CONTENT_SECURITY_POLICY, render
from api.resources.blueprint import Blueprint
from api.urls import settings, url
from api.web.negotiation import prefers_html

blueprint = Blueprint(
    "pages",
    __name__,
    description="Browse the briefs as web pages, which show the same values as the JSON.",
)


class Alternate(NamedTuple):
    """A page in a different format, for a `link` element and for the list at the end of the page.

    Attributes:
        label: The name of the format for people, such as `JSON`.
        media_type: The media type of the format.
        path: The path of the resource.
        query: The names and values of its query string, in order.
    """

    label: str
    media_type: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """The URL to show: absolute if BRIEFS_BASE_URL is set."""
        return url(self.path, self.query)


ATOM_FEED = Alternate("Atom feed", "application/atom+xml", "/v1/feed.atom")
JSON_FEED = Alternate("JSON Feed", "application/feed+json", "/v1/feed.json")


def json_alternate(path: str, query: Iterable[tuple[str, str]] = ()) -> Alternate:
    """Return the alternate of a page for the JSON resource with the same values.

    Args:
        path: The path of the JSON resource.
        query: The names and values of its query string, in order.
    """
    return Alternate("JSON", JSON, path, tuple(query))


def page_response(
    template: str, *, title: str, alternates: Iterable[Alternate] = (), section: str = "", **values: Any
) -> Response:
    """Return the response with a page, rendered from a template.

    Args:
        template: The name of the template in `api/templates/pages`. It extends `base.html`.
        title: The title of the page, without the name of the service.
        alternates: The page in other formats, JSON first.
        section: The entry of the main navigation that contains the page: `browse`, `trends` or `changes`.
        **values: Further values that the template uses.
    """
    values |= {"title": title, "alternates": list(alternates), "section": section}
    body = render(template, settings().base_url, **values)
    return Response(body, mimetype=HTML, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


def is_from_browser() -> bool:
    """Return True if the current request prefers HTML to JSON, as the requests of browsers do."""
    return prefers_html(request.environ.get("HTTP_ACCEPT", ""))
