"""The Flask blueprint of the web pages, and the functions that make their HTML responses."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from flask import Response, request

from api.media_types import HTML, JSON
from api.resources.blueprint import Blueprint
from api.urls import settings, url
from api.web.negotiation import prefers_html
from api.web_pages.templates import CONTENT_SECURITY_POLICY, render

blueprint = Blueprint(
    "pages",
    __name__,
    description="Browse the briefs as web pages, which show the same values as the JSON.",
)


class Alternate(NamedTuple):
    """A link from a page to the same content in a different format, such as JSON.

    Attributes:
        label: The name of the format as visitors see it.
        query: The names and values of its query string.
    """

    label: str
    media_type: str
    path: str
    query: tuple[tuple[str, str], ...] = ()

    @property
    def address(self) -> str:
        """The URL of the link: absolute if BRIEFS_BASE_URL is set, and otherwise a path with its query."""
        return url(self.path, self.query)


ATOM_FEED = Alternate("Atom feed", "application/atom+xml", "/v1/feed.atom")
JSON_FEED = Alternate("JSON Feed", "application/feed+json", "/v1/feed.json")


def json_alternate(path: str, query: Iterable[tuple[str, str]] = ()) -> Alternate:
    """Return the link from a page to the JSON resource that shows the same content.

    Args:
        path: The path of the JSON resource.
        query: The names and values of its query string, in order.
    """
    return Alternate("JSON", JSON, path, tuple(query))


def page_response(
    template: str, *, title: str, alternates: Iterable[Alternate] = (), section: str = "", **values: Any
) -> Response:
    """Render a template, and return the HTML response with the page.

    Args:
        template: The name of the template in `api/templates/pages`.
        title: The title of the page, without the name of the service.
        alternates: Links to the page in other formats, JSON first.
        section: The entry of the navigation that contains the page: `browse`, `trends` or `changes`.
        **values: Further values that the template uses.
    """
    values |= {"title": title, "alternates": list(alternates), "section": section}
    body = render(template, settings().base_url, **values)
    return Response(body, mimetype=HTML, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})


def is_from_browser() -> bool:
    """Return True if the current request prefers HTML to JSON, as the requests of browsers do."""
    return prefers_html(request.environ.get("HTTP_ACCEPT", ""))
