"""Metrics that are read from the database: corpus revision, last change and number of articles."""

import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import Row, func, select
from sqlalchemy.exc import SQLAlchemyError

from api.database.statement_reader import StatementReader
from api.models import Article, Change, Corpus

# Prometheus waits for ten seconds by default.
MAX_WAIT_SECONDS = 2.0
STATEMENT = select(
    Corpus.revision,
    select(func.count()).select_from(Article).scalar_subquery().label("articles"),
    select(Change.changed_at).order_by(Change.sequence.desc()).limit(1).scalar_subquery().label("changed_at"),
)


class CorpusCollector(Collector):
    """Reads the metrics of the database at each scrape.

    If the database fails or does not answer in time, only `briefs_database_up` is returned, with the value 0.

    Args:
        max_wait_seconds: How long a scrape waits for the database.
    """

    # The values are the same in all processes, so only the process that answers the scrape reads them.

    def __init__(self, reader: StatementReader, max_wait_seconds: float = MAX_WAIT_SECONDS) -> None:
        self._reader, self._max_wait_seconds = reader, max_wait_seconds
        self._lock = threading.Lock()
        self._query = _Query(reader)

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics of the database."""
        row = self._read()
        yield _gauge("briefs_database_up", "1 if the database answers.", row is not None)
        if row is None:
            return
        yield _gauge("briefs_corpus_revision", "Corpus revision, which each change increments.", row.revision)
        yield _gauge("briefs_articles", "Articles in the database.", row.articles)
        if row.changed_at is not None:
            changed_at = row.changed_at.timestamp()
            age, name = max(0.0, time.time() - changed_at), "briefs_corpus_last_change_timestamp_seconds"
            yield _gauge(name, "Time of the last change.", changed_at)
            yield _gauge("briefs_corpus_age_seconds", "Time since the last change.", age)

    def describe(self) -> Iterable[Metric]:
        """Return no metrics, so that registering the collector does not read from the database."""
        return []

    def _read(self) -> Row[Any] | None:
        with self._lock:
            # While a query hangs, scrapes wait for this query instead of starting a new query.
            if not self._query.is_alive():
                self._query = _Query(self._reader)
                self._query.start()
            query = self._query
        query.join(self._max_wait_seconds)
        return query.row


class _Query(threading.Thread):
    """A thread that reads the metrics of the database.

    `row` is the result of the query, or None until the query has succeeded.
    """

    def __init__(self, reader: StatementReader) -> None:
        super().__init__(name="corpus-metrics", daemon=True)
        self._reader = reader
        self.row: Row[Any] | None = None

    def run(self) -> None:
        with suppress(SQLAlchemyError):
            self.row = self._reader.fetch_one(STATEMENT, {})


def _gauge(name: str, description: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, description, value=float(value))
