"""Tests of the metrics of a real server: counts stay correct when workers are reloaded or killed."""

import json
import os
import shutil
import signal
import sys
from collections import Counter
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from textwrap import dedent

from tests.support.metrics import Request, requests_in, scrape, value
from tests.support.server import (
    ROOT,
    Server,
    clean_environ,
    free_port,
    is_answering,
    running_gunicorn,
    running_process,
    starting_gunicorn,
)

# Half of the rounds run before a worker is killed, and each round sends 14 requests.
ROUNDS = 144
DURATIONS = "briefs_http_request_duration_seconds"


class CountingClient:
    """A client that counts its requests by route, method and status.

    Tests compare these counts with the metrics of the server.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.counts: Counter[Request] = Counter()
        self._connections: list[HTTPConnection] = []

    def send(self, route: str, target: str, status: int, method: str = "GET", **headers: str) -> str | None:
        """Send a request, count it, and return the `ETag` of the response.

        Requests use up to eight connections in turn.

        Args:
            route: The route under which the metrics must count the request.
            target: The path and query of the request.
            status: The status that the response must have.
            method: The method of the request.
            headers: Header fields of the request, with `_` in place of `-`.
        """
        if len(self._connections) < 8:
            self._connections.append(self.server.connect())
        connection = self._connections.pop(0)
        connection.request(method, target, headers={k.replace("_", "-"): v for k, v in headers.items()})
        response = connection.getresponse()
        response.read()
        assert response.status == status, target
        self._connections.append(connection)
        counted = method if method in ("GET", "HEAD", "POST") else "other"
        self.counts[route, counted, str(status)] += 1
        return response.headers["ETag"]

    def send_mix(self, article: str) -> None:
        """Send requests that different parts of the service answer, such as its cache and its HTTP parser.

        `article` is the slug or id of an article.
        """
        route = "/v1/articles/<article>"
        etag = self.send(route, f"/v1/articles/{article}", 200)
        assert etag
        self.send(route, f"/v1/articles/{article}", 304, If_None_Match=etag)
        self.send(route, f"/v1/articles/{article}", 200, "HEAD")
        self.send(route, "/v1/articles/nothing", 404)
        self.send("none", f"/v1/articles/{article}", 405, "POST")
        self.send("none", f"/v1/articles/{article}", 405, "BREW")
        for limit in (1, 2, 3, 4):
            self.send("/v1/articles", f"/v1/articles?limit={limit}", 200)
        self.send("/v1/articles", "/v1/articles?limit=0", 422)
        self.send("/v1/articles", "/v1/articles", 406, Accept="text/html")
        self.send("none", "/nowhere", 404)
        assert self.server.exchange(b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n").startswith(b"HTTP/1.1 400")
        self.counts["none", "none", "400"] += 1

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()


def test_the_metrics_of_all_workers_are_the_counts_of_the_client(database: str, tmp_path: Path) -> None:
    with running_gunicorn(database, tmp_path) as server, closing(CountingClient(server)) as client:
        probes = requests_in(scrape(server))["/healthz", "GET", "200"]
        client.counts["/healthz", "GET", "200"] = int(probes)
        (first,) = json.loads(server.get("/v1/articles?limit=1").body)["data"]
        client.counts["/v1/articles", "GET", "200"] += 1
        article = first["slug"]
        for _ in range(ROUNDS // 2):
            client.send_mix(article)
        assert requests_in(scrape(server)) == client.counts
        client.close()

        # A killed worker writes nothing when it ends.
        os.kill(int(server.booted[0]), signal.SIGKILL)
        server.wait_until("a new worker", lambda: len(server.booted) == 3)
        assert requests_in(scrape(server)) == client.counts
        for _ in range(ROUNDS // 4):
            client.send_mix(article)
        client.close()
        server.signal(signal.SIGHUP)
        server.wait_until("new workers", lambda: len(server.booted) == 5)
        server.wait_until("the end of the old workers", lambda: len(server.exited) >= 2)
        for _ in range(ROUNDS // 4):
            client.send_mix(article)
        series = scrape(server)
        assert requests_in(series) == client.counts
        client.close()

        answered = client.counts.copy()
        del answered["none", "none", "400"]
        for route in {route for route, _, _ in answered}:
            total = sum(number for request, number in answered.items() if request[0] == route)
            assert value(series, f"{DURATIONS}_count", route=route) == total
            assert value(series, f"{DURATIONS}_bucket", route=route, le="+Inf") == total
        server.wait_until("two workers", lambda: value(scrape(server), "briefs_workers") == 2)


def test_the_metrics_can_have_an_address_of_their_own(database: str, tmp_path: Path) -> None:
    port = free_port()
    folder, other_folder = tmp_path / "metrics", tmp_path / "other"
    other_folder.mkdir()
    with running_gunicorn(
        database,
        tmp_path,
        BRIEFS_METRICS_BIND=f"127.0.0.1:{port}",
        BRIEFS_METRICS_DIR=str(folder),
        BRIEFS_WORKERS="1",
    ) as server:
        own = Server(server.process, server.folder, port)
        assert server.get("/v1/articles").status == 200
        assert requests_in(scrape(own))["/v1/articles", "GET", "200"] == 1
        assert json.loads(server.get("/metrics").body)["status"] == 404
        assert server.get("/metrics", Host=f"127.0.0.1:{port}").status == 404
        for path in ("/", "/v1/articles", "/healthz"):
            assert own.get(path).status == 404
        assert list(folder.glob("*.db")) != []
        with starting_gunicorn(other_folder, {"BRIEFS_METRICS_DIR": str(folder)}) as other:
            assert other.wait() != 0
            assert [line for line in other.lines if "BRIEFS_METRICS_DIR: a different service" in line]
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
    assert list(folder.glob("*.db")) == []


def test_an_upgrade_continues_the_counters(database: str, tmp_path: Path) -> None:
    # gunicorn repeats its command, and `python -m gunicorn` cannot be repeated.
    command = [str(Path(sys.executable).with_name("gunicorn")), "--pid", str(tmp_path / "pid"), "wsgi:app"]
    environ = clean_environ({"PORT": "0", "DATABASE_URL": database})
    with running_process(command, tmp_path, environ, ROOT) as server:
        server.wait_until("an answer from /healthz", lambda: is_answering(server))
        for _ in range(10):
            assert server.get("/v1/articles").status == 200
        server.signal(signal.SIGUSR2)
        server.wait_until("the new workers", lambda: len(server.booted) == 4)
        upgraded = int((tmp_path / "pid.2").read_text())
        try:
            server.wait_until("their metrics", lambda: value(scrape(server), "briefs_workers") == 4)
            assert requests_in(scrape(server))["/v1/articles", "GET", "200"] == 10
            server.signal(signal.SIGTERM)
            server.wait()
            for _ in range(10):
                assert server.get("/v1/articles").status == 200
            series = scrape(server)
            assert requests_in(series)["/v1/articles", "GET", "200"] == 20
            assert value(series, "briefs_workers") == 2
        finally:
            os.kill(upgraded, signal.SIGTERM)


def test_a_start_removes_the_metrics_of_a_service_that_was_killed(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    with running_gunicorn(database, tmp_path, BRIEFS_METRICS_DIR=str(folder)) as killed:
        assert killed.get("/v1/articles").status == 200
        killed.signal(signal.SIGKILL)
        killed.wait()
    assert list(folder.glob("counter_*.db")) != []
    with running_gunicorn(database, tmp_path, BRIEFS_METRICS_DIR=str(folder)) as server:
        assert ("/v1/articles", "GET", "200") not in requests_in(scrape(server))


def workers_in(server: Server) -> float:
    """Return the number of workers according to the metrics of `server`."""
    return scrape(server).get(("briefs_workers", frozenset()), 0.0)


def _is_counted(server: Server) -> bool:
    """Request `/v1/articles`, and return True if the metrics of `server` contain a request for this route."""
    assert server.get("/v1/articles").status == 200
    return ("/v1/articles", "GET", "200") in requests_in(scrape(server))


def test_the_service_continues_if_the_folder_of_the_metrics_is_removed(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "metrics"
    with running_gunicorn(database, tmp_path, BRIEFS_METRICS_DIR=str(folder)) as server:
        server.wait_until("the metrics of both workers", lambda: workers_in(server) == 2)
        shutil.rmtree(folder)
        assert server.get("/v1/articles").status == 200
        server.wait_until("metrics of the database", lambda: value(scrape(server), "briefs_database_up") == 1)
        os.kill(int(server.booted[0]), signal.SIGKILL)
        server.wait_until("a new worker", lambda: len(server.booted) == 3)
        server.wait_until("its metrics", lambda: workers_in(server) == 1)

        # A file in the place of the folder.
        shutil.rmtree(folder)
        folder.touch()
        os.kill(int(server.booted[1]), signal.SIGKILL)
        server.wait_until("a new worker", lambda: len(server.booted) == 4)
        warning = "each worker has its own metrics"
        server.wait_until("the warning", lambda: any(warning in line for line in server.lines))
        folder.unlink()
        server.signal(signal.SIGHUP)
        server.wait_until("new workers", lambda: len(server.booted) == 6)
        server.wait_until("their metrics", lambda: workers_in(server) == 2)
        # An old worker, whose metrics are its own, can answer until it has ended.
        server.wait_until("a counted request", lambda: _is_counted(server))
        server.signal(signal.SIGTERM)
        assert server.wait() == 0


def test_a_master_process_of_a_version_without_metrics_can_load_this_version(
    database: str, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "gunicorn.conf.py").write_text('bind = "127.0.0.1:0"\nworkers = 2\n')
    (root / "wsgi.py").write_text(
        dedent("""
        def app(environ, start_response):
            start_response("200 OK", [("Content-Length", "0")])
            return []
        """)
    )
    with running_gunicorn(database, tmp_path, root=root) as server:
        for name in ("gunicorn.conf.py", "wsgi.py", "api", "seeds", "migrations"):
            (root / name).unlink(missing_ok=True)
            (root / name).symlink_to(ROOT / name)
        server.signal(signal.SIGHUP)
        server.wait_until("new workers", lambda: len(server.booted) == 4)
        server.wait_until("an answer", lambda: server.get("/v1/articles").body != b"")
        os.kill(int(server.booted[2]), signal.SIGKILL)
        server.wait_until("a new worker", lambda: len(server.booted) == 5)
        server.wait_until("their metrics", lambda: workers_in(server) == 2)
