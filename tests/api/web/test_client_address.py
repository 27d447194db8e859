"""Tests of finding the address of a client behind trusted and untrusted proxies."""

from ipaddress import ip_network

import pytest

from api.web.client_address import ClientAddresses

NO_PROXIES = ClientAddresses(())
PROXIES = ClientAddresses([ip_network("192.0.2.0/24"), ip_network("2001:db8:1::/48")])
PROXY, CLIENT = "192.0.2.7", "203.0.113.9"


def find(addresses: ClientAddresses, peer: str, *forwarded_for: str) -> str:
    """Return the client's address for a request from `peer` with these values of `X-Forwarded-For`.

    Several values are joined with commas, as the server joins repeated headers.
    """
    environ = {"REMOTE_ADDR": peer}
    if forwarded_for:
        environ["HTTP_X_FORWARDED_FOR"] = ",".join(forwarded_for)
    return addresses.find(environ)


def test_without_proxies_the_address_is_that_of_the_connection() -> None:
    for addresses in (NO_PROXIES, PROXIES):
        assert find(addresses, CLIENT) == CLIENT
        assert find(addresses, "2001:0DB8:0::1") == "2001:db8::1"
        assert find(addresses, "::ffff:203.0.113.9") == CLIENT


def test_a_client_that_is_no_trusted_proxy_cannot_choose_its_address() -> None:
    assert find(NO_PROXIES, CLIENT, "198.51.100.1") == CLIENT
    assert find(PROXIES, CLIENT, "198.51.100.1") == CLIENT
    assert find(PROXIES, "2001:db8:2::1", "198.51.100.1") == "2001:db8:2::1"


def test_the_address_that_a_trusted_proxy_adds_counts_and_not_what_the_client_sent() -> None:
    assert find(PROXIES, PROXY, CLIENT) == CLIENT
    assert find(PROXIES, "2001:db8:1::5", "2001:DB8:9::1") == "2001:db8:9::1"
    # A server that listens to IPv6 and IPv4 sees its proxy in this form.
    assert find(PROXIES, "::ffff:192.0.2.7", CLIENT) == CLIENT
    for claimed in ("198.51.100.1", "192.0.2.8", "unknown", "", " , ,", "10.0.0.1,192.0.2.9"):
        assert find(PROXIES, PROXY, f"{claimed}, {CLIENT}") == CLIENT
        assert find(PROXIES, PROXY, claimed, CLIENT) == CLIENT


def test_a_chain_of_trusted_proxies_is_followed_to_the_client() -> None:
    assert find(PROXIES, PROXY, f"198.51.100.1, {CLIENT}, 192.0.2.8 ,2001:db8:1::2") == CLIENT
    assert find(PROXIES, PROXY, f"198.51.100.1, {CLIENT}, 10.0.0.1, 192.0.2.8") == "10.0.0.1"


def test_a_proxy_that_is_the_client_itself_has_its_own_address() -> None:
    assert find(PROXIES, PROXY) == PROXY
    assert find(PROXIES, PROXY, "192.0.2.9, 192.0.2.8") == "192.0.2.9"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        " ",
        "unknown",
        "_hidden",
        "203.0.113",
        "203.0.113.256",
        "203.0.113.9.1",
        "0xcb.0.113.9",
        "203.0.113.09",
        "203.0.113.9:",
        "203.0.113.9:80x",
        "203.0.113.9;80",
        '"203.0.113.9"',
        "[203.0.113.9",
        "[2001:db8::9",
        "[2001:db8::9]80",
        "[2001:db8::9]:",
        "fe80::1%eth0",
        "fe80::1%\x1b[2J",
        "2001:db8::9::1",
        "2001:db8::g",
        "٢٠٣.0.113.9",
        "1" * 10_000,
        "for=203.0.113.9",
        "203.0.113.9 203.0.113.10",
        "203.0.113.9\n",
    ],
)
def test_the_chain_ends_where_a_value_is_no_address(wrong: str) -> None:
    expected = CLIENT if wrong.strip() == CLIENT else "192.0.2.8"
    assert find(PROXIES, PROXY, f"{CLIENT}, {wrong}, 192.0.2.8") == expected


def test_the_port_after_an_address_is_ignored() -> None:
    assert find(PROXIES, PROXY, "203.0.113.9:51234") == CLIENT
    assert find(PROXIES, PROXY, "[2001:db8::9]:443") == "2001:db8::9"
    assert find(PROXIES, PROXY, "[2001:db8::9]") == "2001:db8::9"
    assert find(PROXIES, PROXY, "::ffff:203.0.113.9") == CLIENT


def test_a_proxy_on_a_unix_socket_is_trusted_if_the_setting_contains_unix() -> None:
    addresses = ClientAddresses(["unix", ip_network("192.0.2.0/24")])
    assert find(addresses, "", CLIENT) == CLIENT
    assert find(addresses, "", f"198.51.100.1, {CLIENT}, {PROXY}") == CLIENT
    for nothing in ("", "unknown"):
        assert find(addresses, "", nothing) == ""
    for others in (NO_PROXIES, PROXIES):
        assert find(others, "", CLIENT) == ""
    assert find(addresses, "not an address", CLIENT) == ""


def test_the_header_forwarded_is_ignored() -> None:
    environ = {"REMOTE_ADDR": PROXY, "HTTP_FORWARDED": f"for={CLIENT}"}
    assert PROXIES.find(environ) == PROXY


def test_a_long_header_is_read_from_its_end() -> None:
    assert find(PROXIES, PROXY, "198.51.100.1, " * 500 + CLIENT) == CLIENT
    assert find(PROXIES, PROXY, "192.0.2.8, " * 500 + PROXY) == "192.0.2.8"
