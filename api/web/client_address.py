"""The IP address of the client of a request, also behind reverse proxies.

A reverse proxy adds the address of its client to the end of the header `X-Forwarded-For`. Clients can send
this header too. Only the entries of proxies in BRIEFS_TRUSTED_PROXIES are therefore trusted.

The header `Forwarded` (RFC 7239) is ignored: most proxies pass on what the client sent.
"""

from collections.abc import Collection
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from wsgiref.types import WSGIEnvironment

from api.setting_values import UNIX, TrustedProxy

# The key of the WSGI environment for the address of the client, as `ClientAddresses.find` returns it.
CLIENT_ADDRESS = "briefs.client_address"
# Longer headers are read without the cache, since clients choose their length.
MAX_CACHED_CHARACTERS = 200
MAX_CACHED_ADDRESSES = 1_000

Address = IPv4Address | IPv6Address


class ClientAddresses:
    """Finds the address of the client of each request.

    Args:
        trusted_proxies: The networks of the proxies whose `X-Forwarded-For` is read. The value `unix` means
            the proxies that connect to a Unix socket, since their connections have no address.
    """

    def __init__(self, trusted_proxies: Collection[TrustedProxy]) -> None:
        self._networks = [each for each in trusted_proxies if each != UNIX]
        self._trusts_unix = UNIX in trusted_proxies
        self._find_cached = lru_cache(MAX_CACHED_ADDRESSES)(self._find)

    def find(self, environ: WSGIEnvironment) -> str:
        """Return the IP address of the client in its shortest form, such as `2001:db8::1`.

        Return an empty text if the address is unknown, for example if a proxy on a Unix socket does not send
        the address of the client.
        """
        peer = environ.get("REMOTE_ADDR", "")
        forwarded_for = environ.get("HTTP_X_FORWARDED_FOR", "")
        if len(forwarded_for) > MAX_CACHED_CHARACTERS:
            return self._find(peer, forwarded_for)
        return self._find_cached(peer, forwarded_for)

    def _find(self, peer: str, forwarded_for: str) -> str:
        """Return the last address in the chain of proxies that is not a trusted proxy, or else the first.

        A value that is not an address is ignored, with everything before it.

        Args:
            peer: The address of the connection, the end of the chain.
            forwarded_for: The header `X-Forwarded-For`, the rest of the chain.
        """
        address = parse_address(peer)
        is_trusted = self._is_trusted(address) if address else not peer and self._trusts_unix
        while is_trusted and forwarded_for:
            forwarded_for, _, last = forwarded_for.rpartition(",")
            forwarded = parse_address(last)
            if forwarded is None:
                break
            address, is_trusted = forwarded, self._is_trusted(forwarded)
        return str(address or "")

    def _is_trusted(self, address: Address) -> bool:
        return any(address in network for network in self._networks)


def parse_address(text: str) -> Address | None:
    """Return the IP address in `text`, or None if `text` is not an address.

    A port after the address is ignored: `192.0.2.1:80` and `[2001:db8::1]:80`. An IPv4 address that is
    written as IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
    """
    text = text.strip()
    if text.startswith("["):
        text, bracket, port = text[1:].partition("]")
        if not bracket or (port and not _is_port(port)):
            return None
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(f":{port}"):
            return None
    # A zone (`fe80::1%eth0`) has a meaning only on the machine that wrote it, and can be any text.
    if "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _is_port(text: str) -> bool:
    return text.startswith(":") and text[1:].isascii() and text[1:].isdigit()
