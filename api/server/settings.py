"""The settings of the HTTP server, gunicorn or granian."""

import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from api.config import SettingError, Settings, read_settings
from api.database.sqlite import FILE_VARIABLE, file_identity
from api.logs.configuration import log_config, stderr_writer

INSTANCE = Path(__file__).parents[2] / "instance"


class ServerSettings(NamedTuple):
    """The settings that the server needs.

    Attributes:
        bind: The address of the service: `host:port`, or `unix:` and a path.
        metrics_bind: The separate address of the metrics, or an empty text.
        log_config: The argument of `logging.config.dictConfig`.
    """

    bind: str
    metrics_bind: str
    workers: int
    threads: int
    log_config: dict[str, Any]


def read_server_settings(*, queues_log: bool = True) -> ServerSettings:
    """Return the settings of the server from the environment, and check the settings of the application.

    If a setting is invalid, the process exits with a message. The environment gets two variables for the
    workers: BRIEFS_LOG_FORMAT, unless it has a value, and FILE_VARIABLE, the device and inode of the SQLite
    file.

    Args:
        queues_log: True to let a separate thread write the log of the server.
    """
    os.environ["BRIEFS_LOG_FORMAT"] = default_log_format()
    settings, bind = check_settings()
    os.environ[FILE_VARIABLE] = file_identity(settings.database_url, INSTANCE)
    _forget_modules()
    logging_settings = log_config(settings, stderr_writer(settings) if queues_log else None)
    return ServerSettings(bind, settings.metrics_bind, settings.workers, settings.threads, logging_settings)


def default_log_format() -> str:
    """Return the log format from the environment variable BRIEFS_LOG_FORMAT.

    If it is missing or empty, return `short` if standard error is a terminal, and otherwise `json`.
    """
    return os.environ.get("BRIEFS_LOG_FORMAT") or ("short" if sys.stderr.isatty() else "json")


def check_settings() -> tuple[Settings, str]:
    """Return the settings of the application from the environment, and the address to listen on.

    The variable PORT replaces the port of BRIEFS_BIND. If a setting is invalid, the process exits with a
    message.
    """
    try:
        settings = read_settings(os.environ, str(INSTANCE))
    except SettingError as error:
        sys.exit(f"briefs: {error}")
    bind = with_port(settings.bind, os.environ.get("PORT", ""))
    # The service recognizes requests to the second address by the port.
    if settings.metrics_bind and settings.metrics_bind.rpartition(":")[2] == bind.rpartition(":")[2]:
        sys.exit("briefs: BRIEFS_METRICS_BIND: must have a different port than BRIEFS_BIND")
    return settings, bind


def with_port(bind: str, port: str) -> str:
    """Return the address `bind` with the port `port`.

    If `port` is invalid, the process exits with a message of one line. If `port` is empty or `bind` is a Unix
    socket, return `bind` unchanged.
    """
    if not port:
        return bind
    if not (port.isascii() and port.isdigit() and int(port) <= 65535):
        sys.exit("briefs: PORT: must be a port number from 0 to 65535 (0 selects a free port)")
    return bind if bind.startswith("unix:") else f"{bind.rpartition(':')[0]}:{port}"


def _forget_modules() -> None:
    """Make the next import of each module of `api` and of prometheus_client read its file again."""
    # The master process imports modules when it reads its settings. Workers, which are forked from it, and
    # the next reload would use these old modules. prometheus_client decides at its import whether it keeps
    # metrics in files.
    for name in [name for name in sys.modules if name.partition(".")[0] in ("api", "prometheus_client")]:
        del sys.modules[name]
