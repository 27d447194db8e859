"""Quota policies: how many requests a client can send in a time window."""

import re
from typing import NamedTuple

from limits import RateLimitItem, parse_many

# The names of the policies of clients without a limit of their own, and of API keys with their own limit.
DEFAULT_NAME, KEY_NAME = "default", "key"
MAX_POLICIES = 5
MAX_CHARACTERS = 200
# A window of zero units, such as `5/0 seconds`, which the package `limits` would read as one unit.
NO_UNITS = re.compile(r"(?<!\d)0+\s*[a-z]", re.IGNORECASE)
# The largest integer of a structured header field (RFC 9651, 3.3.1).
MAX_QUOTA = 999_999_999_999_999
MAX_WINDOW_SECONDS = 366 * 24 * 60 * 60

RULE = (
    "must be a number of requests and a time window such as 600/minute or 10/second;5000/day, "
    f"at most {MAX_POLICIES} different windows of at most a year"
)


class Policy(NamedTuple):
    """A limit of `quota` requests in `window_seconds`. Responses identify the policy by its `name`."""

    name: str
    quota: int
    window_seconds: int


def parse_policies(text: str, name: str = DEFAULT_NAME) -> tuple[Policy, ...]:
    """Return the policies in `text`, such as `600/minute` or `10/second;5000/day`.

    Args:
        text: The limits in the notation of the package `limits`, separated by semicolons.
        name: The name of a single policy. Several policies are named `name` plus their window, such as
            `default-day`.

    Raises:
        ValueError: A limit is malformed or out of range, or two limits have the same window.
    """
    try:
        is_readable = text.isascii() and len(text) <= MAX_CHARACTERS and not NO_UNITS.search(text)
        items = parse_many(text) if is_readable else []
    except ValueError:
        items = []
    windows = {item.get_expiry() for item in items}
    is_valid = 0 < len(windows) == len(items) <= MAX_POLICIES
    if not is_valid or not all(map(_is_in_range, items)):
        raise ValueError(RULE)
    if len(items) == 1:
        return (Policy(name, items[0].amount, items[0].get_expiry()),)
    return tuple(Policy(f"{name}-{_window_name(item)}", item.amount, item.get_expiry()) for item in items)


def _is_in_range(item: RateLimitItem) -> bool:
    return 0 < item.amount <= MAX_QUOTA and 0 < item.get_expiry() <= MAX_WINDOW_SECONDS


def _window_name(item: RateLimitItem) -> str:
    unit = item.GRANULARITY.name
    return unit if item.multiples == 1 else f"{item.multiples}-{unit}s"
