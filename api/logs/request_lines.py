"""Format the log line of a request. Texts from the client are escaped, so that they cannot forge a line."""

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import ip_address, ip_network
from typing import Any

import orjson

from api.logs.formatters import format_time, text_line
from api.web.request_records import RequestRecord

# The logger of requests.
ACCESS_LOGGER = "briefs.access"
# Longer paths and queries are cut. Each line is therefore shorter than PIPE_BUF, so that the lines of several
# processes are not mixed.
MAX_CHARACTERS = 1_000
CUT = "..."
# The parts of an address that `truncated` keeps, in bits.
PREFIX_BITS = {4: 24, 6: 48}

# All characters but printable ASCII, and the two characters that JSON escapes.
UNSAFE_IN_TARGET = re.compile(r'[^!-~]|["\\]')
UNPRINTABLE = re.compile(r"[^ -~]")


def request_values(record: RequestRecord, addresses: str, has_queries: bool) -> dict[str, Any]:
    """Return the values of the log line of a request, by their names.

    Args:
        record: The record of the request.
        addresses: How the address of the client is logged: `none`, `truncated` or `full`.
        has_queries: True if the line contains the query. Otherwise, `query` is None.
    """
    target = record.target
    if not (target.isascii() and target.isprintable()) or '"' in target or "\\" in target:
        target = UNSAFE_IN_TARGET.sub(_percent_encoded, target)
    path, _, query = target.partition("?")
    address: str | None = record.client_address
    if addresses == "truncated":
        address = truncate_address(record.client_address)
    elif addresses == "none":
        address = None
    user_agent = record.user_agent
    if not (user_agent.isascii() and user_agent.isprintable()):
        user_agent = UNPRINTABLE.sub(_backslash_escaped, user_agent)
    return {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route,
        "status": record.status,
        "milliseconds": round(record.seconds * 1000, 3),
        "bytes": record.body_bytes,
        "path": _cut(path),
        "query": _cut(query) if has_queries else None,
        "client_address": address,
        "user_agent": _cut(user_agent),
    }


def request_line_formatter(
    log_format: str, addresses: str, has_queries: bool
) -> Callable[[RequestRecord], bytes]:
    """Return a function that formats the log line of a request.

    Args:
        log_format: `json` or `text`.
        addresses: As in `request_values`.
        has_queries: As in `request_values`.
    """

    def as_json(record: RequestRecord) -> bytes:
        line = {
            "time": format_time(record.time),
            "level": "info",
            "logger": ACCESS_LOGGER,
            "message": "request",
            **request_values(record, addresses, has_queries),
        }
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)

    def as_text(record: RequestRecord) -> bytes:
        values = request_values(record, addresses, has_queries)
        line = text_line(format_time(record.time), "info", ACCESS_LOGGER, "request", values)
        return f"{line}\n".encode()

    return as_json if log_format == "json" else as_text


@lru_cache(maxsize=1_000)
def truncate_address(address: str) -> str:
    """Return the first address of the network of `address`: its /24 (IPv4) or its /48 (IPv6)."""
    if not address:
        return ""
    prefix = PREFIX_BITS[ip_address(address).version]
    return str(ip_network(f"{address}/{prefix}", strict=False).network_address)


def _cut(text: str) -> str:
    return text if len(text) <= MAX_CHARACTERS else text[: MAX_CHARACTERS - len(CUT)] + CUT


def _percent_encoded(character: re.Match[str]) -> str:
    # The server decodes the bytes of a request as Latin-1.
    return f"%{ord(character[0]):02X}"


def _backslash_escaped(character: re.Match[str]) -> str:
    return f"\\x{ord(character[0]):02x}"
