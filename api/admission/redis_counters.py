"""Count the requests of each client in Redis, so that several processes share the limits.

For a busy client, a process counts several requests in Redis in advance. This reserve is called a lease. The
process admits leased requests without a query. Leases never let a client exceed its limit.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable

from limits.errors import StorageError
from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from api.admission.policies import Policy
from api.admission.request_counters import MAX_CLIENTS, Decision, Policies, Quota, whole_seconds

# The longest time to wait for a connection to Redis and for an answer.
TIMEOUT_SECONDS = 0.2
# The time without queries after a failure. It doubles with each further failure, up to the maximum.
MIN_BACKOFF_SECONDS, MAX_BACKOFF_SECONDS = 0.5, 5.0
# A failure is logged at most once in this time.
LOG_SECONDS = 60.0
# Leases save queries, since a query to Redis takes about as long as a cached response.
# If a lease is used up within the first time, the next lease is twice as large. If a lease lasts for the
# second time, the next lease is one request. Otherwise, the size stays the same.
GROWTH_SECONDS, RESET_SECONDS = 0.1, 1.0
# A lease has at most the number of requests that the client has left, divided by LEASE_DIVISOR, and at most
# MAX_LEASE requests.
LEASE_DIVISOR, MAX_LEASE = 100, 1_000
# A client whose quota is used up is refused without a query for this time.
EXHAUSTED_SECONDS = 1.0

KEY_PREFIX = "briefs"

log = logging.getLogger("briefs.limits")


class _Lease:
    """A part of the limit of a client that is reserved (leased) for this process.

    Attributes:
        left: How many requests of the lease are left.
        unleased: How many requests were left for further leases after the last query.
        ends_at: The end of the time window, by the clock of `RedisCounters`.
        queried_at: The time of the last query to Redis, by the same clock.
    """

    __slots__ = ("_size", "ends_at", "left", "queried_at", "unleased")

    def __init__(self) -> None:
        self.left = self.unleased = self._size = 0
        self.ends_at = self.queried_at = float("-inf")

    def quota(self, now: float) -> Quota:
        return Quota(self.left + self.unleased, whole_seconds(self.ends_at - now))

    def is_exhausted(self, now: float) -> bool:
        """Return True if no request is left, and the last query was less than EXHAUSTED_SECONDS ago.

        `now` is the current time by the clock of `RedisCounters`.
        """
        return not self.left and not self.unleased and now - self.queried_at < EXHAUSTED_SECONDS

    def adapt_size(self, now: float) -> int:
        """Return how many requests the next query to Redis reserves for this process.

        The number doubles if the last query was less than GROWTH_SECONDS ago. It becomes 1 after
        RESET_SECONDS without a query.

        `now` is the current time by the clock of `RedisCounters`.
        """
        # The number is never below 1, and otherwise at most MAX_LEASE and at most a part of `unleased`.
        lasted = now - self.queried_at
        if lasted < GROWTH_SECONDS:
            self._size *= 2
        elif lasted >= RESET_SECONDS:
            self._size = 1
        self._size = max(1, min(self._size, self.unleased // LEASE_DIVISOR, MAX_LEASE))
        return self._size


class RedisCounters:
    """Counts requests in Redis, with the fixed windows of the package `limits`.

    If Redis fails, requests are not limited, and Redis is not queried for a short time. Failures and
    recoveries are logged.

    Args:
        url: The address of Redis, such as `redis://:password@host:6379/0`.
    """

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._storage = RedisStorage(
            url,
            key_prefix=KEY_PREFIX,
            wrap_exceptions=True,
            socket_timeout=TIMEOUT_SECONDS,
            socket_connect_timeout=TIMEOUT_SECONDS,
            # Connect again if Redis has closed an idle connection, but do not repeat a query that timed out.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),  # type: ignore[arg-type]
        )
        self._clock = clock
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[Policies, list[_Lease]]] = {}
        self._failures, self._is_reported = 0, False
        self._retry_at = self._logged_at = float("-inf")

    def take(self, client: str, policies: Policies, cost: int = 1) -> Decision | None:
        """Count a request of `client` if `policies` admit it, and return the decision.

        Return None if Redis fails.

        Args:
            client: The unique name of the client.
            policies: At least one policy. The request must satisfy all of them.
            cost: 1, or 0 to only read the quotas. With 0, the request is admitted and not counted.
        """
        now = self._clock()
        with self._lock:
            leases = self._leases(client, policies)
            if all(lease.left > 0 and now < lease.ends_at for lease in leases):
                for lease in leases:
                    lease.left -= cost
                return Decision(True, [lease.quota(now) for lease in leases])
        return self._take_slowly(client, policies, leases, cost)

    def close(self) -> None:
        """Close the idle connections to Redis."""
        self._storage.storage.close()

    def _leases(self, client: str, policies: Policies) -> list[_Lease]:
        found = self._clients.get(client)
        if found and found[0] == policies:
            return found[1]
        if not found and len(self._clients) >= MAX_CLIENTS:
            del self._clients[next(iter(self._clients))]
        leases = [_Lease() for _ in policies]
        self._clients[client] = policies, leases
        return leases

    def _take_slowly(
        self, client: str, policies: Policies, leases: list[_Lease], cost: int
    ) -> Decision | None:
        """Count a request of `client` for all `policies`, and query Redis if a lease has too few requests.

        Args:
            leases: For each policy, the requests that this process has reserved in Redis.
            cost: 1 to count the request, or 0 to only read the quotas.

        Returns:
            The decision, or None if Redis does not answer.
        """
        taken: list[_Lease] = []
        try:
            for policy, lease in zip(policies, leases, strict=True):
                if not self._take(client, policy, lease, cost):
                    break
                taken.append(lease)
        except StorageError as error:
            self._return(taken, cost)
            self._report_failure(error)
            return None
        except _BackOffError:
            self._return(taken, cost)
            return None
        is_admitted = len(taken) == len(leases)
        if not is_admitted:
            self._return(taken, cost)
        now = self._clock()
        with self._lock:
            return Decision(is_admitted, [lease.quota(now) for lease in leases])

    def _take(self, client: str, policy: Policy, lease: _Lease, cost: int) -> bool:
        """Take a request from `lease`, and return False if the quota of `client` is used up.

        If the lease is empty, query Redis first.

        Args:
            policy: The limit that the lease belongs to.
            lease: The requests that this process has reserved in Redis.
            cost: 1 to take a request, or 0 to take none and only update the lease. With 0, return True.
        """
        now = self._clock()
        with self._lock:
            if now >= lease.ends_at:
                lease.left = lease.unleased = 0
            elif lease.left >= max(cost, 1) or (cost == 0 and now - lease.queried_at < EXHAUSTED_SECONDS):
                lease.left -= cost
                return True
            elif lease.is_exhausted(now):
                return cost == 0
            size = lease.adapt_size(now) if cost else 0
            self._check_back_off(now)
        granted = self._query(client, policy, lease, size)
        with self._lock:
            lease.left += granted
            is_granted = lease.left >= cost
            if is_granted:
                lease.left -= cost
            return is_granted

    def _query(self, client: str, policy: Policy, lease: _Lease, size: int) -> int:
        """Count `size` requests of `client` in Redis, and return how many of them `policy` still admits.

        Also write to `lease` how many requests are left in the time window, and when the window ends.
        """
        key = f"{client}/{policy.quota}/{policy.window_seconds}"
        # The window must not end later here than in Redis, where leased requests would then not be counted.
        now = self._clock()
        count = self._storage.incr(key, policy.window_seconds, amount=size)
        if count == size:
            ends_at = now + policy.window_seconds
        elif now < lease.ends_at:
            ends_at = lease.ends_at
        else:
            ends_at = self._clock() + self._seconds_left(key)
        with self._lock:
            lease.unleased = max(0, policy.quota - count)
            lease.ends_at, lease.queried_at = ends_at, now
        self._report_success()
        return max(0, min(size, policy.quota - (count - size)))

    def _seconds_left(self, key: str) -> float:
        """Return how long the window of `key` still lasts."""
        # `get_expiry` of the storage is exact to whole seconds only.
        try:
            milliseconds: int = self._storage.storage.pttl(self._storage.prefixed_key(key))
        except RedisError as error:
            raise StorageError(error) from error
        return max(milliseconds, 0) / 1000

    def _return(self, leases: Iterable[_Lease], cost: int) -> None:
        with self._lock:
            for lease in leases:
                lease.left += cost

    def _check_back_off(self, now: float) -> None:
        """Raise `_BackOffError` if Redis failed a short time ago and must not be queried yet."""
        # The first call after the back-off does not raise, so that its thread tries Redis again. A new
        # back-off then begins for all other calls.
        if self._failures:
            if now < self._retry_at:
                raise _BackOffError
            self._retry_at = now + self._back_off_seconds()

    def _back_off_seconds(self) -> float:
        doublings = min(self._failures, 10) - 1
        return min(MIN_BACKOFF_SECONDS * 2.0**doublings, MAX_BACKOFF_SECONDS)

    def _report_failure(self, error: StorageError) -> None:
        with self._lock:
            now = self._clock()
            self._failures += 1
            self._retry_at = now + self._back_off_seconds()
            is_logged = now - self._logged_at >= LOG_SECONDS
            if is_logged:
                self._logged_at, self._is_reported = now, True
        if is_logged:
            # The message of the error can contain the address of Redis. Its type says what failed.
            reason = type(error.storage_error).__name__
            log.error("requests are not limited, since Redis does not answer", extra={"error": reason})

    def _report_success(self) -> None:
        if not self._failures:
            return
        with self._lock:
            self._failures = 0
            is_logged, self._is_reported = self._is_reported, False
        if is_logged:
            log.info("requests are limited again")


class _BackOffError(Exception):
    """An error for a query that is not sent, since Redis failed a short time ago."""
