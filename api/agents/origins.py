"""The websites whose scripts can use `/mcp`."""

from urllib.parse import urlsplit

from api.config import Settings

ANY_ORIGIN = "*"


def named_origins(settings: Settings) -> list[str]:
    """Return the origin of BRIEFS_BASE_URL, and the origins that BRIEFS_CORS_ORIGINS lists by name.

    With a domain of their own, attackers can make browsers connect to a service in a private network (DNS
    rebinding). The protocol therefore requires a check of `Origin`, and `*` allows no origin.
    """
    base_url = urlsplit(settings.base_url)
    own = [f"{base_url.scheme}://{base_url.netloc}"] if base_url.netloc else []
    return own + [origin for origin in settings.cors_origins if origin != ANY_ORIGIN]


def is_origin_allowed(origin: str | None, settings: Settings) -> bool:
    """Return True if a request from `origin` can use `/mcp`.

    `origin` is the value of the header `Origin`, or None if the request has no such header.
    """
    return origin is None or origin.casefold() in map(str.casefold, named_origins(settings))
