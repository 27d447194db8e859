"""Functions that gunicorn calls (server hooks), so that the metrics of all processes are kept together."""

import os
import sys
from pathlib import Path
from typing import Any

from api.metrics.exposition import METRICS
from api.metrics.folder import (
    MULTIPROCESS_FOLDER,
    FolderInUseError,
    archive_process,
    close_folder,
    open_folder,
)


def when_ready(server: Any) -> None:
    """Open the folder for metrics before the first worker starts."""
    # gunicorn sets `master_pid` in a process that replaces a running master process (USR2).
    inherited = os.environ.get(MULTIPROCESS_FOLDER) if server.master_pid else None
    try:
        folder = open_folder(os.environ.get("BRIEFS_METRICS_DIR", ""), inherited)
    except FolderInUseError:
        sys.exit("briefs: BRIEFS_METRICS_DIR: a different service uses this folder")
    except OSError as error:
        sys.exit(f"briefs: BRIEFS_METRICS_DIR: cannot write to this folder ({error.strerror})")
    os.environ[MULTIPROCESS_FOLDER] = str(folder)


def post_worker_init(worker: Any) -> None:
    """Let a worker that has loaded the application count its connections and publish its metrics.

    Do nothing for other applications and kinds of workers, which the benchmarks run with gunicorn.conf.py.
    """
    if METRICS not in getattr(worker.wsgi, "extensions", {}) or not hasattr(worker, "connections"):
        return
    metrics = worker.wsgi.extensions[METRICS].metrics
    connections = metrics.gauge("briefs_connections", "Open connections of clients.")
    metrics.gauge_from(connections, lambda: len(worker.connections))
    worker.count_refused = metrics.count_refused
    metrics.publish_repeatedly()


def child_exit(_: Any, worker: Any) -> None:
    """Keep the counters of a worker that has ended, and remove its gauges."""
    archive_process(Path(os.environ[MULTIPROCESS_FOLDER]), worker.pid)


def pre_exec(server: Any) -> None:
    """Pass the folder for metrics to the master process that replaces this process."""
    server.cfg.env_orig[MULTIPROCESS_FOLDER] = os.environ[MULTIPROCESS_FOLDER]


def on_exit(_: Any) -> None:
    """Remove the files of the metrics when the master process ends."""
    folder = os.environ.get(MULTIPROCESS_FOLDER)
    if folder:
        close_folder(Path(folder))
