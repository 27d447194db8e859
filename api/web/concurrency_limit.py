"""Limit the number of expensive requests that a process handles at the same time."""

import threading
import time

# If more requests run at the same time, they wait for the interpreter lock, so none of them finishes earlier.
MAX_RUNNING = 2
# Running requests are stuck, for example at a locked table, if none of them finishes within this share of the
# maximum duration of a request.
STALL_SHARE = 0.1
# The share of the threads that do not wait if the running requests are stuck.
RESERVED_SHARE = 0.25


class ConcurrencyLimit:
    """A limit on the requests that run at the same time. Further requests wait, in the order of arrival.

    A request that waits occupies a thread. If the running requests are stuck, at most `max_waiting` requests
    wait, so that the other threads stay free for cached responses. Otherwise the waiting is short, and any
    number of requests can wait.

    Args:
        max_running: The number of requests that can run.
        max_waiting: The number of requests that can wait if the running requests are stuck.
        stall_seconds: The running requests are stuck if none of them finishes within this time.
    """

    def __init__(self, max_running: int, max_waiting: int, stall_seconds: float) -> None:
        self._max_running, self._max_waiting = max_running, max_waiting
        self._stall_seconds = stall_seconds
        self._running = self._waiting = 0
        # The time at which a request finished within `stall_seconds`, or started when no other ran.
        self._progress_at = float("-inf")
        self._changed = threading.Condition()

    @property
    def running(self) -> int:
        """The number of requests that run."""
        return self._running

    @property
    def waiting(self) -> int:
        """The number of requests that wait."""
        return self._waiting

    def acquire(self, seconds: float) -> bool:
        """Wait until the request can run. The caller must then call `release`.

        Return False if the request cannot run within this number of seconds, or if the running requests are
        stuck and enough other requests wait.
        """
        with self._changed:
            if self._running < self._max_running and not self._waiting:
                self._start()
                return True
            self._waiting += 1
            try:
                return self._wait(time.monotonic() + seconds, is_excess=self._waiting > self._max_waiting)
            finally:
                self._waiting -= 1

    def release(self, seconds: float) -> None:
        """Let the next request run, after a request has run for this number of seconds."""
        with self._changed:
            self._running -= 1
            if seconds < self._stall_seconds:
                self._progress_at = time.monotonic()
            self._changed.notify()

    def _wait(self, end: float, *, is_excess: bool) -> bool:
        while self._running >= self._max_running:
            stop_at = min(end, self._progress_at + self._stall_seconds) if is_excess else end
            remaining = stop_at - time.monotonic()
            if remaining <= 0:
                return False
            self._changed.wait(remaining)
        self._start()
        return True

    def _start(self) -> None:
        if not self._running:
            self._progress_at = time.monotonic()
        self._running += 1


def limit_for(threads: int, request_seconds: float) -> ConcurrencyLimit:
    """Return the limit for a process with this number of threads.

    Args:
        threads: The number of threads.
        request_seconds: The maximum duration of a request.
    """
    reserved = max(1, round(threads * RESERVED_SHARE))
    max_running = max(1, min(MAX_RUNNING, threads - reserved))
    max_waiting = max(0, threads - reserved - max_running)
    return ConcurrencyLimit(max_running, max_waiting, request_seconds * STALL_SHARE)
