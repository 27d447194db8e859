"""The settings of gunicorn. Options on the command line of gunicorn override them."""

from pathlib import Path

from api.metrics import hooks
from api.server.settings import read_server_settings
from api.server.start_checks import check_start
from api.server.time_limits import TIME_LIMITS
from api.server.worker import ServiceWorker

server = read_server_settings()

on_starting = check_start
bind = [server.bind, server.metrics_bind] if server.metrics_bind else server.bind
logconfig_dict = server.log_config
worker_class = ServiceWorker
workers = server.workers
threads = server.threads
# Connections of a worker at the same time, fewer than the usual limit of 1,024 open files. If more clients
# connect, a worker closes the connections whose clients have been silent for the longest time.
worker_connections = 800
# Send files like other responses, so that a slow client occupies no thread.
sendfile = False
# The other time limits of connections apply in the worker class.
keepalive = TIME_LIMITS.keepalive_seconds
graceful_timeout = TIME_LIMITS.stop_seconds
# Replace each worker after this many requests, in case a library leaks memory. The jitter keeps workers from
# being replaced at the same time.
max_requests = 1_000_000
max_requests_jitter = 100_000
# A reload loads new code only if each worker loads the application itself.
preload_app = False
# Higher than the limit of the application (4,096 bytes), so that the application answers a longer target with
# a problem.
limit_request_line = 8190
# Ignore request headers that set SCRIPT_NAME or PATH_INFO. Only BRIEFS_BASE_URL sets the path of the service.
forwarder_headers = ""
# Ignore the headers about the scheme too. Comparing the address of each client with a list would take time.
forwarded_allow_ips = "*"
secure_scheme_headers = {}
# Create no control socket in the home folder, and keep the heartbeat files in memory instead of on a disk.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# Keep the metrics of all processes together.
when_ready = hooks.when_ready
pre_fork = hooks.pre_fork
post_worker_init = hooks.post_worker_init
child_exit = hooks.child_exit
pre_exec = hooks.pre_exec
on_exit = hooks.on_exit
# The application logs its requests itself.
accesslog = None
