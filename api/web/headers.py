"""The headers of an answer, decided in one place for Flask and for what is answered in front of it."""

from functools import lru_cache
from typing import NamedTuple

from api.config import Settings

Headers = list[tuple[str, str]]

# The headers that scripts of other origins may read.
EXPOSED_HEADERS = ("ETag", "Link", "X-Request-ID")
# Every header that `response_headers` decides.
DECIDED_HEADERS = (
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


class AnswerTraits(NamedTuple):
    """The parts of a request and its answer that decide the headers.

    `cache_control` is set if the resource has its own instead of that of the settings.
    """

    method: str
    status: int
    origin: str = ""
    content_type: str = ""
    content_encoding: str = ""
    cache_control: str = ""


def response_headers(settings: Settings, traits: AnswerTraits, etag: str = "", allow: str = "") -> Headers:
    """Return the headers that every answer has, as far as they apply to it.

    Flask-CORS adds the headers of a preflight.

    Args:
        settings: the settings of the application.
        traits: the request and its answer.
        etag: the ETag of the body.
        allow: the methods of the resource if the answer names them.
    """
    headers = list(_shared_headers(settings.cors_origins, settings.cache_control, traits))
    if etag:
        headers.append(("ETag", etag))
    if allow:
        headers.append(("Allow", allow))
    return headers


# Bounded, since clients choose the method and the origin.
@lru_cache(maxsize=200)
def _shared_headers(cors_origins: tuple[str, ...], cache_control: str, traits: AnswerTraits) -> Headers:
    method, status = traits.method, traits.status
    is_options = method == "OPTIONS"
    has_content = not is_options and status not in (304, 308)
    varies = ["Origin"] * (cors_origins != ("*",))
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


def _cache_control(default: str, traits: AnswerTraits) -> str:
    if traits.status >= 400 or traits.method == "OPTIONS":
        return "no-store"
    # A redirect can be reversed later. If a browser remembered both directions, it would go in a circle.
    return traits.cache_control or ("no-cache" if traits.status == 308 else default)


def _allowed_origin(allowed_origins: tuple[str, ...], origin: str) -> str:
    """Return the value of `Access-Control-Allow-Origin`, or nothing if `origin` is not allowed."""
    if "*" in allowed_origins:
        return "*"
    if not origin:
        return min(allowed_origins)
    return origin if origin.casefold() in map(str.casefold, allowed_origins) else ""
