"""Limit the number of expensive requests that a process handles at the same time."""

import threading
import time

# If more requests run at the same time, they wait for the interpreter lock, so none of them finishes earlier.
MAX_RUNNING = 2
# The seconds after the start of a request in which no other request starts, by database engine. SQLite runs
# in the process itself: two requests at the same time pass the interpreter lock to each other at every row,
# which takes longer than one request after the other. With PostgreSQL, a request mostly waits for the server.
ALONE_SECONDS = {"sqlite": 0.02, "postgresql": 0.0}
# Running requests are stuck, for example at a locked table, if none of them finishes within this share of the
# maximum duration of a request.
STALL_SHARE = 0.1
# The share of the threads that do not wait if the running requests are stuck.
RESERVED_SHARE = 0.25


class ConcurrencyLimit:
    """A limit on the requests that run at the same time. Further requests wait.

    Waiting requests start in the order of arrival, unless `alone_seconds` is set.

    Running requests are stuck if none of them finishes within `stall_seconds`. At most `max_waiting` requests
    wait for stuck requests, so that other threads stay free.

    Args:
        max_running: The number of requests that can run.
        max_waiting: The number of requests that can wait while the running requests are stuck.
        stall_seconds: The time after which running requests are stuck.
        alone_seconds: For this time after a request has started, no other request starts.
    """

    def __init__(
        self, max_running: int, max_waiting: int, stall_seconds: float, alone_seconds: float = 0.0
    ) -> None:
        self._max_running, self._max_waiting = max_running, max_waiting
        self._stall_seconds, self._alone_seconds = stall_seconds, alone_seconds
        self._running = self._waiting = 0
        # The times at which the running requests started.
        self._starts: list[float] = []
        # The time at which a request finished within `stall_seconds`, or started when no other ran.
        self._progress_at = float("-inf")
        self._changed = threading.Condition()

    @property
    def running(self) -> int:
        """The number of requests that run."""
        return self._running

    @property
    def waiting(self) -> int:
        """The number of requests that wait until they can run."""
        return self._waiting

    def acquire(self, seconds: float) -> bool:
        """Wait until the request of this thread can run, and return True.

        Return False if the request cannot run within `seconds`, or if too many requests wait for stuck
        requests. After True, the caller must call `release` when the request has finished.
        """
        with self._changed:
            if not self._waiting and self._full_seconds(time.monotonic()) <= 0:
                self._start()
                return True
            self._waiting += 1
            try:
                return self._wait(time.monotonic() + seconds, is_excess=self._waiting > self._max_waiting)
            finally:
                self._waiting -= 1

    def release(self, seconds: float) -> None:
        """Record that a request has finished after `seconds`, and let the next request run."""
        with self._changed:
            self._running -= 1
            now = time.monotonic()
            if self._starts:
                self._starts.remove(min(self._starts, key=lambda start: abs(now - seconds - start)))
            if seconds < self._stall_seconds:
                self._progress_at = now
            self._changed.notify()

    def _wait(self, end: float, *, is_excess: bool) -> bool:
        while (full_seconds := self._full_seconds(now := time.monotonic())) > 0:
            stop_at = min(end, self._progress_at + self._stall_seconds) if is_excess else end
            if stop_at <= now:
                return False
            self._changed.wait(min(stop_at - now, full_seconds))
        self._start()
        return True

    def _full_seconds(self, now: float) -> float:
        """Return the seconds until the next request can start, if no running request finishes earlier.

        A result of 0 or less means that the next request can start at once. `now` is the current time, as a
        value of `time.monotonic`.
        """
        if self._running >= self._max_running:
            return float("inf")
        return max(self._starts, default=float("-inf")) + self._alone_seconds - now

    def _start(self) -> None:
        now = time.monotonic()
        if not self._running:
            self._progress_at = now
        self._starts.append(now)
        self._running += 1


def limit_for(threads: int, request_seconds: float, engine: str = "postgresql") -> ConcurrencyLimit:
    """Return the limit on running requests for a process of the service.

    Args:
        request_seconds: The maximum duration of a request.
        engine: The database engine, `sqlite` or `postgresql`.
    """
    reserved = max(1, round(threads * RESERVED_SHARE))
    max_running = max(1, min(MAX_RUNNING, threads - reserved))
    max_waiting = max(0, threads - reserved - max_running)
    stall_seconds = request_seconds * STALL_SHARE
    return ConcurrencyLimit(max_running, max_waiting, stall_seconds, ALONE_SECONDS[engine])
