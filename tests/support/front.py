"""A real nginx with docs/nginx.conf in front of servers, for tests and measurements."""

import os
import shutil
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

from tests.support.server import ROOT, Server, running

CONFIGURATION = ROOT / "docs" / "nginx.conf"
# A user's path has no sbin.
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
HOST = "127.0.0.1:8000"
# What /etc/nginx/nginx.conf says on a server, and that nothing is written outside `folder`.
MAIN = """
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
    {more}
}}
"""


@contextmanager
def fronting(
    servers: Sequence[Server], folder: Path, changes: Mapping[str, str] | None = None, more: str = ""
) -> Iterator[Server]:
    """Start nginx in front of `servers`, the first of them the latest, and give it when it answers.

    Of its configuration ports and folders differ from docs/nginx.conf, and what `changes` names; `more` is
    added to it.
    """
    assert NGINX
    port = free_port()
    everywhere, latest = CONFIGURATION.read_text(encoding="utf-8").split("upstream briefs_latest")
    text = f"{_hosts(everywhere, servers)}upstream briefs_latest{_hosts(latest, servers[:1])}"
    ours = {
        "listen 80;": f"listen 127.0.0.1:{port};",
        "/dev/shm/briefs": f"{folder}/cache",  # noqa: S108
        "/var/log/nginx": str(folder),
    }
    (folder / "briefs.conf").write_text(_replaced(text, {**ours, **(changes or {})}), encoding="utf-8")
    # Under root nginx takes another user, who may not enter the folders of tests.
    user = "user root;" if os.geteuid() == 0 else ""
    main = folder / "nginx.conf"
    main.write_text(MAIN.format(user=user, folder=folder, more=more), encoding="utf-8")
    with running([NGINX, "-c", str(main), "-e", "stderr"], folder, os.environ, folder) as front:
        front.port = port
        front.wait_until("an answer from nginx", lambda: _answers(front))
        yield front


def _replaced(text: str, changes: Mapping[str, str]) -> str:
    """Give `text` with each of `changes`, which must be in it just once."""
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def _hosts(text: str, servers: Sequence[Server]) -> str:
    """Give `text` with its line of one host once for each of `servers`."""
    (line,) = (line for line in text.splitlines() if HOST in line)
    lines = [line.replace(HOST, f"127.0.0.1:{server.port}") for server in servers]
    return _replaced(text, {line: "\n".join(lines)})


def _answers(front: Server) -> bool:
    try:
        front.get("/healthz")
    except (OSError, HTTPException):
        return False
    return True


def free_port() -> int:
    """Give the number of a port that nothing listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port
