"""Server hooks of gunicorn and granian for the folder with the metric files of all processes.

The hooks open the folder, add up the counters of workers that have ended, and remove the folder at the end.
"""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api.metrics.exposition import METRICS
from api.metrics.folder import (
    MULTIPROCESS_FOLDER,
    FolderInUseError,
    archive_process,
    close_folder,
    ended_processes,
    open_folder,
    restore_folder,
)

CONFIGURED_FOLDER = "BRIEFS_METRICS_DIR"

log = logging.getLogger("briefs.metrics")


def when_ready(server: Any) -> None:
    """Open the folder for metrics before the first worker of gunicorn starts."""
    # gunicorn sets `master_pid` in a process that replaces a running master process (USR2).
    start_folder(os.environ.get(MULTIPROCESS_FOLDER) if server.master_pid else None)


def start_folder(inherited: str | None = None) -> None:
    """Open the folder for metrics, or exit with a message of one line if the folder cannot be used.

    Args:
        inherited: The folder of the master process that this process replaces, or None.
    """
    try:
        folder = open_folder(os.environ.get(CONFIGURED_FOLDER, ""), inherited)
    except FolderInUseError:
        sys.exit(f"briefs: {CONFIGURED_FOLDER}: a different service uses this folder")
    except OSError as error:
        sys.exit(f"briefs: {CONFIGURED_FOLDER}: cannot write to this folder ({error.strerror})")
    os.environ[MULTIPROCESS_FOLDER] = str(folder)


def pre_fork(_: Any, __: Any) -> None:
    """Ensure that the folder for metrics exists and is open before a worker starts.

    If the folder cannot be used, the worker keeps its metrics in memory.
    """
    # The folder is not open yet if an earlier release without metrics started the master process, and the
    # signal HUP then loaded this release.
    path = os.environ.pop(MULTIPROCESS_FOLDER, "")
    with _logged_failure("each worker has its own metrics, since there is no folder for metrics"):
        if path:
            restore_folder(Path(path))
        else:
            path = str(open_folder(os.environ.get(CONFIGURED_FOLDER, "")))
        os.environ[MULTIPROCESS_FOLDER] = path


def post_worker_init(worker: Any) -> None:
    """Start to publish the metrics of a worker that has loaded the application.

    Also set `worker.base_url`, the prefix of the URLs in its error responses. Do nothing for worker
    classes and applications of others.
    """
    # The benchmarks run other applications and worker classes with the same gunicorn.conf.py.
    if METRICS not in getattr(worker.wsgi, "extensions", {}) or not hasattr(worker, "connections"):
        return
    metrics = worker.wsgi.extensions[METRICS].metrics
    connections = metrics.gauge("briefs_connections", "Open connections of clients.")
    metrics.gauge_from(connections, lambda: len(worker.connections))
    worker.count_refused = metrics.count_refused
    worker.base_url = worker.wsgi.config["BRIEFS_SETTINGS"].base_url
    metrics.publish_repeatedly()


def child_exit(_: Any, worker: Any) -> None:
    """Keep the counters of a worker that has ended, and remove its gauges."""
    archive_worker(worker.pid)


def archive_worker(pid: int) -> None:
    """Keep the counters of the process `pid`, which ends or has ended, and remove its gauges."""
    folder = _folder()
    if folder and folder.is_dir():
        with _logged_failure("the counters of a worker were lost"):
            archive_process(folder, pid)


def archive_ended_workers() -> None:
    """Keep the counters of all workers that have ended, and remove their gauges."""
    folder = _folder()
    if folder and folder.is_dir():
        for pid in ended_processes(folder):
            archive_worker(pid)


def pre_exec(server: Any) -> None:
    """Pass the folder for metrics to the new master process of gunicorn.

    gunicorn calls this hook before it starts a new master process to replace this process.
    """
    folder = _folder()
    if folder:
        server.cfg.env_orig[MULTIPROCESS_FOLDER] = str(folder)


def on_exit(_: Any) -> None:
    """Remove the files of the metrics when the master process ends."""
    folder = _folder()
    if folder:
        with _logged_failure("the files of the metrics were not removed"):
            close_folder(folder)


def _folder() -> Path | None:
    path = os.environ.get(MULTIPROCESS_FOLDER)
    return Path(path) if path else None


# An exception in a hook would end the master process. After the start, a failure is therefore only logged.
@contextmanager
def _logged_failure(consequence: str) -> Iterator[None]:
    """Log an exception in the `with` body as one line, and continue after the body.

    `consequence` is the part of the line that says what the failure leads to.
    """
    try:
        yield
    except Exception as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        log.error(consequence, extra={"reason": reason})
