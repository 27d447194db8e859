"""gunicorn's settings; any of them can be overridden on its command line."""

import os
import socket
import sys
import time
from contextlib import suppress
from logging import ERROR, WARNING
from pathlib import Path
from typing import Any

from gunicorn.http import errors
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from api.config import SettingError, read_settings
from api.logs import log_config
from api.problems import PROBLEM_JSON, TITLES, problem
from api.web.request_ids import make_id

# What is answered to a request that cannot be read, if not 400.
STATUSES = {
    errors.LimitRequestLine: 414,
    errors.ExpectationFailed: 417,
    errors.LimitRequestHeaders: 431,
    errors.UnsupportedTransferCoding: 501,
    errors.InvalidResponseHeader: 500,
    errors.InvalidResponseHeaderName: 500,
}
# Requests that a connection carries before the client is told to open another one.
KEEPALIVE_REQUESTS = 1_000
# Seconds that a worker lets go by after it has accepted a connection.
ACCEPT_PAUSE = 0.0001


class ServiceWorker(ThreadWorker):
    """gunicorn's threaded worker, with a share for others, an end to each connection, problems, a better end.

    Connections are accepted by whichever worker is awake first, and of many that come at once all by the same
    one, which then does all the work for as long as they are kept alive: a third of what two can do. So it
    waits a moment after each, until the others are awake. And a connection ends at some time: a client that
    connects anew comes to a worker that has time for it.

    As it stops it also answers what waits in the listen queue: gunicorn leaves those connections to be reset
    when the last worker closes the socket.

    Its own answers to what cannot be read are pages that repeat it, and so are its lines in the log.
    """

    def handle_request(self, req: Any, conn: Any) -> Any:
        conn.requests = getattr(conn, "requests", 0) + 1
        if conn.requests >= KEEPALIVE_REQUESTS:
            req.force_close()
        return super().handle_request(req, conn)

    def accept(self, listener: socket.socket) -> None:
        super().accept(listener)
        time.sleep(ACCEPT_PAUSE)

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:  # noqa: ARG002
        status = STATUSES.get(type(exc), 400 if isinstance(exc, errors.ParseException) else 500)
        request_id = make_id()
        about = {"request_id": request_id, "status": status, "error": type(exc).__name__}
        self.log.error_log.log(WARNING if status < 500 else ERROR, "unreadable request", extra=about)
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
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listener in self.sockets:
                self._drain(listener)

    def _drain(self, listener: socket.socket) -> None:
        listener.setblocking(False)
        taken = -1
        while taken != self.nr_conns:
            taken = self.nr_conns
            self.accept(listener)
        listener.close()


# A server's log is for machines; a person at a terminal sets BRIEFS_LOG_FORMAT=text.
os.environ["BRIEFS_LOG_FORMAT"] = os.environ.get("BRIEFS_LOG_FORMAT") or "json"
try:
    # Here and not only in the workers, so that a malformed setting stops the start with its one line.
    settings = read_settings(os.environ, "instance")
except SettingError as error:
    sys.exit(f"briefs: {error}")

port = os.environ.get("PORT") or "8000"
if not (port.isascii() and port.isdigit() and int(port) <= 65535):
    sys.exit("briefs: PORT: must be the number of a port, up to 65535 (0 takes a free one)")
logconfig_dict = log_config(settings.log_format, settings.log_level)
# A reload forks workers from this process: what it knows of our code by now would be the code of before.
for name in [name for name in sys.modules if name.partition(".")[0] == "api"]:
    del sys.modules[name]

bind = f"127.0.0.1:{port}"
worker_class = ServiceWorker
# One a core. Each has a cache of its own, of BRIEFS_CACHE_BYTES.
workers = 2
# With one thread a slow request holds up all others of its worker; more than four wait for the interpreter,
# and not for the database.
threads = 4
# Seconds that a connection may be idle. A proxy keeps its own open for less, or sends into a closed one.
keepalive = 5
# Nothing is known to leak; should a library, a worker is gone before it matters, and never all at once.
max_requests = 1_000_000
max_requests_jitter = 100_000
# A reload is to bring new code, and a worker of its own takes a second to start.
preload_app = False
# Above our own limit of 4,096 bytes, so that a longer target is answered as a problem.
limit_request_line = 8190
# No client and no proxy says under which path the service stands; BRIEFS_BASE_URL does.
forwarder_headers = ""
# A worker that is told to stop finishes the requests that it has.
graceful_timeout = 30
# No control socket under the home folder, and heartbeats in memory instead of on a disk.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The application writes one line a request itself.
accesslog = None
