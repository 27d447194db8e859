"""Tests of the service under the server granian: settings, log, metrics, reload and stop.

`test_raw_requests` tests the responses of granian and gunicorn to unusual HTTP requests.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.support.metrics import requests_in, scrape, value
from tests.support.server import (
    ROOT,
    Server,
    clean_environ,
    is_answering,
    running_granian,
    running_process,
)

APPLICATION = "tests.support.waiting:app"
COMMAND = [sys.executable, "-m", "api.server.granian_server"]


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server that is shared by all tests which do not reload or stop it."""
    with running_granian(database, tmp_path_factory.mktemp("server"), BRIEFS_RATE_LIMIT="1000/day") as server:
        yield server


def workers(server: Server) -> list[int]:
    """Return the process ids of all workers that have started, according to the log."""
    lines = [json.loads(line)["message"] for line in server.lines]
    return [int(line.rpartition(" ")[2]) for line in lines if line.startswith("Spawning worker")]


def refusal(folder: Path, environ: dict[str, str]) -> str:
    """Start granian with wrong variables in `environ`. It must end with status 1 and one line of output.

    Return this line.
    """
    with running_process(COMMAND, folder, clean_environ(environ), ROOT) as server:
        assert server.wait() == 1
        (line,) = server.lines
        return line


def test_a_repeated_article_comes_from_the_cache_and_has_the_headers_of_the_service(server: Server) -> None:
    slug = json.loads(server.get("/v1/articles").body)["data"][0]["slug"]
    answers = [server.get(f"/v1/articles/{slug}", X_Request_ID=f"id-{number}") for number in range(8)]
    assert (
        len({answer.body for answer in answers}) == len({answer.headers["ETag"] for answer in answers}) == 1
    )
    assert [answer.headers["X-Request-ID"] for answer in answers] == [f"id-{number}" for number in range(8)]
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=1000;w=86400'
    # Metrics of the cache can be half a second old.
    server.wait_until(
        "hits of the cache", lambda: value(scrape(server), "briefs_cache_requests_total", result="hit") >= 1
    )
    not_modified = server.get(f"/v1/articles/{slug}", If_None_Match=answers[0].headers["ETag"])
    assert (not_modified.status, not_modified.body) == (304, b"")


def test_the_log_has_one_line_of_json_for_each_request(server: Server) -> None:
    server.get("/v1/articles?q=caf%C3%A9&x=1", X_Request_ID="line")
    server.wait_until("the line of the log", lambda: any('"line"' in line for line in server.lines))
    lines = [json.loads(line) for line in server.lines]
    (line,) = [line for line in lines if line.get("request_id") == "line"]
    assert (line["path"], line["query"]) == ("/v1/articles", "q=caf%C3%A9&x=1")
    assert (line["status"], line["client_address"]) == (422, "127.0.0.0")


def test_a_wrong_environment_stops_startup_with_one_line(server: Server, tmp_path: Path) -> None:
    assert refusal(tmp_path, {"BRIEFS_THREADS": "0"}).startswith("briefs: BRIEFS_THREADS: ")
    assert refusal(tmp_path, {"BRIEFS_METRICS_BIND": "127.0.0.1:9"}).startswith("briefs: BRIEFS_METRICS_BIND")
    in_use = {"PORT": str(server.port), "DATABASE_URL": "sqlite:///nothing.db"}
    assert refusal(tmp_path, in_use).startswith(f"briefs: cannot listen on 127.0.0.1 port {server.port}: ")


def test_a_unix_socket_is_served_and_removed(database: str, tmp_path: Path) -> None:
    path = tmp_path / "s"
    environ = clean_environ({"DATABASE_URL": database, "BRIEFS_BIND": f"unix:{path}"})

    def answer() -> bytes:
        with socket.socket(socket.AF_UNIX) as connection:
            try:
                connection.connect(str(path))
            except OSError:
                return b""
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            return connection.recv(4096)

    with running_process(COMMAND, tmp_path, environ, ROOT) as server:
        server.wait_until("an answer", lambda: answer().startswith(b"HTTP/1.1 200"))
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert not path.exists()


@pytest.mark.slow
def test_counters_survive_killed_and_replaced_workers(database: str, tmp_path: Path) -> None:
    target, counted = "/v1/articles?limit=1", ("/v1/articles", "GET", "200")
    with running_granian(database, tmp_path) as server:
        # Without the other worker, no process would listen after the first one is killed.
        server.wait_until("two workers", lambda: value(scrape(server), "briefs_workers") == 2)
        for _ in range(20):
            server.get(target)
        killed = workers(server)[0]
        os.kill(killed, signal.SIGKILL)
        server.wait_until("a new worker", lambda: len(workers(server)) == 3)
        server.wait_until("two workers", lambda: value(scrape(server), "briefs_workers") == 2)
        for _ in range(20):
            server.get(target)
        assert requests_in(scrape(server))[counted] == 40
        server.signal(signal.SIGHUP)
        server.wait_until("new workers", lambda: len(workers(server)) == 5)
        server.wait_until("two workers", lambda: value(scrape(server), "briefs_workers") == 2)
        assert requests_in(scrape(server))[counted] == 40


def test_a_running_request_is_finished_and_the_metrics_are_removed(database: str, tmp_path: Path) -> None:
    folder, may_end = tmp_path / "metrics", tmp_path / "end"
    with (
        running_granian(
            database, tmp_path, application=APPLICATION, BRIEFS_METRICS_DIR=str(folder)
        ) as server,
        ThreadPoolExecutor() as clients,
    ):
        running = clients.submit(server.get, "/readyz", X_Wait_For=str(may_end))
        server.wait_until("a running request", Path(f"{may_end}.waiting").exists)
        server.signal(signal.SIGTERM)
        server.wait_until("the end", lambda: any("Shutting down" in line for line in server.lines))
        may_end.touch()
        assert running.result().status == 200
        assert server.wait() == 0
        assert not is_answering(server)
        assert any('"path":"/readyz"' in line for line in server.lines)
    assert not list(folder.glob("*.db"))
