"""Redirect requests for pages to the exact address of the page.

An exact address has no empty or tracking parameters. The paths in LIST_PATHS lead to the search page.
"""

from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, request

from api.problems import InvalidParameters, parameter_error
from api.urls import BROWSE_PATH, settings
from api.web.query_encoding import encoding_errors
from api.web_pages.problem_page import wants_page
from api.web_pages.templates import site_path

# Websites and mail programs add these parameters to links, to count visitors.
TRACKING_PARAMETERS = frozenset({"fbclid", "gclid", "mc_cid", "mc_eid", "msclkid"})
TRACKING_PREFIX = "utm_"
# The addresses above those of briefs, stories and entities. The search page lists all briefs.
LIST_PATHS = frozenset(f"{BROWSE_PATH}/{name}" for name in ("articles", "stories", "entities"))


def redirect_to_exact_page() -> Response | None:
    """Redirect (308) the current request if its address is not the exact address of a page, or return None.

    A path in LIST_PATHS is redirected to the search page. For browsers, empty and tracking parameters are
    removed from the query.

    Raises:
        InvalidParameters: The search page would refuse the query, since it is not UTF-8.
    """
    if request.method not in ("GET", "HEAD"):
        return None
    if request.path.removesuffix("/") in LIST_PATHS:
        if errors := encoding_errors(request.query_string):
            raise InvalidParameters([parameter_error(*error) for error in errors.items()])
        return _redirect(BROWSE_PATH, request.args.items(multi=True))
    if not request.query_string or not request.url_rule or not wants_page(request.environ):
        return None
    # The page refuses a query that is not UTF-8. A redirect would change such a query.
    if encoding_errors(request.query_string):
        return None
    # Browsers submit the empty fields of a form, and shared links have tracking parameters. Other clients get
    # a 422 for both.
    given = list(request.args.items(multi=True))
    kept = [(name, value) for name, value in given if value.strip() and not _is_tracking(name)]
    if kept == given:
        return None
    response = _redirect(quote(request.path), kept)
    response.headers["Vary"] = "Accept"
    return response


def _is_tracking(name: str) -> bool:
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIX)


def _redirect(path: str, query: Iterable[tuple[str, str]]) -> Response:
    return Response(status=308, headers={"Location": site_path(settings().base_url, path, query)})
