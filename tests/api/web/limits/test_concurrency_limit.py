"""The limit of requests that run at the same time: who runs, who waits, and who is refused."""

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

import pytest

from api.web.limits.concurrency_limit import ConcurrencyLimit, limit_for

PATIENCE_SECONDS = 30


class Turn(NamedTuple):
    """The result of waiting for a turn: whether it was granted, and how many seconds the wait took."""

    is_granted: bool
    seconds: float


def wait_for_turn(limit: ConcurrencyLimit, seconds: float = PATIENCE_SECONDS) -> Turn:
    started = time.monotonic()
    return Turn(limit.acquire(seconds), time.monotonic() - started)


def test_waiting_requests_run_in_the_order_of_their_arrival() -> None:
    limit = ConcurrencyLimit(1, 10, 10)
    order: list[int] = []

    def run(number: int) -> None:
        assert limit.acquire(PATIENCE_SECONDS)
        order.append(number)
        limit.release(0)

    assert limit.acquire(0)
    with ThreadPoolExecutor(5) as threads:
        for number in range(5):
            threads.submit(run, number)
            while limit._waiting <= number:
                time.sleep(0.001)
        limit.release(0)
    assert order == [0, 1, 2, 3, 4]


def test_no_more_requests_run_than_the_limit() -> None:
    limit = ConcurrencyLimit(3, 0, 10)
    running = most = 0
    lock = threading.Lock()

    def run(_: int) -> bool:
        nonlocal running, most
        if not limit.acquire(PATIENCE_SECONDS):
            return False
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.005)
        with lock:
            running -= 1
        limit.release(0.005)
        return True

    with ThreadPoolExecutor(64) as threads:
        assert all(threads.map(run, range(200)))
    assert most == 3


def test_a_request_is_refused_if_it_waits_too_long() -> None:
    limit = ConcurrencyLimit(1, 1, 10)
    assert limit.acquire(0)
    assert not limit.acquire(0.05)
    limit.release(0)
    assert limit.acquire(0)


def test_if_the_running_requests_are_stuck_only_some_requests_wait() -> None:
    limit = ConcurrencyLimit(2, 3, 0.2)
    assert limit.acquire(0)
    assert limit.acquire(0)
    with ThreadPoolExecutor(20) as threads:
        waiting: list[Future[Turn]] = []
        for number in range(3):
            waiting.append(threads.submit(wait_for_turn, limit))
            while limit._waiting <= number:
                time.sleep(0.001)
        assert [turn.is_granted for turn in threads.map(wait_for_turn, [limit] * 10)] == [False] * 10
        # The requests are known to be stuck, also after one of them has failed late.
        limit.release(5)
        assert waiting[0].result(PATIENCE_SECONDS).is_granted
        waiting.append(threads.submit(wait_for_turn, limit))
        while limit._waiting < 3:
            time.sleep(0.001)
        refused = wait_for_turn(limit)
        assert not refused.is_granted
        assert refused.seconds < PATIENCE_SECONDS
        # A request that finishes quickly ends the shortage.
        limit.release(0.01)
        granted = threads.submit(wait_for_turn, limit)
        for _ in range(4):
            limit.release(0.01)
        assert granted.result(PATIENCE_SECONDS).is_granted


def test_a_request_runs_alone_unless_it_is_slow() -> None:
    limit = ConcurrencyLimit(2, 3, 10, alone_seconds=0.2)
    assert limit.acquire(0)
    started = time.monotonic()
    assert not limit.acquire(0.01)
    second = wait_for_turn(limit)
    assert second.is_granted
    assert time.monotonic() - started >= 0.15
    # The second request ends. The first request is slow and delays no other request.
    limit.release(0)
    assert limit.acquire(0)
    limit.release(0)
    limit.release(time.monotonic() - started)
    assert limit.acquire(0)


def test_a_waiting_request_starts_as_soon_as_the_running_request_ends() -> None:
    limit = ConcurrencyLimit(2, 3, 10, alone_seconds=PATIENCE_SECONDS)
    assert limit.acquire(0)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(wait_for_turn, limit)
        while not limit._waiting:
            time.sleep(0.001)
        limit.release(0)
        assert waiting.result(PATIENCE_SECONDS).seconds < PATIENCE_SECONDS


@pytest.mark.parametrize("threads", [1, 2, 3, 4, 8, 32, 64, 1_000])
def test_at_least_one_thread_of_several_never_waits(threads: int) -> None:
    limit = limit_for(threads, 10)
    assert limit._max_running >= 1
    assert limit._max_running + limit._max_waiting <= max(1, threads - 1)
