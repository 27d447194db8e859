"""gunicorn's settings; each can be overridden on its command line."""

from pathlib import Path

from api.worker import read_server_settings

server = read_server_settings()

bind = f"127.0.0.1:{server.port}"
logconfig_dict = server.log_config
worker_class = "api.worker.ServiceWorker"
# One for each core. Each has its own cache of BRIEFS_CACHE_BYTES.
workers = 2
# With one thread a slow request delays all others of its worker. More than four wait for the interpreter
# rather than for the database.
threads = 4
# Seconds that a connection can be idle. A proxy must close its idle connections earlier.
keepalive = 5
# No memory leak is known. If a library has one, a worker is replaced in time, and never all workers at once.
max_requests = 1_000_000
max_requests_jitter = 100_000
# A reload loads new code only if each worker loads the application itself.
preload_app = False
# Above the application's limit of 4,096 bytes, so that a longer target is answered with a problem.
limit_request_line = 8190
# Neither a client nor a proxy decides under which path the service is mounted; BRIEFS_BASE_URL does.
forwarder_headers = ""
# Seconds that a stopping worker has to finish its requests.
graceful_timeout = 30
# No control socket in the home folder, and heartbeats in memory instead of on a disk.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The application logs its requests itself.
accesslog = None
