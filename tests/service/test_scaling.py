"""Tests of nginx with docs/nginx.conf in front of gunicorn.

They test which responses nginx caches, for how long, and which errors nginx sends itself.
"""

import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from api.database.base import db
from tests.conftest import make_app
from tests.seeds.documents import Page, seed, write
from tests.support.programs.reverse_proxy import NGINX, running_nginx
from tests.support.server import Answer, Server, running_gunicorn

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="nginx is not installed (on Debian: nginx-light)"),
]

# The cache time of nginx plus BRIEFS_CACHE_SECONDS on PostgreSQL.
CACHE_SECONDS = 1 + 1
OWN = {"Server", "Date", "Connection", "X-Request-ID", "X-Cache-Status"}
GZIP = {"Accept_Encoding": "gzip"}
BEFORE, AFTER = Page(), Page(summary="Ten towns.")
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the service, without nginx in front of it."""
    with running_gunicorn(database, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def nginx(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start nginx in front of the service."""
    with running_nginx([server], tmp_path_factory.mktemp("front")) as nginx:
        yield nginx


@pytest.fixture(scope="module")
def article(server: Server) -> str:
    """Return the path of the first listed article, such as `/v1/articles/harbour`."""
    path: str = json.loads(server.get("/v1/articles").body)["data"][0]["links"]["self"]
    return path


def is_hit(nginx: Server, target: str, first: dict[str, str], second: dict[str, str]) -> bool:
    """Send two requests for `target`, and return True if nginx answers the second from its cache.

    `first` and `second` are the header fields of the two requests.
    """
    nginx.get(target, **first)
    return nginx.get(target, **second).headers["X-Cache-Status"] == "HIT"


def comparable(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Return the parts of an answer that must be the same with and without nginx."""
    own = {name: value for name, value in answer.headers.items() if name not in OWN}
    return answer.status, own, answer.body


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_nginx_answers_like_the_service(
    method: str, coding: str, server: Server, nginx: Server, article: str
) -> None:
    headers = {"Accept_Encoding": coding, "X_Request_ID": "the-same"}
    for target in ("/", "/docs", "/v1/articles?limit=1", article, f"{article}/source", "/healthz", "/readyz"):
        for _ in range(2):
            assert comparable(nginx.get(target, method, **headers)) == comparable(
                server.get(target, method, **headers)
            )


@pytest.mark.parametrize("target", ["/nowhere", "/v1/articles?limit=0", "/v1/articles/none", "/_problem"])
def test_an_error_of_the_service_is_passed_on_and_not_cached(
    target: str, server: Server, nginx: Server
) -> None:
    for _ in range(3):
        answer = nginx.get(target, X_Request_ID="the-same")
        assert answer.headers["X-Cache-Status"] != "HIT"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.status == server.get(target).status


def test_metrics_are_not_public(nginx: Server) -> None:
    answer = nginx.get("/metrics")
    assert (answer.status, answer.headers["Content-Type"]) == (404, PROBLEM)


def test_a_repeated_request_is_answered_from_the_cache(nginx: Server, article: str) -> None:
    nginx.wait_until("a hit", lambda: is_hit(nginx, article, {}, {}))
    nginx.wait_until("a hit by HEAD", lambda: nginx.get(article, "HEAD").headers["X-Cache-Status"] == "HIT")


def test_a_client_with_the_current_etag_gets_304_from_the_cache(nginx: Server, article: str) -> None:
    for coding in ("", "gzip"):
        whole = nginx.get(article, Accept_Encoding=coding)
        again = {"Accept_Encoding": coding, "If_None_Match": whole.headers["ETag"]}
        nginx.wait_until("a hit", partial(is_hit, nginx, article, again, again))
        answer = nginx.get(article, **again)
        assert (answer.status, answer.body) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer.headers[name] == whole.headers[name]
        assert nginx.get(article, Accept_Encoding=coding, If_None_Match='"another"').status == 200


def test_each_coding_is_cached_with_its_own_etag(nginx: Server, article: str) -> None:
    plain, packed = nginx.get(article), nginx.get(article, **GZIP)
    assert (plain.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == (None, "gzip")
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert nginx.get(article, If_None_Match=packed.headers["ETag"]).status == 200


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "gzip"),
        ("br,GZIP", "gzip"),
        ("gzip;q=1.0,deflate;q=0.6,identity;q=0.3", "gzip"),
        ("gzip; q=0", None),
        ("identity", None),
        ("br", None),
        ("xgzip", None),
    ],
)
def test_all_headers_that_accept_gzip_share_an_answer(
    accepted: str, coding: str | None, server: Server, nginx: Server, article: str
) -> None:
    given = {"Accept_Encoding": accepted}
    nginx.wait_until("a hit", lambda: is_hit(nginx, article, GZIP if coding else {}, given))
    assert nginx.get(article, **given).headers["Content-Encoding"] == coding
    assert server.get(article, **given).headers["Content-Encoding"] == coding


def test_the_service_evaluates_conditions_and_accept(nginx: Server, article: str) -> None:
    nginx.get(article)
    assert nginx.get(article, If_Match='"another"').status == 412
    assert nginx.get(article, If_Match="*").status == 200
    assert nginx.get(article, If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert nginx.get(article, Accept="text/csv").status == 406
    assert nginx.get(article, Accept="text/html,*/*;q=0.8").status == 200
    # Resources that are not JSON behave in the same way, whether they are cached or not.
    for target in ("/docs", "/openapi.yaml", f"{article}/source"):
        kinds = ("*/*", "application/json", "*/*;q=0", "")
        assert [nginx.get(target, Accept=each).status for each in kinds] == [200, 406, 406, 200]
    assert nginx.get(article, Accept="*/*, application/json;q=0").status == 406


def test_each_request_has_its_own_id(nginx: Server, article: str) -> None:
    nginx.wait_until("a hit", lambda: is_hit(nginx, article, {}, {}))
    assert nginx.get(article, X_Request_ID="a.b-c_1").headers["X-Request-ID"] == "a.b-c_1"
    made = {
        nginx.get(article, X_Request_ID=given).headers["X-Request-ID"] for given in ("", "a b", "a" * 129)
    }
    assert len(made) == 3
    assert all(len(each) == 32 for each in made)


def test_links_of_any_length_pass(server: Server, nginx: Server) -> None:
    # `Link` contains the address twice.
    names = [f"{'n' * 69}{number}" for number in range(50)]
    target = f"/v1/articles?{'&'.join(f'entity={name}' for name in names)}"
    assert len(target) > 3_900
    assert comparable(nginx.get(target)) == comparable(server.get(target))
    assert nginx.get(target).status == 200


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /v1/articles?q=" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"TRACE /v1/articles HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405),
        (b"POST /v1/articles HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n", 413),
        (b"GET /v1/articles HTTP/1.1\r\n\r\n", 400),
        (b"GET /v1/articles HTTP/1.1\r\nHost: a\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 400),
    ],
)
def test_a_request_that_nginx_refuses_gets_a_problem(
    request_bytes: bytes, status: int, nginx: Server
) -> None:
    head, _, body = nginx.exchange(request_bytes).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    problem = json.loads(body)
    assert list(problem) == ["type", "title", "status", "detail", "instance", "request_id"]
    assert (problem["status"], problem["request_id"]) == (status, fields["X-Request-ID"])
    assert (fields["Content-Type"], fields["Cache-Control"]) == (PROBLEM, "no-store")
    assert ("Allow" in fields) == (status == 405)


@pytest.mark.parametrize(("size", "status"), [(200, 200), (60_000, 200), (70_000, 413)])
def test_nginx_passes_on_the_bodies_of_agents(nginx: Server, size: int, status: int) -> None:
    body = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'.ljust(size)
    head = f"POST /mcp HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {size}\r\n"
    fields = "Content-Type: application/json\r\nMCP-Protocol-Version: 2025-11-25\r\n\r\n"
    answer = nginx.exchange((head + fields).encode() + body)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert status != 200 or answer.endswith(b'{"jsonrpc":"2.0","id":1,"result":{}}')


def test_a_client_that_sends_too_many_requests_gets_a_429(server: Server, tmp_path: Path) -> None:
    with running_nginx([server], tmp_path, {"rate=100r/s": "rate=1r/m", "burst=200": "burst=1"}) as nginx:
        answers = [nginx.get("/v1/articles?'") for _ in range(3)]
    assert answers[-1].status == 429
    assert (answers[-1].headers["Retry-After"], answers[-1].headers["Content-Type"]) == ("1", PROBLEM)
    assert json.loads(answers[-1].body)["instance"] == "/v1/articles"


def test_nginx_passes_on_few_of_many_simultaneous_requests(server: Server, nginx: Server) -> None:
    clients = 30

    def burst_is_collapsed() -> bool:
        target = f"/v1/articles?limit=1&updated_after={time.time_ns() % 9000 + 1000}-01-01T00:00:00Z"
        with ThreadPoolExecutor(clients) as pool:
            answers = [*pool.map(nginx.get, [target] * clients)]
        assert {answer.status for answer in answers} == {200}
        states = [answer.headers["X-Cache-Status"] for answer in answers]
        return states.count("MISS") < clients / 3

    assert server.get("/v1/articles").status == 200
    nginx.wait_until("a collapsed burst", burst_is_collapsed)


def test_a_host_that_does_not_answer_is_skipped(database: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("first", "second", "front")]
        for folder in folders:
            folder.mkdir()
        servers = [stack.enter_context(running_gunicorn(database, folder)) for folder in folders[:2]]
        nginx = stack.enter_context(running_nginx(servers, folders[2]))
        for left, server in ((1, servers[1]), (0, servers[0])):
            server.process.terminate()
            server.wait()
            answers = [nginx.get(f"/v1/articles?limit={number}") for number in range(1, 21)]
            assert {answer.status for answer in answers} == {200 if left else 503}
        assert answers[-1].headers["Retry-After"] == "5"
        assert json.loads(answers[-1].body)["status"] == 503


@contextmanager
def published(app: Flask, database_url: str, folder: Path) -> Iterator[Server]:
    """Load one article, and yield nginx in front of a service on this database."""
    assert seed(app, write(folder / "pages", "harbour", BEFORE)).exit_code == 0
    (folder / "server").mkdir()
    (folder / "front").mkdir()
    with (
        running_gunicorn(database_url, folder / "server") as server,
        running_nginx([server], folder / "front") as nginx,
    ):
        yield nginx
    with app.app_context():
        db.engine.dispose()


def summaries(nginx: Server, **headers: str) -> set[str]:
    """Return the summaries of the only article, as nginx sends them.

    One summary is in the list of articles, and one is in the article itself. If they are equal, the set has
    one member. `headers` are header fields of both requests.
    """
    (item,) = json.loads(nginx.get("/v1/articles", **headers).body)["data"]
    article = json.loads(nginx.get(item["links"]["self"], **headers).body)
    return {item["summary"], article["summary"]}


def correct(app: Flask, folder: Path) -> None:
    """Load the article again with a corrected summary."""
    assert seed(app, write(folder / "pages", "harbour", AFTER)).exit_code == 0


def test_a_correction_replaces_the_cached_answers_during_many_requests(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    # For each answer in order, whether it was outdated.
    outdated: list[bool] = []
    done = threading.Event()

    def ask(nginx: Server) -> None:
        while not done.is_set():
            outdated.append(AFTER.summary not in summaries(nginx))
            time.sleep(0.05)

    with published(app, database_url, tmp_path) as nginx, ThreadPoolExecutor(2) as pool:
        clients = [pool.submit(ask, nginx) for _ in range(2)]
        try:
            nginx.wait_until("answers", lambda: len(outdated) > 10)
            assert all(outdated)
            correct(app, tmp_path)
            # Two clients need longer than CACHE_SECONDS for so many answers.
            nginx.wait_until("corrected answers only", lambda: not any(outdated[-100:]))
        finally:
            done.set()
        for client in clients:
            client.result()


def test_a_correction_is_in_the_first_answer_after_a_pause(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    with published(app, database_url, tmp_path) as nginx:
        nginx.wait_until("a hit", lambda: is_hit(nginx, "/v1/articles", {}, {}))
        assert summaries(nginx) == {BEFORE.summary}
        correct(app, tmp_path)
        time.sleep(CACHE_SECONDS + 0.1)
        assert summaries(nginx) == {AFTER.summary}


def test_a_request_with_no_cache_gets_the_correction(app: Flask, database_url: str, tmp_path: Path) -> None:
    with published(app, database_url, tmp_path) as nginx:
        assert summaries(nginx) == {BEFORE.summary}
        correct(app, tmp_path)
        for given in ("no-cache", "No-Cache", "max-age=0"):
            assert summaries(nginx, Cache_Control=given) == {AFTER.summary}


def test_a_request_with_no_cache_is_sent_to_the_latest_database(database: str, tmp_path: Path) -> None:
    other = database.replace("briefs.db", "behind.db")
    assert make_app(other).test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    folders = [tmp_path / name for name in ("latest", "behind", "front")]
    for folder in folders:
        folder.mkdir()
    with (
        running_gunicorn(database, folders[0]) as latest,
        running_gunicorn(other, folders[1]) as behind,
        running_nginx([latest, behind], folders[2]) as nginx,
    ):
        found = {nginx.get(f"/v1/articles?limit={number}").body[:10] for number in range(1, 21)}
        assert len(found) == 2
        copied = [
            nginx.get(f"/v1/articles?limit={number}", Cache_Control="no-cache") for number in range(1, 21)
        ]
        fed = [nginx.get(f"/v1/changes?limit={number}") for number in range(1, 21)]
    assert all(json.loads(answer.body)["data"] for answer in [*copied, *fed])
