"""The metrics of all processes and of the database, as the text that Prometheus reads."""

import logging
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from api import __version__
from api.metrics.folder import MULTIPROCESS_FOLDER, lock_to_create, lock_to_read
from api.metrics.recorder import Metrics

# The key in `app.extensions` of the `Exposition` of an application.
METRICS = "briefs-metrics"

log = logging.getLogger("briefs.metrics")


class BuildCollector(Collector):
    """The version of the service, as the label of a gauge that is always 1."""

    def collect(self) -> Iterable[Metric]:
        """Yield the gauge `briefs_build_info`, whose label is the version of the service."""
        build = GaugeMetricFamily("briefs_build_info", "Version of the service.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build


class FolderCollector(MultiProcessCollector):
    """The metrics of all processes, from the files in the folder `path`."""

    def __init__(self, registry: CollectorRegistry, path: str) -> None:
        super().__init__(registry, path)  # type: ignore[no-untyped-call]
        self._folder = Path(path)

    def collect(self) -> Iterable[Metric]:
        """Return the metrics. Meanwhile, no process creates or moves files."""
        with lock_to_read(self._folder):
            return list(super().collect())  # type: ignore[no-untyped-call]


class Exposition:
    """The metrics of this process, and the text with the metrics of all processes.

    Under gunicorn, the folder `PROMETHEUS_MULTIPROC_DIR` contains the metrics of all processes.

    Attributes:
        metrics: The metrics of this process, which count its requests.
    """

    def __init__(self) -> None:
        path = os.environ.get(MULTIPROCESS_FOLDER)
        self._folder = Path(path) if path else None
        with lock_to_create(self._folder):
            self.metrics = Metrics()
        self._registry = self.metrics.registry
        if path:
            self._registry = CollectorRegistry()
            FolderCollector(self._registry, path)
        self.register([BuildCollector()])

    def register(self, collectors: Sequence[Collector]) -> None:
        """Add the metrics of `collectors` to each scrape. Their values must be the same in all processes."""
        for collector in collectors:
            self._registry.register(collector)

    def text(self, accept: str) -> tuple[bytes, str]:
        """Return the metrics in the format that the header `Accept` prefers, and the content type.

        If the folder of metric files was removed, the metrics of requests are missing until the service is
        reloaded.
        """
        self.metrics.publish()
        if self._folder and not self._folder.is_dir():
            log.warning("the folder for metrics was removed; reload the service to count requests again")
        encode, content_type = choose_encoder(accept)
        return encode(self._registry), content_type
