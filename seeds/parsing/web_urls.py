"""Check that a URL of a document is a URI (RFC 3986), so that every client can parse it."""

import re
from ipaddress import AddressValueError, IPv6Address

ESCAPE = "%[0-9A-Fa-f]{2}"
# The characters that can stand in every part of a URI: "unreserved" and "sub-delims" of RFC 3986.
PLAIN = r"\w.~!$&'()*+,;=-"
HOST = rf"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?:[{PLAIN}]|{ESCAPE})+)"
USER = rf"(?:(?:[:{PLAIN}]|{ESCAPE})*@)?"
PATH = rf"(?:/(?:[:@/{PLAIN}]|{ESCAPE})*)?"
QUERY = rf"(?:[:@/?{PLAIN}]|{ESCAPE})*"
WEB_URL = re.compile(
    rf"https?://{USER}{HOST}(?::(?P<port>\d{{0,5}}))?{PATH}(?:\?{QUERY})?(?:#{QUERY})?",
    re.ASCII | re.IGNORECASE,
)
MAX_PORT = 65_535


def is_web_url(text: str) -> bool:
    """Return True if `text` is a URI (RFC 3986) with a host and the scheme http or https."""
    match = WEB_URL.fullmatch(text)
    if match is None or int(match["port"] or 0) > MAX_PORT:
        return False
    try:
        return match["ipv6"] is None or IPv6Address(match["ipv6"]) is not None
    except AddressValueError:
        return False
