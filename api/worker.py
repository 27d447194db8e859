"""The worker class of gunicorn, and the server settings that `gunicorn.conf.py` reads."""

import os
import socket
import sys
import time
from contextlib import suppress
from logging import ERROR, WARNING
from typing import Any, NamedTuple

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from api.config import SettingError, read_settings
from api.logs import log_config
from api.problems import PROBLEM_JSON, TITLES, problem
from api.web.request_ids import make_id

# The statuses of requests that gunicorn cannot parse. All other parse errors are 400.
STATUSES = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}
# A connection is closed after this many requests.
MAX_KEEPALIVE_REQUESTS = 1_000
# Seconds that a worker waits after it has accepted a connection.
ACCEPT_PAUSE = 0.0001


class ServerSettings(NamedTuple):
    """The settings that gunicorn needs: the port and the argument of `logging.config.dictConfig`."""

    port: int
    log_config: dict[str, Any]


def read_server_settings() -> ServerSettings:
    """Return the settings of gunicorn from the environment, and check the settings of the application.

    An invalid setting ends the process with one line, before any worker starts. If BRIEFS_LOG_FORMAT is
    missing or empty, this function sets it to `json` in the environment, so that workers use that format too.
    """
    os.environ["BRIEFS_LOG_FORMAT"] = os.environ.get("BRIEFS_LOG_FORMAT") or "json"
    try:
        settings = read_settings(os.environ, "instance")
    except SettingError as error:
        sys.exit(f"briefs: {error}")
    port = os.environ.get("PORT") or "8000"
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        sys.exit("briefs: PORT: must be a port number from 0 to 65535 (0 selects a free port)")
    forget_modules()
    return ServerSettings(int(port), log_config(settings.log_format, settings.log_level))


def forget_modules() -> None:
    """Make the next import of each module of `api` read its file again.

    Workers are forked from the master process, which has already imported modules of `api`. Without this
    function, a reload would combine these old modules with new modules.
    """
    for name in [name for name in sys.modules if name.partition(".")[0] == "api"]:
        del sys.modules[name]


class ServiceWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """The threaded worker of gunicorn with three changes.

    Workers share connections evenly, lose no connection when they exit, and send errors as problems (RFC
    9457).
    """

    def load_wsgi(self) -> None:
        """Load the application from the current source files.

        The modules that the master process imported before it forked are not reused, so that a reload runs
        new code.
        """
        forget_modules()
        super().load_wsgi()

    def accept(self, listener: socket.socket) -> None:
        """Accept a connection and pause, so that other workers can accept the next one.

        Otherwise, the worker that wakes up first accepts all connections of a burst and serves them as long
        as they are kept alive. Two workers then have a third of their usual throughput.
        """
        super().accept(listener)
        time.sleep(ACCEPT_PAUSE)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Handle a request, and close the connection after its request number MAX_KEEPALIVE_REQUESTS.

        The client can then reconnect to a less busy worker.
        """
        conn.requests = getattr(conn, "requests", 0) + 1
        if conn.requests >= MAX_KEEPALIVE_REQUESTS:
            req.force_close()
        return super().handle_request(req, conn)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ARG002
        """Send a problem (RFC 9457) in response to a request that cannot be parsed, and log one line.

        The response and the log line of gunicorn itself would repeat data that the client sent.
        """
        status = STATUSES.get(type(exc), 400 if isinstance(exc, errors.ParseException) else 500)
        request_id = make_id()
        extra = {"request_id": request_id, "status": status, "error": type(exc).__name__}
        self.log.error_log.log(WARNING if status < 500 else ERROR, "unreadable request", extra=extra)
        body = problem(status, "/", request_id)
        head = [
            f"HTTP/1.1 {status} {TITLES[status]}",
            "Connection: close",
            f"Content-Type: {PROBLEM_JSON}",
            f"Content-Length: {len(body)}",
            "Cache-Control: no-store",
            "X-Content-Type-Options: nosniff",
            f"X-Request-ID: {request_id}",
        ]
        with suppress(OSError):
            write_nonblock(client, "\r\n".join([*head, "", ""]).encode() + body)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop accepting connections.

        When a worker exits, it first accepts all connections that clients have already opened. Otherwise,
        they would be reset when the last worker closes the socket.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._drain(listener)

    def _drain(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        accepted = -1
        while accepted != self.nr_conns:
            accepted = self.nr_conns
            self.accept(listener)
        listener.close()
