"""The websites whose scripts can use `/mcp`."""

import re
from urllib.parse import urlsplit

from api.config import Settings

ANY_ORIGIN = "*"
# Names and addresses that always mean the machine of the client, with an optional port.
LOOPBACK_HOST = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)


def named_origins(settings: Settings) -> list[str]:
    """Return the origin of BRIEFS_BASE_URL and the origins in BRIEFS_CORS_ORIGINS, except for `*`."""
    # With a domain of their own, attackers can make browsers connect to a service in a private network (DNS
    # rebinding). The protocol therefore requires a check of `Origin`, and `*` allows no origin.
    base_url = urlsplit(settings.base_url)
    own = [f"{base_url.scheme}://{base_url.netloc}"] if base_url.netloc else []
    return own + [origin for origin in settings.cors_origins if origin != ANY_ORIGIN]


def is_origin_allowed(origin: str | None, host: str, settings: Settings) -> bool:
    """Return True if a request from `origin` can use `/mcp`.

    Args:
        origin: The value of the header `Origin`, or None if the request has no such header.
        host: The value of the header `Host`.
        settings: The settings of the application.
    """
    if origin is None:
        return True
    allowed = [*named_origins(settings), *([] if settings.base_url else loopback_origins(host))]
    return origin.casefold() in map(str.casefold, allowed)


def loopback_origins(host: str) -> list[str]:
    """Return the origins of the service itself if `host` is a loopback address, otherwise an empty list.

    `host` is the value of the header `Host`, such as `localhost:8000`.
    """
    # Scripts cannot choose `Origin`. After DNS rebinding, `Origin` contains the domain of the attacker, which
    # is not a loopback address.
    return [f"http://{host}", f"https://{host}"] if LOOPBACK_HOST.fullmatch(host) else []
