"""Redirect an address that ends in a slash to the address without the slash."""

from urllib.parse import quote

from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from api.urls import url

# The characters that stay unescaped in a path and in a query (RFC 3986). The query of a request is already
# escaped, so `%` stays too.
PATH_CHARACTERS = "/:@!$&'()*+,;="
QUERY_CHARACTERS = f"{PATH_CHARACTERS}?%"


def redirect_trailing_slash() -> Response | None:
    """Redirect (308) an address that ends in one slash, if the address without the slash is a resource.

    The new address has the same query. Flask calls this function before each request. Return None if the
    request is not redirected.
    """
    path = request.path.removesuffix("/")
    if request.url_rule or not path or path == request.path or not _is_resource(path):
        return None
    query = quote(request.query_string, safe=QUERY_CHARACTERS)
    location = url(quote(path, safe=PATH_CHARACTERS)) + (f"?{query}" if query else "")
    return Response(status=308, headers={"Location": location})


def _is_resource(path: str) -> bool:
    """Return True if a URL rule matches `path` and the method of the request."""
    adapter = current_app.create_url_adapter(request)
    try:
        return adapter is not None and bool(adapter.match(path, request.method))
    except HTTPException:
        return False
