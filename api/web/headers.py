"""The headers of responses, decided in one place for Flask and for the middleware in front of Flask."""

from functools import lru_cache
from typing import NamedTuple

from werkzeug.http import is_entity_header

from api.config import Settings

Headers = list[tuple[str, str]]

# The headers that scripts of other origins may read.
EXPOSED_HEADERS = (
    "Deprecation",
    "ETag",
    "Link",
    "RateLimit",
    "RateLimit-Policy",
    "Repr-Digest",
    "Retry-After",
    "Sunset",
    "WWW-Authenticate",
    "X-Request-ID",
)
# The headers that only `response_headers` sets.
MANAGED_HEADERS = (
    "Content-Type",
    "Content-Encoding",
    "ETag",
    "Cache-Control",
    "Vary",
    "Allow",
    "X-Content-Type-Options",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
)


class ResponseTraits(NamedTuple):
    """The properties of a request and its response that determine the response headers.

    Attributes:
        origin: The header `Origin` of the request, or an empty text.
        content_type: The header `Content-Type` of the response, or an empty text.
        content_encoding: The header `Content-Encoding` of the response, or an empty text.
        cache_control: The header `Cache-Control`, or an empty text for the default. Errors have `no-store`.
        vary: The names of further request headers for the header `Vary`, or an empty text.
    """

    method: str
    status: int
    origin: str = ""
    content_type: str = ""
    content_encoding: str = ""
    cache_control: str = ""
    vary: str = ""


def response_headers(settings: Settings, traits: ResponseTraits, etag: str = "", allow: str = "") -> Headers:
    """Return the headers that a response needs, such as `Content-Type`, `Cache-Control` and `Vary`.

    A response to OPTIONS gets no CORS headers (`Access-Control-…`), since Flask-CORS adds them.

    Args:
        traits: The properties of the request and its response.
        etag: The ETag of the body, or an empty text.
        allow: The header `Allow`, or an empty text.
    """
    headers = list(
        _shared_headers(settings.cors_origins, settings.cache_control, settings.require_key, traits)
    )
    if etag:
        headers.append(("ETag", etag))
    if allow:
        headers.append(("Allow", allow))
    return headers


def not_modified_headers(headers: Headers) -> Headers:
    """Return the headers of a 304 response, given the `headers` of the same response with the status 200.

    All headers are kept, except for headers that describe a body (RFC 9110, 15.4.5).
    """
    return [header for header in headers if not is_entity_header(header[0])]


# The size of the cache is limited, since clients choose the method and the origin.
@lru_cache(maxsize=200)
def _shared_headers(
    cors_origins: tuple[str, ...], cache_control: str, require_key: bool, traits: ResponseTraits
) -> Headers:
    method, status = traits.method, traits.status
    is_options = method == "OPTIONS"
    has_content = not is_options and status != 308
    varies = ["Origin"] * (cors_origins != ("*",))
    # A shared cache must not send a response to clients without a key, even if `Cache-Control` is public.
    varies += ["Authorization", "X-API-Key"] * require_key
    varies += [traits.vary] * bool(traits.vary)
    varies += ["Accept-Encoding"] * (status in (200, 304) and not is_options)
    headers = {
        "Content-Type": traits.content_type if has_content else "",
        "Content-Encoding": traits.content_encoding if has_content else "",
        "X-Content-Type-Options": "nosniff",
        "Vary": ", ".join(varies),
        "Cache-Control": _cache_control(cache_control, traits),
    }
    allowed_origin = "" if is_options else _allowed_origin(cors_origins, traits.origin)
    if allowed_origin:
        headers["Access-Control-Allow-Origin"] = allowed_origin
        headers["Access-Control-Expose-Headers"] = ", ".join(EXPOSED_HEADERS)
    return [(name, value) for name, value in headers.items() if value]


def _cache_control(default: str, traits: ResponseTraits) -> str:
    if traits.status >= 400 or traits.method == "OPTIONS":
        return "no-store"
    # A redirect can be reversed later. A browser that has cached both directions would loop.
    return traits.cache_control or ("no-cache" if traits.status == 308 else default)


def _allowed_origin(allowed_origins: tuple[str, ...], origin: str) -> str:
    """Return the value of `Access-Control-Allow-Origin`, or an empty text if `origin` is not allowed.

    If `origin` is empty, return `*` or one of the allowed origins.
    """
    if "*" in allowed_origins:
        return "*"
    if not origin:
        return min(allowed_origins)
    return origin if origin.casefold() in map(str.casefold, allowed_origins) else ""
