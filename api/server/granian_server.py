"""`python -m api.server.granian_server`: serve the application with granian instead of gunicorn.

granian answers more requests per second, but does less for slow and faulty clients: see
docs/deployment/granian.md. The settings of the service are the same.
"""

import logging.config
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings

from api.metrics import hooks
from api.metrics.exposition import METRICS
from api.server.granian_requests import GranianRequests
from api.server.settings import ServerSettings, read_server_settings
from api.server.start_checks import check_address, log_warnings
from api.server.time_limits import TIME_LIMITS

# The size of the buffer for the head of a request.
MAX_HEAD_BYTES = 65_536
PROJECT = Path(__file__).parents[2]


def load_application(target: str) -> WSGIApplication:
    """Return the application for a new worker of granian, and start to publish the metrics of the worker.

    Args:
        target: The module and the name of the application, separated by `:`.
    """
    # Until granian handles signals in this process, the handlers of the master process would ignore them.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    sys.path.insert(0, str(PROJECT))
    hooks.archive_ended_workers()
    module, _, name = target.partition(":")
    app = getattr(import_module(module), name)
    metrics = app.extensions[METRICS].metrics
    metrics.publish_repeatedly()
    # The functions of `atexit` are not called in this process. A thread that is not a daemon is waited for.
    threading.Thread(target=close_after_main_thread, args=[partial(close, app)], name="close").start()
    return GranianRequests(app, app.config["BRIEFS_SETTINGS"], metrics.count_refused)


def close_after_main_thread(close: Callable[[], object]) -> None:
    """Wait until the main thread of this process has ended, then call `close`."""
    threading.main_thread().join()
    close()


def close(app: Any) -> None:
    """Close the application of a worker that ends, and write the rest of its log.

    The counters of the worker remain in the metrics of the service.
    """
    import_module("api.app").close_app(app)
    hooks.archive_worker(os.getpid())
    import_module("api.logs.configuration").flush_log()


def make_server(target: str, settings: ServerSettings) -> Granian:
    """Return the server of granian, configured by the settings of the service.

    If granian does not support a setting, the process exits with a message.

    Args:
        target: The module and the name of the application, separated by `:`.
    """
    if settings.metrics_bind:
        sys.exit(
            "briefs: BRIEFS_METRICS_BIND: granian listens on one address only; use gunicorn, or unset it"
        )
    host, _, port = settings.bind.rpartition(":")
    is_socket = settings.bind.startswith("unix:")
    if not is_socket:
        check_address(host.strip("[]"), int(port))
    server = Granian(
        target,
        address=host.strip("[]"),
        port=0 if is_socket else int(port),
        uds=Path(settings.bind.removeprefix("unix:")) if is_socket else None,
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=settings.threads,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(TIME_LIMITS.head_seconds * 1000), max_buffer_size=MAX_HEAD_BYTES
        ),
        websockets=False,
        log_dictconfig=settings.log_config,
        respawn_failed_workers=True,
        workers_kill_timeout=TIME_LIMITS.stop_seconds,
    )
    server.on_startup(hooks.start_folder)
    server.on_shutdown(partial(hooks.on_exit, None))
    return server


def main(target: str = "wsgi:app") -> None:
    """Serve the application `target`, a text such as `module:name`, until the process is told to stop."""
    settings = read_server_settings(queues_log=False)
    logging.config.dictConfig(settings.log_config)
    server = make_server(target, settings)
    log_warnings(settings.workers)
    server.serve(target_loader=load_application)


if __name__ == "__main__":
    main(*sys.argv[1:2])
