"""Check the environment variables, and the addresses that gunicorn listens on, before gunicorn starts."""

import errno
import logging
import os
import socket
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from gunicorn import systemd

from api.logs.configuration import flush_log

# Variables that hosting platforms set by themselves, and that the service ignores. For each variable: the
# setting to use instead, and the purpose of this setting.
IGNORED_VARIABLES = {
    "DATABASE_REPLICA_URL": ("DATABASE_URL", "to read from a replica"),
    "REDIS_URL": ("BRIEFS_RATE_LIMIT_STORAGE", "to count requests in Redis"),
    "WEB_CONCURRENCY": ("BRIEFS_WORKERS", "to choose the number of workers"),
}

SEPARATE_COUNTS = (
    "each worker counts requests for itself, so a client can send more than BRIEFS_RATE_LIMIT; to count them "
    "together, set BRIEFS_RATE_LIMIT_STORAGE"
)

NO_BASE_URL = (
    "BRIEFS_BASE_URL is not set, so links are paths, which many feed readers cannot follow; set it to the "
    "public address of the service"
)

log = logging.getLogger("briefs.settings")


def check_start(server: Any) -> None:
    """Check the environment variables, and the addresses that gunicorn will listen on.

    Log the warnings about the environment variables. If an address cannot be used, exit with a one-line
    message. `server` is the master process of gunicorn.
    """
    # If an address is in use, gunicorn itself would try again for five seconds and log each failure. No check
    # is needed if systemd, or the master process that this process replaces, has already opened the sockets.
    if not server.master_pid and not systemd.listen_fds(unset_environment=False):
        for address in server.cfg.address:
            if isinstance(address, tuple):
                check_address(*address)
    log_warnings(server.cfg.workers)


def log_warnings(workers: int) -> None:
    """Log the warnings about the environment variables. `workers` is the number of worker processes."""
    for warning in warnings_about(os.environ, workers):
        log.warning(warning)


def warnings_about(environ: Mapping[str, str], workers: int = 1) -> Iterator[str]:
    """Yield warnings about the environment variables in `environ`, as texts for the log.

    No warning contains a value, since values can be secret. There are warnings about three mistakes:

    - A variable in IGNORED_VARIABLES is set instead of the setting that the service reads.
    - BRIEFS_BASE_URL is not set.
    - BRIEFS_RATE_LIMIT is set, but several workers count the requests separately.
    """
    for variable, (setting, purpose) in IGNORED_VARIABLES.items():
        value, chosen = environ.get(variable, ""), environ.get(setting, "")
        # A setting that begins with BRIEFS_ can have any value. Another setting must have the same value.
        is_chosen = chosen == value or (chosen and setting.startswith("BRIEFS_"))
        if value and not is_chosen:
            yield f"{variable} is ignored; {purpose}, set {setting}"
    if not environ.get("BRIEFS_BASE_URL"):
        yield NO_BASE_URL
    if workers > 1 and environ.get("BRIEFS_RATE_LIMIT") and not environ.get("BRIEFS_RATE_LIMIT_STORAGE"):
        yield SEPARATE_COUNTS


def check_address(host: str, port: int) -> None:
    """Exit with a one-line message if the address cannot be used, for example because it is in use."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        reason = "it is in use" if error.errno == errno.EADDRINUSE else error.strerror
        is_metrics = f"{host}:{port}" == os.environ.get("BRIEFS_METRICS_BIND")
        setting = "BRIEFS_METRICS_BIND" if is_metrics else "PORT to a free port, or BRIEFS_BIND"
        hint = f"set {setting} to a free address"
        flush_log()
        sys.exit(f"briefs: cannot listen on {host} port {port}: {reason}; {hint}")
