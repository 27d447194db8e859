"""Tests of the service under gunicorn with gunicorn.conf.py: start, log, reload and stop."""

import json
import shutil
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from pathlib import Path

import pytest

from tests.support.server import ROOT, Server, running_gunicorn, starting_gunicorn

RELOADS = 2
# As in gunicorn.conf.py.
WORKERS = 2
# Seconds between two requests of a client. After the longer pause, a connection is idle during a reload.
PAUSES = (0.003, 0.01, 0.1)


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start a server that is shared by all tests which do not stop or reload it."""
    with running_gunicorn(database, tmp_path_factory.mktemp("server")) as server:
        yield server


def test_the_service_uses_the_database_of_its_environment(server: Server) -> None:
    assert server.get("/readyz").status == 200
    answer = server.get("/v1/articles")
    assert answer.status == 200
    article = json.loads(answer.body)["data"][0]
    again = server.get(f"/v1/articles/{article['slug']}")
    assert json.loads(again.body)["id"] == article["id"]


def test_a_connection_serves_several_requests(server: Server) -> None:
    connection = server.connect()
    try:
        connection.connect()
        kept = connection.sock
        for _ in range(3):
            connection.request("GET", "/healthz")
            assert connection.getresponse().read() == b'{"status":"ok"}'
            assert connection.sock is kept
    finally:
        connection.close()


def test_a_connection_is_closed_after_a_thousand_requests_with_a_header(server: Server) -> None:
    connection = server.connect()
    announced = []
    for _ in range(1_000):
        connection.request("GET", "/healthz")
        answer = connection.getresponse()
        assert answer.read() != b""
        announced.append(answer.headers["Connection"])
    assert announced == ["keep-alive"] * 999 + ["close"]
    connection.close()


def test_every_line_of_the_log_is_json(server: Server) -> None:
    assert server.get("/v1/articles?nonsense=1").status == 422
    assert server.exchange(b"GET /\x07 HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 400")
    assert server.exchange(b"GET / HTTP/1.1\r\nbad name: x\r\n\r\n").startswith(b"HTTP/1.1 400")
    server.wait_until("the refusal", lambda: any("InvalidHeaderName" in line for line in server.lines))
    for line in server.lines:
        assert {"time", "level", "logger", "message"} <= set(json.loads(line)), line
    assert server.output == ""


def test_a_request_has_one_line_with_id_route_status_and_milliseconds(server: Server) -> None:
    answer = server.get("/v1/articles/no-such-article", X_Request_ID="a-request.of_mine")
    assert answer.headers["X-Request-ID"] == "a-request.of_mine"
    server.wait_until("its line", lambda: any("a-request.of_mine" in line for line in server.lines))
    (line,) = [json.loads(line) for line in server.lines if "a-request.of_mine" in line]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/articles/<article>", 404)
    assert line["milliseconds"] > 0


def test_the_type_of_each_problem_is_below_the_base_url(database: str, tmp_path: Path) -> None:
    base = "https://api.example.org/briefs"
    with running_gunicorn(database, tmp_path, BRIEFS_BASE_URL=base, BRIEFS_WORKERS="1") as server:
        requests = {
            b"GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n": "address-not-found",
            b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n": "invalid-request",
            b"GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n": "expectation-failed",
        }
        for request, name in requests.items():
            problem = json.loads(server.exchange(request).partition(b"\r\n\r\n")[2])
            assert problem["type"] == f"{base}/problems/{name}"
            assert server.get(problem["type"].removeprefix(base)).status == 200


def test_a_generated_request_id_is_the_same_in_answer_problem_and_log(server: Server) -> None:
    answer = server.get("/nowhere", X_Request_ID="not one of ours")
    made = answer.headers["X-Request-ID"]
    assert json.loads(answer.body)["request_id"] == made
    server.wait_until("its line", lambda: any(made in line for line in server.lines))
    (line,) = [json.loads(line) for line in server.lines if made in line]
    assert (line["request_id"], line["route"], line["status"]) == (made, None, 404)


def test_the_default_log_format_is_json_and_debug_logs_the_state_of_the_cache(
    database: str, tmp_path: Path
) -> None:
    with running_gunicorn(database, tmp_path, BRIEFS_LOG_FORMAT="", BRIEFS_LOG_LEVEL="debug") as server:
        # One of the two workers gets at least two of three requests, and caches the second answer.
        for _ in range(3):
            server.get("/v1/articles")
        server.wait_until("the line", lambda: any("briefs.cache" in line for line in server.lines))
        kept, *_ = [json.loads(line) for line in server.lines if "briefs.cache" in line]
    assert (kept["level"], kept["message"]) == ("debug", "response cached")
    assert (kept["hits"], kept["misses"]) == (0, 2)
    assert kept["bytes"] > 0


def test_the_log_can_be_text(database: str, tmp_path: Path) -> None:
    with running_gunicorn(database, tmp_path, BRIEFS_LOG_FORMAT="text", BRIEFS_WORKERS="1") as server:
        server.get("/v1/articles", X_Request_ID="mine")
        server.wait_until("the request", lambda: any("request_id=mine" in line for line in server.lines))
        (line,) = [line for line in server.lines if "request_id=mine" in line]
        assert " route=/v1/articles status=200 milliseconds=" in line
        assert not [line for line in server.lines if line.startswith("{")]


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("DATABASE_URL", "mysql://briefs:geheim@db.example/briefs"),
        ("DATABASE_URL", "postgresql://briefs:geheim@db.example:port/briefs"),
        ("BRIEFS_BASE_URL", "ftp://briefs:geheim@api.example.org"),
        ("BRIEFS_CORS_ORIGINS", "https://example.org/"),
        ("BRIEFS_LOG_FORMAT", "xml"),
        ("BRIEFS_SECRET_KEY", "geheim"),
        ("BRIEFS_LOG_FROMAT", "json"),
        ("PORT", "http"),
        ("PORT", "99999"),
        ("PORT", "-1"),
        ("BRIEFS_BIND", "8000"),
        ("BRIEFS_WORKERS", "0"),
        ("BRIEFS_THREADS", "four"),
    ],
)
def test_an_invalid_setting_stops_startup_with_one_line(variable: str, text: str, tmp_path: Path) -> None:
    with starting_gunicorn(tmp_path, {variable: text}) as server:
        assert server.wait() != 0
        assert server.output == ""
        (line,) = (tmp_path / "stderr").read_text().splitlines()
    assert variable in line
    assert "geheim" not in line


def test_a_port_that_is_in_use_stops_startup_with_one_line(server: Server, tmp_path: Path) -> None:
    with starting_gunicorn(tmp_path, {"PORT": str(server.port)}) as second:
        assert second.wait() == 1
        starting, refusal = second.lines
    assert "Starting gunicorn" in starting
    assert refusal == (
        f"briefs: cannot listen on 127.0.0.1 port {server.port}: it is in use; "
        "set PORT to a free port, or BRIEFS_BIND to a free address"
    )


def test_ignored_variables_of_a_platform_are_named_once(database: str, tmp_path: Path) -> None:
    with running_gunicorn(
        database,
        tmp_path,
        REDIS_URL="redis://:geheim@redis.example:6379/0",
        DATABASE_REPLICA_URL="postgresql://briefs:geheim@replica.example/briefs",
        BRIEFS_BASE_URL="https://briefs.example.org",
        BRIEFS_BIND="localhost:1",
        BRIEFS_WORKERS="3",
        BRIEFS_THREADS="1",
    ) as server:
        server.wait_until("three workers", lambda: len(server.booted) == 3)

        def warnings() -> list[str]:
            lines = map(json.loads, server.lines)
            return [line["message"] for line in lines if line["level"] == "warning"]

        server.wait_until("two warnings", lambda: len(warnings()) >= 2)
    assert warnings() == [
        "DATABASE_REPLICA_URL is ignored; to read from a replica, set DATABASE_URL",
        "REDIS_URL is ignored; to count requests in Redis, set BRIEFS_RATE_LIMIT_STORAGE",
    ]
    assert "geheim" not in "".join(server.lines)


def send_on_new_connection(connection: HTTPConnection) -> int:
    """Send a request, close `connection`, and return the status of the response.

    Because `connection` is closed, the next request opens it again.
    """
    try:
        return finish(send(connection))
    finally:
        connection.close()


def send_on_kept_connection(connection: HTTPConnection) -> int:
    """Send a request on the connection of the last request, and return the status of the response.

    If the server closes the connection before its answer begins, send the request again on a new connection.
    Any client is allowed to do so (RFC 9112, section 9.3.1).
    """
    is_reused = connection.sock is not None
    try:
        response = send(connection)
    except (RemoteDisconnected, ConnectionResetError, BrokenPipeError):
        if not is_reused:
            raise
        connection.close()
        response = send(connection)
    return finish(response)


def send(connection: HTTPConnection) -> HTTPResponse:
    connection.request("GET", "/v1/articles")
    return connection.getresponse()


def finish(response: HTTPResponse) -> int:
    response.read()
    return response.status


@contextmanager
def sending_clients(server: Server) -> Iterator[list[object]]:
    """Let clients send requests in the background. Yield the list of results, which grows with each response.

    A result is the status of a response, or an exception.
    """
    results: list[object] = []
    done = threading.Event()

    def run(ask: Callable[[HTTPConnection], int], pause: float) -> None:
        connection = server.connect()
        while not done.wait(pause):
            try:
                results.append(ask(connection))
            except Exception as error:
                results.append(error)
        connection.close()

    threads = [
        threading.Thread(target=run, args=(ask, pause))
        for ask in (send_on_new_connection, send_on_kept_connection)
        for pause in PAUSES
    ]
    for thread in threads:
        thread.start()
    try:
        yield results
    finally:
        done.set()
        for thread in threads:
            thread.join()


def test_a_reload_loses_no_request(database: str, tmp_path: Path) -> None:
    with running_gunicorn(database, tmp_path) as server, sending_clients(server) as results:
        for _ in range(RELOADS):
            reload(server)
            asked = len(results)
            server.wait_until("more answers", partial(more_than, results, asked + 100))
    assert set(results) == {200}


def more_than(results: list[object], number: int) -> bool:
    return len(results) > number


def reload(server: Server) -> None:
    """Make gunicorn start new workers (SIGHUP), and wait until all old workers have ended."""
    server.wait_until("all workers", lambda: len(set(server.booted) - set(server.exited)) == WORKERS)
    old = set(server.booted)
    server.signal(signal.SIGHUP)
    server.wait_until("the end of the old workers", lambda: old <= set(server.exited))
    server.wait_until("as many new workers", lambda: len(set(server.booted) - old) >= WORKERS)


def test_a_reload_starts_the_changed_code(database: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    for name in ("api", "seeds", "migrations"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "documents"))
    for name in ("wsgi.py", "gunicorn.conf.py"):
        shutil.copyfile(ROOT / name, root / name)
    with running_gunicorn(database, tmp_path, root=root) as server:
        edit(root / "api" / "resources" / "openapi.py", '"Briefs API"', '"New API"')
        edit(root / "api" / "config.py", "max-age=60", "max-age=61")
        reload(server)
        index = server.get("/")
    assert json.loads(index.body)["name"] == "New API"
    assert "max-age=61" in index.headers["Cache-Control"]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_running_request_is_finished(number: signal.Signals, database: str, tmp_path: Path) -> None:
    go = tmp_path / "go"
    with (
        ThreadPoolExecutor(1) as pool,
        running_gunicorn(database, tmp_path, application="tests.support.waiting:app") as server,
    ):
        running = pool.submit(server.get, "/v1/articles", X_Wait_For=str(go))
        server.wait_until("the running request", Path(f"{go}.waiting").exists)
        server.signal(number)
        server.wait_until("the end of the idle worker", lambda: len(server.exited) == 1)
        assert not running.done()
        go.touch()
        assert running.result().status == 200
        server.wait_until("the end of the busy worker", lambda: len(server.exited) == 2)
        if number == signal.SIGHUP:
            assert server.get("/healthz").status == 200
        else:
            assert server.wait() == 0
            with pytest.raises(ConnectionRefusedError):
                server.get("/healthz")


def test_waiting_connections_are_answered_before_the_service_stops(database: str, tmp_path: Path) -> None:
    go = tmp_path / "go"
    # The only worker accepts two connections. Other connections wait in the listen queue.
    full = "--workers 1 --threads 1 --worker-connections 2"
    with (
        ThreadPoolExecutor(1) as pool,
        running_gunicorn(
            database, tmp_path, application="tests.support.waiting:app", GUNICORN_CMD_ARGS=full
        ) as server,
    ):
        running = pool.submit(server.get, "/v1/articles", X_Wait_For=str(go))
        server.wait_until("the running request", Path(f"{go}.waiting").exists)
        queued = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(6)]
        for connection in queued:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        server.signal(signal.SIGTERM)
        server.wait_until("the signal", lambda: any("signal: term" in line for line in server.lines))
        go.touch()
        assert running.result().status == 200
        for connection in queued:
            with connection, connection.makefile("rb") as answer:
                assert answer.readline().startswith(b"HTTP/1.1 200 ")
        assert server.wait() == 0
