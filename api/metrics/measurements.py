"""Publish counters and sizes of other parts of the service, such as the hits of the cache, as metrics."""

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool

from api.admission.middleware import OUTCOMES, Admission
from api.logs.writer import LogWriter
from api.metrics.recorder import Metrics
from api.web.byte_cache import ByteCache
from api.web.limits.concurrency_limit import ConcurrencyLimit


def measure_cache(metrics: Metrics, cache: ByteCache) -> None:
    """Add to `metrics` the requests to `cache`, its stored responses and its size in bytes.

    The requests are counted by result: hit, miss, or stale (an answer from `cache` while the database
    was unavailable).
    """
    requests = metrics.counter(
        "briefs_cache_requests",
        "Requests to the byte cache: hit, miss, or stale (sent while the database was unavailable).",
        "result",
    )
    metrics.count_from(requests.labels("hit"), lambda: cache.hits)
    metrics.count_from(requests.labels("miss"), lambda: cache.misses)
    metrics.count_from(requests.labels("stale"), lambda: cache.stale_hits)
    responses = metrics.gauge("briefs_cache_responses", "Responses in the byte caches of all workers.")
    size = metrics.gauge("briefs_cache_bytes", "Size of the byte caches of all workers.")
    metrics.gauge_from(responses, lambda: cache.responses)
    metrics.gauge_from(size, lambda: cache.bytes)


def measure_connections(metrics: Metrics, engines: Mapping[str | None, Engine]) -> None:
    """Add to `metrics` how many database connections each engine has open, in use and idle.

    `engines` has the engines by their Flask-SQLAlchemy bind key, which is None for the default engine.
    """
    connections = metrics.gauge(
        "briefs_database_connections",
        "Open database connections: in use by requests, or idle.",
        "engine",
        "state",
    )
    for name, engine in engines.items():
        label = name.lower() if name else "requests"
        metrics.gauge_from(connections.labels(label, "in_use"), partial(_checked_out, engine))
        metrics.gauge_from(connections.labels(label, "idle"), partial(_checked_in, engine))


def measure_admission(metrics: Metrics, admission: Admission) -> None:
    """Add to `metrics` how many requests `admission` has admitted and refused, by outcome (OUTCOMES)."""
    decisions = metrics.counter("briefs_admission_decisions", "Decisions of limits and API keys.", "outcome")
    for outcome in OUTCOMES:
        metrics.count_from(decisions.labels(outcome), partial(admission.outcomes.__getitem__, outcome))


def measure_log(metrics: Metrics, writer: LogWriter | None) -> None:
    """Add to `metrics` the number of log lines that `writer` has dropped.

    The number is 0 if `writer` is None.
    """
    dropped = metrics.counter(
        "briefs_log_dropped_lines", "Log lines that were dropped because the reader of the log was too slow."
    )
    if writer:
        metrics.count_from(dropped, lambda: writer.dropped_lines)


def measure_running(metrics: Metrics, limit: ConcurrencyLimit) -> None:
    """Add to `metrics` how many requests are running and how many are waiting, as counted by `limit`.

    Requests that are answered from the cache of responses are not counted.
    """
    requests = metrics.gauge(
        "briefs_requests_in_progress", "Requests that the byte cache passed on: running or waiting.", "state"
    )
    metrics.gauge_from(requests.labels("running"), lambda: limit.running)
    metrics.gauge_from(requests.labels("waiting"), lambda: limit.waiting)


def _checked_out(engine: Engine) -> int:
    # `Engine.dispose` replaces the pool.
    return engine.pool.checkedout() if isinstance(engine.pool, QueuePool) else 0


def _checked_in(engine: Engine) -> int:
    return engine.pool.checkedin() if isinstance(engine.pool, QueuePool) else 0
