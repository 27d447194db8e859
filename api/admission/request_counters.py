"""Count the requests of each client in fixed time windows, in the memory of the process.

A window begins with the first request of a client. At its end, the client has its full quota again.
"""

import threading
import time
from collections.abc import Callable, Sequence
from importlib import import_module
from math import ceil
from typing import NamedTuple, Protocol

from api.admission.policies import Policy

# The number of clients that each process remembers. They need about 20 MB of memory.
MAX_CLIENTS = 50_000

Policies = tuple[Policy, ...]


class Quota(NamedTuple):
    """The requests that a client has left, and the seconds until the full quota is available again."""

    remaining: int
    reset_seconds: int


class Decision(NamedTuple):
    """The decision on a request.

    Attributes:
        is_admitted: False if the client is over a limit.
        quotas: What is left of each limit of the client after the request, in the order of the limits.
    """

    is_admitted: bool
    quotas: Sequence[Quota]


class RequestCounters(Protocol):
    """The interface of classes that count requests and decide whether a client is within its limits."""

    def take(self, client: str, policies: Policies, cost: int = 1) -> Decision | None:
        """Count a request of `client` if `policies` admit it, and return the decision.

        Return None if requests cannot be counted at present.

        Args:
            client: The unique name of the client.
            policies: At least one policy. The request must satisfy all of them.
            cost: 1, or 0 to only read the quotas. With 0, the request is admitted and not counted.
        """

    def close(self) -> None:
        """Close the connections to the storage of the counts, if there are any."""


def whole_seconds(seconds: float) -> int:
    """Return `seconds` rounded up to a whole number, and at least 1.

    An excess of at most a microsecond is a rounding error and is ignored: 2.0000001 gives 2.
    """
    return max(1, ceil(seconds - 1e-6))


class _Window:
    """The time window of a policy for one client.

    Until the time `ends_at`, the policy admits `remaining` more requests.
    """

    __slots__ = ("ends_at", "remaining")

    def __init__(self) -> None:
        self.remaining, self.ends_at = 0, float("-inf")


class MemoryCounters:
    """Counts requests in the memory of this process.

    Args:
        max_clients: How many clients are remembered. The client seen first is forgotten first, and has its
            full quota again.
    """

    # The package `limits` also has counters in memory. They look at all clients every 10 ms and have no
    # maximum size, so many clients would slow down each request.

    def __init__(self, max_clients: int = MAX_CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_clients, self._clock = max_clients, clock
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[Policies, list[_Window]]] = {}

    def take(self, client: str, policies: Policies, cost: int = 1) -> Decision:
        """Count a request of `client` if `policies` admit it, and return the decision.

        Args:
            client: The unique name of the client.
            policies: At least one policy. The request must satisfy all of them.
            cost: 1, or 0 to only read the quotas. With 0, the request is admitted and not counted.
        """
        with self._lock:
            now = self._clock()
            windows = self._windows(client, policies)
            for policy, window in zip(policies, windows, strict=True):
                if now >= window.ends_at:
                    window.remaining, window.ends_at = policy.quota, now + policy.window_seconds
            is_admitted = all(window.remaining >= cost for window in windows)
            if is_admitted:
                for window in windows:
                    window.remaining -= cost
            quotas = [Quota(window.remaining, whole_seconds(window.ends_at - now)) for window in windows]
            return Decision(is_admitted, quotas)

    def close(self) -> None:
        """Do nothing, since there are no connections."""

    def _windows(self, client: str, policies: Policies) -> list[_Window]:
        found = self._clients.get(client)
        # The limit of an API key can have changed.
        if found and found[0] == policies:
            return found[1]
        if not found and len(self._clients) >= self._max_clients:
            del self._clients[next(iter(self._clients))]
        windows = [_Window() for _ in policies]
        self._clients[client] = policies, windows
        return windows


def make_counters(redis_url: str) -> RequestCounters:
    """Return an object that counts the requests of clients, in Redis or in the memory of this process.

    `redis_url` is the URL of the Redis server. If it is empty, the memory of this process is used.
    """
    if not redis_url:
        return MemoryCounters()
    # The client of Redis needs 5 MB of memory, so it is loaded only if it is used.
    counters: RequestCounters = import_module("api.admission.redis_counters").RedisCounters(redis_url)
    return counters
