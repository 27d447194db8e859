"""Tests of rate limits that several processes count in Redis.

In some tests, Redis fails, does not answer, or starts again.
"""

import logging
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from api.admission.policies import Policy
from api.admission.redis_counters import (
    EXHAUSTED_SECONDS,
    LEASE_DIVISOR,
    MAX_BACKOFF_SECONDS,
    TIMEOUT_SECONDS,
    RedisCounters,
)
from api.admission.request_counters import Quota
from tests.support.programs.redis_server import RedisServer, needs_redis, running_redis

pytestmark = needs_redis

LONG = (Policy("default", 500, 3_600),)


class Clock:
    """A clock that returns the monotonic time plus `advance`, a number of seconds that the test sets."""

    advance = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.advance


class ListHandler(logging.Handler):
    """A log handler that keeps all records in the list `records`."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(scope="module")
def redis() -> Iterator[RedisServer]:
    """Yield a Redis server for all tests of this module.

    If a test stops the server, the test must start the server again before it ends.
    """
    with running_redis() as server:
        yield server


@pytest.fixture
def lines() -> Iterator[list[logging.LogRecord]]:
    """Yield a list of all records that the counters log during the test."""
    handler = ListHandler()
    logger = logging.getLogger("briefs.limits")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler.records
    logger.removeHandler(handler)
    logger.setLevel(level)


@contextmanager
def processes(
    server: RedisServer, count: int, clock: Callable[[], float] = time.monotonic
) -> Iterator[list[RedisCounters]]:
    """Yield `count` counters that share nothing except the Redis `server`, as in several processes."""
    made = [RedisCounters(server.url, clock) for _ in range(count)]
    try:
        yield made
    finally:
        for each in made:
            each.close()


def test_processes_share_a_limit_exactly_while_a_client_keeps_sending(redis: RedisServer) -> None:
    with processes(redis, 4) as counters:
        admitted: Counter[str] = Counter()

        def send(counter: RedisCounters) -> None:
            for number in range(400):
                client = f"shared {number % 2}"
                decision = counter.take(client, LONG)
                assert decision
                admitted[client] += decision.is_admitted

        threads = [threading.Thread(target=send, args=(each,)) for each in counters for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert admitted == {"shared 0": 500, "shared 1": 500}


def test_a_process_reserves_at_most_a_hundredth_of_the_remaining_quota(redis: RedisServer) -> None:
    with processes(redis, 2) as (fast, other):
        for _ in range(200):
            assert fast.take("reserve", LONG)
        decision = other.take("reserve", LONG)
        assert decision
        assert 299 - 500 // LEASE_DIVISOR <= decision.quotas[0].remaining <= 299


def test_a_slow_client_reserves_nothing(redis: RedisServer) -> None:
    clock = Clock()
    with processes(redis, 2, clock) as (slow, other):
        for _ in range(20):
            assert slow.take("slow", LONG)
            clock.advance += 1
        decision = other.take("slow", LONG)
        assert decision
        assert decision.quotas[0].remaining == 479


def test_the_window_ends_at_the_same_time_for_all_processes(redis: RedisServer) -> None:
    policy = (Policy("default", 2, 2),)
    with processes(redis, 2) as (first, second):
        assert [first.take("window", policy) for _ in range(2)]
        decision = second.take("window", policy)
        assert decision
        assert not decision.is_admitted
        (quota,) = decision.quotas
        assert quota.remaining == 0
        # A client that waits as long as `Retry-After` says is admitted.
        assert 1 <= quota.reset_seconds <= 3
        time.sleep(quota.reset_seconds)
        again = [each.take("window", policy) for each in (second, first)]
        assert [each.is_admitted for each in again if each] == [True, True]


def test_a_window_ends_no_later_in_a_process_than_in_redis(redis: RedisServer) -> None:
    with processes(redis, 2) as (first, second):
        assert first.take("exact", LONG)
        storage = first._storage.storage
        (key,) = storage.keys("*exact*")
        # Redis rounds this time to 10 seconds if it is asked for seconds.
        storage.pexpire(key, 9_600)
        decision = second.take("exact", LONG)
        assert decision
        assert decision.quotas[0].reset_seconds <= 10


def test_a_fast_client_below_its_quota_is_never_refused_when_a_window_ends(redis: RedisServer) -> None:
    policy = (Policy("default", 1_000_000, 1),)
    with processes(redis, 1) as (counters,):
        until = time.monotonic() + 2.2
        while time.monotonic() < until:
            decision = counters.take("border", policy)
            assert decision
            assert decision.is_admitted


def test_a_request_that_one_policy_refuses_is_not_counted_by_the_others(redis: RedisServer) -> None:
    policies = (Policy("default-hour", 100, 3_600), Policy("default-minute", 2, 60))
    with processes(redis, 1) as (counters,):
        decisions = [counters.take("several", policies) for _ in range(5)]
        assert [each.is_admitted for each in decisions if each] == [True, True, False, False, False]
        last = counters.take("several", policies, 0)
        assert last
        assert [each.remaining for each in last.quotas] == [98, 0]


def test_reading_the_quota_counts_nothing(redis: RedisServer) -> None:
    clock = Clock()
    with processes(redis, 2, clock) as (reading, other):
        for _ in range(5):
            decision = reading.take("reading", LONG, 0)
            assert decision
            assert decision.quotas[0].remaining == 500
            clock.advance += EXHAUSTED_SECONDS
        decision = other.take("reading", LONG)
        assert decision
        assert decision.quotas[0].remaining == 499


def test_a_killed_redis_lets_requests_pass_and_is_used_again_when_it_returns(
    redis: RedisServer, lines: list[logging.LogRecord]
) -> None:
    clock = Clock()
    policy = (Policy("default", 3, 3_600),)
    with processes(redis, 1, clock) as (counters,):
        assert counters.take("killed", policy)
        redis.kill()
        started = time.monotonic()
        assert [counters.take("killed", policy) for _ in range(50)] == [None] * 50
        assert time.monotonic() - started < 1
        redis.start()
        clock.advance += MAX_BACKOFF_SECONDS
        decisions = [counters.take("killed", policy) for _ in range(4)]
        assert [each.is_admitted for each in decisions if each] == [True, True, True, False]
    assert [(line.levelno, line.getMessage()) for line in lines] == [
        (logging.ERROR, "requests are not limited, since Redis does not answer"),
        (logging.INFO, "requests are limited again"),
    ]


def test_a_silent_redis_delays_few_requests_and_only_for_a_moment(redis: RedisServer) -> None:
    with processes(redis, 1) as (counters,):
        assert counters.take("silent", LONG)
        redis.signal(signal.SIGSTOP)
        try:
            durations = []
            until = time.monotonic() + 1.5
            while time.monotonic() < until:
                started = time.monotonic()
                assert counters.take("silent", LONG) is None
                durations.append(time.monotonic() - started)
        finally:
            redis.signal(signal.SIGCONT)
        assert max(durations) < 1
        assert sum(each > TIMEOUT_SECONDS / 2 for each in durations) <= 3
        assert len(durations) > 100


def test_the_log_contains_neither_the_address_of_redis_nor_its_password(
    lines: list[logging.LogRecord],
) -> None:
    counters = RedisCounters("redis://:geheim@127.0.0.1:9/0")
    assert counters.take("a", LONG) is None
    counters.close()
    (line,) = lines
    assert "geheim" not in str(vars(line))
    assert "127.0.0.1" not in str(vars(line))


def test_a_restarted_redis_that_dropped_its_connections_loses_no_request(redis: RedisServer) -> None:
    with processes(redis, 1) as (counters,):
        assert counters.take("restarted", LONG)
        redis.kill()
        redis.start()
        decision = counters.take("restarted", LONG)
        assert decision
        assert decision.quotas == [Quota(499, decision.quotas[0].reset_seconds)]
