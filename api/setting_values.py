"""Functions that parse the texts of settings, as environment variables contain them.

The message of each ValueError says what would be a valid value, and does not contain the invalid value.
"""

import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Literal
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

Network = IPv4Network | IPv6Network
# The value of BRIEFS_TRUSTED_PROXIES for proxies that connect to a Unix socket.
UNIX: Final = "unix"
TrustedProxy = Network | Literal["unix"]

# All of these schemes select psycopg 3, the only PostgreSQL driver that is installed.
POSTGRESQL_SCHEMES = {"postgres", "postgresql", "postgresql+psycopg"}
# Redis over TCP, over TLS and over a Unix socket.
REDIS_SCHEMES = {"redis", "rediss", "redis+unix"}
# The allowed parameters of a SQLite URL and their values, as in https://www.sqlite.org/uri.html.
SQLITE_PARAMETERS = {"mode": ("ro", "rw"), "immutable": ("0", "1")}
DEFAULT_POSTGRESQL_PORT = "5432"
# A database URL with several hosts.
HOSTS = re.compile(r"(?P<before>[^/]*://(?:[^@]*@)?)(?P<hosts>[^@/?]*,[^@/?]*)(?P<after>(?:/.*)?)", re.DOTALL)
HOST = re.compile(r"(?P<name>[^:\[\]]+|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?", re.IGNORECASE | re.ASCII)
# The minimum length of the key that signs cursors.
MIN_SECRET_CHARACTERS = 16
# A scheme, a host name or IP address, and an optional port. A user name and a password are not allowed, since
# every link would reveal them.
AUTHORITY = r"https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:\d+)?"
SECONDS = re.compile(r"\d{1,9}(\.\d{1,6})?", re.ASCII)
ORIGIN = re.compile(AUTHORITY, re.IGNORECASE | re.ASCII)
BASE_URL = re.compile(AUTHORITY + r"(/[\w.~%!$&'()*+,;=:@/-]*)?", re.IGNORECASE | re.ASCII)
HOST_AND_PORT = re.compile(r"([a-z0-9.-]+|\[[0-9a-f:.]+\]):(?P<port>\d{1,5})", re.IGNORECASE | re.ASCII)
UNIX_SOCKET = re.compile(r"unix:/[^\0]{1,100}")
MAX_PORT = 65535
# Python refuses to convert a text with thousands of digits, with a message that names no valid value.
MAX_DIGITS = 12


def database_url(text: str) -> str:
    """Return the database URL `text` in the form for SQLAlchemy, with the installed driver.

    Several hosts (`one:5432,two:5432`) are moved to the query of the URL.

    Raises:
        ValueError: `text` is not a URL of PostgreSQL or of a SQLite file.
    """
    if text.partition("?")[0].count("@") > 1 and not text.startswith("sqlite"):
        # Otherwise, a part of the password would be taken for the host and appear in messages.
        raise ValueError("contains more than one @; write an @ in the user name or the password as %40")
    hosts = HOSTS.fullmatch(text)
    try:
        url = make_url(f"{hosts['before']}{hosts['after']}" if hosts else text)
    except (ArgumentError, ValueError):
        raise ValueError(
            "must be a database URL such as sqlite:////var/lib/briefs/briefs.db or "
            "postgresql://user:password@host/name"
        ) from None
    if url.drivername in POSTGRESQL_SCHEMES:
        if hosts:
            url = url.update_query_dict(_host_parameters(hosts["hosts"]))
        return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    if url.drivername != "sqlite":
        raise ValueError("the scheme must be sqlite or postgresql")
    if not url.database or url.database.startswith((":memory:", "file:")):
        raise ValueError("must name a file for SQLite, as in sqlite:////var/lib/briefs/briefs.db")
    if any(value not in SQLITE_PARAMETERS.get(name, ()) for name, value in url.query.items()):
        raise ValueError("the only parameters for SQLite are mode=ro and immutable=1")
    return text


def _host_parameters(hosts: str) -> dict[str, str]:
    """Return the libpq parameters `host` and `port` for `hosts`, a list such as `one:5432,two:5432`."""
    pairs = [HOST.fullmatch(each) for each in hosts.split(",")]
    names = [pair["name"].strip("[]") if pair else "" for pair in pairs]
    if not all(names):
        raise ValueError("must list hosts as in postgresql://user:password@one:5432,two:5432/name")
    ports = [pair["port"] or DEFAULT_POSTGRESQL_PORT for pair in pairs if pair]
    return {"host": ",".join(names), "port": ",".join(ports)}


def base_url(text: str) -> str:
    """Return the URL `text` without a slash at its end.

    Raises:
        ValueError: If `text` is not an http or https URL, or has a query or a password.
    """
    if not BASE_URL.fullmatch(text) or _port(text) is None:
        raise ValueError("must be an http or https URL without a query, as in https://api.example.org/briefs")
    return text.rstrip("/")


def origins(text: str) -> tuple[str, ...]:
    """Return the web origins in `text`, a comma-separated list.

    The origin `*` means all origins.

    Raises:
        ValueError: If a part of `text` is neither `*` nor an origin such as `https://example.org`.
    """
    origins = tuple(part.strip() for part in text.split(","))
    for origin in origins:
        if origin != "*" and not (ORIGIN.fullmatch(origin) and _port(origin)):
            raise ValueError("must be * or origins such as https://example.org, separated by commas")
    return origins


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port or 80
    except ValueError:
        return None


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a function that parses a text which must be one of `choices`.

    The function returns the text unchanged. It raises ValueError for any other text.
    """

    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"must be {' or '.join(choices)}")
        return text

    return parse


def byte_count(text: str) -> int:
    """Return `text` as a number of bytes.

    Raises:
        ValueError: If `text` is not a positive whole number.
    """
    if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS or int(text) < 1:
        raise ValueError("must be a positive whole number of bytes")
    return int(text)


def seconds(text: str) -> float:
    """Return `text` as a number of seconds, such as 0.05.

    Raises:
        ValueError: If `text` is not a decimal number from 0 to 999999999.
    """
    if not SECONDS.fullmatch(text):
        raise ValueError("must be a number of seconds such as 0.05, at most 999999999")
    return float(text)


def redis_url(text: str) -> str:
    """Check that `text` is the URL of a Redis server, and return it unchanged.

    Raises:
        ValueError: If `text` is not the URL of a Redis server.
    """
    try:
        url = urlsplit(text)
        is_valid = bool(url.path[1:] if url.scheme == "redis+unix" else url.hostname and url.port != 0)
    except ValueError:
        is_valid = False
    if not is_valid or url.scheme not in REDIS_SCHEMES or not (text.isascii() and text.isprintable()):
        raise ValueError("must be the URL of a Redis server such as redis://:password@127.0.0.1:6379/0")
    return text


def positive_seconds(text: str) -> float:
    """Return `text` as a number of seconds.

    Raises:
        ValueError: If `text` is not a decimal number that is greater than 0 and at most 999999999.
    """
    number = seconds(text)
    if not number:
        raise ValueError("must be more than 0 seconds")
    return number


def header_value(text: str) -> str:
    """Check that `text` can be the value of an HTTP header, and return it unchanged.

    Raises:
        ValueError: If `text` contains a character that is not printable ASCII.
    """
    if not text.isascii() or not text.isprintable():
        raise ValueError("must contain only printable ASCII characters")
    return text


def secret_key(text: str) -> str:
    """Check that `text` can be a secret key, and return it unchanged.

    Raises:
        ValueError: If `text` is shorter than MIN_SECRET_CHARACTERS.
    """
    if len(text) < MIN_SECRET_CHARACTERS:
        raise ValueError(f"must have at least {MIN_SECRET_CHARACTERS} characters")
    return text


def spacy_model(text: str) -> str:
    """Check that `text` can be the name or path of a spaCy pipeline, and return it unchanged.

    Raises:
        ValueError: If `text` contains unprintable characters.
    """
    if not text.isprintable():
        raise ValueError("must be the name or path of an installed spaCy pipeline, such as en_core_web_sm")
    return text


def whole_number_from(least: int, most: int) -> Callable[[str], int]:
    """Return a function that parses a whole number from `least` to `most`.

    The function raises ValueError for any other text.
    """

    def parse(text: str) -> int:
        is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
        if not is_number or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(text)

    return parse


def boolean(text: str) -> bool:
    """Return True if `text` is `true`, and False if it is `false`.

    Raises:
        ValueError: If `text` is anything else.
    """
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


def tcp_address(text: str) -> str:
    """Check that `text` is a host and a port, such as `127.0.0.1:9100`, and return it unchanged.

    Raises:
        ValueError: If `text` does not have this form, or if the port is out of range.
    """
    address = HOST_AND_PORT.fullmatch(text)
    if not address or not 0 < int(address["port"]) <= MAX_PORT:
        raise ValueError("must be a host and a port such as 127.0.0.1:9100")
    return text


def port_of(address: str) -> int:
    """Return the port number of `address`, which is of the form `host:port`."""
    return int(address.rpartition(":")[2])


def folder(text: str) -> str:
    """Check that `text` can be the absolute path of a folder, and return it unchanged.

    The folder does not need to exist.

    Raises:
        ValueError: If `text` is not an absolute path, or is the path of a file.
    """
    if not _is_absolute_path(text) or Path(text).is_file():
        raise ValueError("must be the absolute path of a folder such as /run/briefs/metrics")
    return text


def file(text: str) -> str:
    """Check that `text` can be the absolute path of a file, and return it unchanged.

    The file does not need to exist.

    Raises:
        ValueError: If `text` is not an absolute path, or is the path of a folder.
    """
    if not _is_absolute_path(text) or Path(text).is_dir():
        raise ValueError("must be the absolute path of a file such as /etc/briefs/catalogue.yaml")
    return text


def _is_absolute_path(text: str) -> bool:
    return text.startswith("/") and text.isprintable()


def bind_address(text: str) -> str:
    """Check the address `text` of a server, and return it unchanged.

    The address is `host:port`, or `unix:` and the path of a socket.

    Raises:
        ValueError: `text` has neither form, or the port is out of range.
    """
    if UNIX_SOCKET.fullmatch(text):
        return text
    address = HOST_AND_PORT.fullmatch(text)
    if not address or int(address["port"]) > MAX_PORT:
        raise ValueError("must be a host and a port such as 127.0.0.1:8000, or unix:/path/to/socket")
    return text


def trusted_proxies(text: str) -> tuple[TrustedProxy, ...]:
    """Return the networks of trusted proxies in `text`, a comma-separated list.

    An IP address becomes a network with one address. `unix`, which means proxies at a Unix socket, stays a
    string.

    Raises:
        ValueError: A part of `text` is not an IP address, a network or `unix`.
    """
    parts = (part.strip() for part in text.split(","))
    try:
        return tuple(UNIX if part == UNIX else ip_network(part) for part in parts)
    except ValueError:
        raise ValueError(
            "must be IP addresses, networks such as 10.0.0.0/8 (not 10.0.0.1/8) or unix, separated by commas"
        ) from None
