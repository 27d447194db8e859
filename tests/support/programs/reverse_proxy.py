"""Run a real nginx, configured by docs/nginx.conf, in front of servers of the service."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from tests.support.server import ROOT, Server, find_program, free_port, running_process

CONFIGURATION = ROOT / "docs" / "nginx.conf"
NGINX = find_program("nginx")
HOST = "127.0.0.1:8000"
# The main configuration includes docs/nginx.conf and writes only into `folder`.
MAIN_CONFIGURATION = """
{user}
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    sendfile on;
    include {folder}/briefs.conf;
}}
"""


@contextmanager
def running_nginx(
    servers: Sequence[Server], folder: Path, changes: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start nginx with docs/nginx.conf in front of `servers`, and yield nginx when it answers.

    Args:
        servers: The servers. Requests that need the latest data go only to the first server.
        folder: The folder for the configuration, the cache and the logs of nginx.
        changes: Further replacements in docs/nginx.conf, from old text to new text. Ports and folders are
            always replaced.
    """
    assert NGINX
    port = free_port()
    everywhere, latest = CONFIGURATION.read_text(encoding="utf-8").split("upstream briefs_latest")
    text = f"{_hosts(everywhere, servers)}upstream briefs_latest{_hosts(latest, servers[:1])}"
    local = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/dev/shm/briefs": f"{folder}/cache",  # noqa: S108
        "/var/log/nginx": str(folder),
    }
    (folder / "briefs.conf").write_text(_replace(text, {**local, **(changes or {})}), encoding="utf-8")
    # By default, nginx of root runs as a different user, who has no access to the folders of tests.
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(MAIN_CONFIGURATION.format(user=user, folder=folder), encoding="utf-8")
    with running_process([NGINX, "-c", str(main), "-e", "stderr"], folder, os.environ, folder) as front:
        front.port = port
        front.wait_until("an answer from nginx", lambda: _answers(front))
        yield front


def _replace(text: str, changes: Mapping[str, str]) -> str:
    """Return `text` with each key of `changes` replaced by its value. Each key must occur exactly once."""
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _hosts(text: str, servers: Sequence[Server]) -> str:
    """Return the nginx configuration `text`, with the line that contains HOST once for each of `servers`."""
    (line,) = (line for line in text.splitlines() if HOST in line)
    lines = [line.replace(HOST, f"127.0.0.1:{server.port}") for server in servers]
    return _replace(text, {line: "\n".join(lines)})


def _answers(front: Server) -> bool:
    try:
        front.get("/healthz")
    except (OSError, HTTPException):
        return False
    return True
