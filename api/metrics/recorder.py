"""The metrics of a process: its requests, and values that other parts of the service count themselves.

Under gunicorn, a scrape adds up the metrics of all processes (`api.metrics.folder`).
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from resource import getpagesize

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from api.web.request_records import RequestRecord

# The methods of RFC 9110 and PATCH. All other methods share one label value, so that clients cannot create
# time series.
METHODS = frozenset(["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"])
OTHER_METHODS = "other"
# The label value for requests without a route: unknown paths, and requests that were refused before their
# route was known. Requests that never reached the application also have this value as their method.
NONE = "none"
# The upper limits of the histogram in seconds. A cached response takes less than a millisecond, and
# BRIEFS_REQUEST_SECONDS is 10 by default.
DURATION_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Seconds between two publications of the values that other parts of the service count.
PUBLICATION_INTERVAL = 0.5
MEMORY_FILE = Path("/proc/self/statm")


class Metrics:
    """The metrics of this process.

    Each request changes a counter and a histogram. `publish` reads all other values.

    Attributes:
        registry: Collects the metrics of this process. Under gunicorn, a scrape reads files instead.
    """

    # `publish` reads values from the objects that count them, since writing them at each request would take
    # longer.

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = self.counter(
            "briefs_http_requests", "Requests by route, method and status.", "route", "method", "status"
        )
        self._durations = Histogram(
            "briefs_http_request_duration_seconds",
            "Time until a response was complete, without reading the request and sending.",
            ["route"],
            registry=self.registry,
            buckets=DURATION_BUCKETS,
        )
        # This opens the file of the histogram now. Otherwise, the first request would fail if the folder of
        # the metrics was removed.
        self._durations.labels(NONE)
        self._body_bytes = self.counter("briefs_http_response_bytes", "Bytes of response bodies.", "route")
        self._children: dict[tuple[str | None, str, int], tuple[Counter, Histogram, str]] = {}
        self._sent_bytes: defaultdict[str, int] = defaultdict(int)
        self._published_bytes: defaultdict[str, int] = defaultdict(int)
        self._bytes_lock, self._publication_lock = threading.Lock(), threading.Lock()
        # Functions that write the values of other parts of the service to the metrics.
        self._publishers: list[Callable[[], object]] = [self._publish_bytes]
        self._publish_process()

    def counter(self, name: str, description: str, *labels: str) -> Counter:
        """Return a new counter. `_total` is added to its name. `labels` are the names of its labels."""
        return Counter(name, description, labels, registry=self.registry)

    def gauge(self, name: str, description: str, *labels: str) -> Gauge:
        """Return a new gauge. `labels` are the names of its labels.

        A scrape returns the sum of its values in all processes that are alive.
        """
        return Gauge(name, description, labels, registry=self.registry, multiprocess_mode="livesum")

    def observe(self, record: RequestRecord) -> None:
        """Count a request, its duration and the size of its response."""
        child = self._children.get((record.route, record.method, record.status))
        if child is None:
            child = self._child(record)
        requests, durations, route = child
        requests.inc()
        durations.observe(record.seconds)
        with self._bytes_lock:
            self._sent_bytes[route] += record.body_bytes

    def count_refused(self, status: int) -> None:
        """Count a request that the worker refused with the HTTP status `status`, without the application."""
        self._requests.labels(NONE, NONE, status).inc()

    def count_from(self, counter: Counter, read: Callable[[], float]) -> None:
        """Let each call of `publish` update `counter` to the number that `read` then returns.

        This number must never decrease.
        """
        published = 0.0

        def publish() -> None:
            nonlocal published
            number = read()
            counter.inc(number - published)
            published = number

        self._publishers.append(publish)

    def gauge_from(self, gauge: Gauge, read: Callable[[], float]) -> None:
        """Let each call of `publish` set `gauge` to the value that `read` then returns."""
        self._publishers.append(lambda: gauge.set(read()))

    def publish(self) -> None:
        """Update the metrics of this process with the values that other parts of the service count."""
        with self._publication_lock:
            for publish in self._publishers:
                publish()

    def publish_repeatedly(self) -> None:
        """Start a thread that calls `publish` at a short interval.

        If a different process answers a scrape, its answer then contains the current values of this process.
        """

        def run() -> None:
            while True:
                self.publish()
                time.sleep(PUBLICATION_INTERVAL)

        threading.Thread(target=run, name="metrics", daemon=True).start()

    def _child(self, record: RequestRecord) -> tuple[Counter, Histogram, str]:
        method = record.method if record.method in METHODS else OTHER_METHODS
        key = (record.route, method, record.status)
        if key not in self._children:
            route = record.route or NONE
            requests = self._requests.labels(route, method, record.status)
            self._children[key] = requests, self._durations.labels(route), route
        return self._children[key]

    def _publish_bytes(self) -> None:
        with self._bytes_lock:
            sent = dict(self._sent_bytes)
        for route, number in sent.items():
            self._body_bytes.labels(route).inc(number - self._published_bytes[route])
            self._published_bytes[route] = number

    def _publish_process(self) -> None:
        workers = self.gauge("briefs_workers", "Worker processes that are alive.")
        cpu = self.counter("briefs_process_cpu_seconds", "CPU time of the workers.")
        self.gauge_from(workers, lambda: 1)
        self.count_from(cpu, time.process_time)
        if MEMORY_FILE.exists():
            memory = self.gauge("briefs_process_resident_memory_bytes", "Resident memory of the workers.")
            self.gauge_from(memory, _resident_bytes)


def _resident_bytes() -> int:
    return int(MEMORY_FILE.read_text().split()[1]) * getpagesize()
