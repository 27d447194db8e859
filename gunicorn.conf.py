"""gunicorn's settings; any of them can be overridden on its command line."""

import os
import sys
from pathlib import Path

from api.config import SettingError, read_settings
from api.logs import log_config

# A server's log is for machines; a person at a terminal sets BRIEFS_LOG_FORMAT=text.
os.environ.setdefault("BRIEFS_LOG_FORMAT", "json")
try:
    # Here and not only in the workers, so that a malformed setting stops the start with its one line.
    settings = read_settings(os.environ, "instance")
except SettingError as error:
    sys.exit(f"briefs: {error}")

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
worker_class = "gthread"
workers = 2
threads = 4
keepalive = 5
# Above our own limit of 4,096 bytes, so that a longer target is answered as a problem.
limit_request_line = 8190
# A worker that is told to stop finishes the requests that it has.
graceful_timeout = 30
# No control socket under the home folder, and heartbeats in memory instead of on a disk.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
logconfig_dict = log_config(settings.log_format)
# The application writes one line a request itself.
accesslog = None
