"""Format the log line of a request. Texts from the client are escaped, so that they cannot forge a line."""

import re
from collections.abc import Callable
from functools import lru_cache, partial
from ipaddress import ip_address, ip_network
from typing import Any

import orjson

from api.logs.formatters import format_time, short_line, text_line
from api.web.request_records import RequestRecord

# The logger of requests.
ACCESS_LOGGER = "briefs.access"
# Longer paths and queries are cut. Each line is therefore shorter than PIPE_BUF, so that the lines of several
# processes are not mixed.
MAX_CHARACTERS = 1_000
CUT = "..."
# The number of different parts of lines that are kept as JSON, each shorter than a line.
MAX_CACHED_PARTS = 500
# The parts of an address that `truncated` keeps, in bits.
PREFIX_BITS = {4: 24, 6: 48}

# All characters but printable ASCII, and the two characters that JSON escapes.
UNSAFE_IN_TARGET = re.compile(r'[^!-~]|["\\]')
UNPRINTABLE = re.compile(r"[^ -~]")


def request_values(record: RequestRecord, addresses: str, has_queries: bool) -> dict[str, Any]:
    """Return the values of the log line of a request, by their names.

    Args:
        addresses: How the client's address is logged: `none`, `truncated` or `full`.
        has_queries: If False, `query` is None.
    """
    return {
        "request_id": record.request_id,
        "method": record.method,
        "route": record.route,
        "status": record.status,
        "milliseconds": round(record.seconds * 1000, 3),
        "bytes": record.body_bytes,
        **_client_values(record.target, record.client_address, record.user_agent, addresses, has_queries),
    }


def _client_values(
    target: str, client_address: str, user_agent: str, addresses: str, has_queries: bool
) -> dict[str, Any]:
    """Return the values of a log line that come from the client, escaped so that they cannot forge a line.

    The keys are `path`, `query`, `client_address` and `user_agent`.

    Args:
        target: The path and the query of the request.
        addresses: How the address is logged: `none`, `truncated` or `full`.
        has_queries: If False, `query` is None.
    """
    if not (target.isascii() and target.isprintable()) or '"' in target or "\\" in target:
        target = UNSAFE_IN_TARGET.sub(_percent_encoded, target)
    path, _, query = target.partition("?")
    address: str | None = client_address
    if addresses == "truncated":
        address = truncate_address(client_address)
    elif addresses == "none":
        address = None
    if not (user_agent.isascii() and user_agent.isprintable()):
        user_agent = UNPRINTABLE.sub(_backslash_escaped, user_agent)
    return {
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
        log_format: `json`, `text` or `short`.
        addresses: How the address of the client is logged: `none`, `truncated` or `full`.
        has_queries: True if the line contains the query string.
    """
    # The parts of a JSON line that repeat are encoded once.
    begin = lru_cache(maxsize=MAX_CACHED_PARTS)(_json_begin)
    end = lru_cache(maxsize=MAX_CACHED_PARTS)(
        partial(_json_end, addresses=addresses, has_queries=has_queries)
    )

    def as_json(record: RequestRecord) -> bytes:
        seconds, request_id, method, target, route, status, size, duration, address, user_agent = record
        # An id contains no character that JSON escapes (`api.web.request_ids`).
        return (
            f'{{"time":"{format_time(seconds)}","level":"info","logger":"{ACCESS_LOGGER}","message":"request",'
            f'"request_id":"{request_id}",{begin(method, route, status)}'
            f'"milliseconds":{round(duration * 1000, 3)},"bytes":{size},{end(target, address, user_agent)}\n'
        ).encode()

    def as_text(record: RequestRecord) -> bytes:
        values = request_values(record, addresses, has_queries)
        line = text_line(format_time(record.time), "info", ACCESS_LOGGER, "request", values)
        return f"{line}\n".encode()

    def as_short(record: RequestRecord) -> bytes:
        values = request_values(record, addresses, has_queries)
        target = f"{values['path']}?{values['query']}" if values["query"] else values["path"]
        duration = f"{record.seconds * 1000:.1f} ms"
        return f"{short_line(record.time, record.method, target, str(record.status), duration)}\n".encode()

    return {"json": as_json, "text": as_text, "short": as_short}[log_format]


def _json_begin(method: str, route: str | None, status: int) -> str:
    """Return the members `method`, `route` and `status` of a JSON log line, followed by a comma."""
    return orjson.dumps({"method": method, "route": route, "status": status})[1:-1].decode() + ","


def _json_end(target: str, client_address: str, user_agent: str, *, addresses: str, has_queries: bool) -> str:
    """Return the end of a JSON log line: the members that come from the client, and the closing brace.

    Args:
        target: The path and the query of the request.
        addresses: How the address is logged: `none`, `truncated` or `full`.
        has_queries: If False, `query` is null.
    """
    values = _client_values(target, client_address, user_agent, addresses, has_queries)
    return orjson.dumps(values)[1:].decode()


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
