"""nginx with docs/nginx.conf in front of gunicorn: what it caches, for how long, and its own answers."""

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

from api.db import db
from tests.conftest import make_app
from tests.seeds.documents import Page, seed, write
from tests.support.reverse_proxy import NGINX, fronting
from tests.support.server import Answer, Server, seeded_copy, serving

pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (on Debian: nginx-light)")

# The cache time of nginx plus BRIEFS_CACHE_SECONDS on PostgreSQL, and an allowance for slow machines.
BOUND_SECONDS, SLACK_SECONDS = 1 + 1, 5
OWN = {"Server", "Date", "Connection", "X-Request-ID", "X-Cache-Status"}
GZIP = {"Accept_Encoding": "gzip"}
BEFORE, AFTER = Page(), Page(summary="Ten towns.")
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def database(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a seeded SQLite database."""
    return seeded_copy(sqlite_template, tmp_path_factory.mktemp("database"))


@pytest.fixture(scope="module")
def server(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The service without nginx."""
    with serving(database, tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture(scope="module")
def front(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """nginx in front of the service."""
    with fronting([server], tmp_path_factory.mktemp("front")) as front:
        yield front


@pytest.fixture(scope="module")
def article(server: Server) -> str:
    """The path of an article."""
    path: str = json.loads(server.get("/v1/articles").body)["data"][0]["links"]["self"]
    return path


def is_hit(front: Server, target: str, first: dict[str, str], second: dict[str, str]) -> bool:
    """Return True if the second of two requests is answered from the cache."""
    front.get(target, **first)
    return front.get(target, **second).headers["X-Cache-Status"] == "HIT"


def comparable(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Return the parts of an answer that must be the same with and without nginx."""
    own = {name: value for name, value in answer.headers.items() if name not in OWN}
    return answer.status, own, answer.body


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("coding", ["", "gzip"])
def test_the_front_answers_as_the_service_does(
    method: str, coding: str, server: Server, front: Server, article: str
) -> None:
    headers = {"Accept_Encoding": coding, "X_Request_ID": "the-same"}
    for target in ("/", "/docs", "/v1/articles?limit=1", article, f"{article}/source", "/healthz", "/readyz"):
        for _ in range(2):
            assert comparable(front.get(target, method, **headers)) == comparable(
                server.get(target, method, **headers)
            )


@pytest.mark.parametrize("target", ["/nowhere", "/v1/articles?limit=0", "/v1/articles/none", "/_problem"])
def test_an_error_of_the_service_is_passed_on_and_not_cached(
    target: str, server: Server, front: Server
) -> None:
    for _ in range(3):
        answer = front.get(target, X_Request_ID="the-same")
        assert answer.headers["X-Cache-Status"] != "HIT"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == PROBLEM
        assert answer.status == server.get(target).status


def test_a_repeated_request_is_answered_from_the_cache(front: Server, article: str) -> None:
    front.wait_until("a hit", lambda: is_hit(front, article, {}, {}))
    front.wait_until("a hit by HEAD", lambda: front.get(article, "HEAD").headers["X-Cache-Status"] == "HIT")


def test_a_client_that_has_the_answer_gets_304_from_the_cache(front: Server, article: str) -> None:
    for coding in ("", "gzip"):
        whole = front.get(article, Accept_Encoding=coding)
        again = {"Accept_Encoding": coding, "If_None_Match": whole.headers["ETag"]}
        front.wait_until("a hit", partial(is_hit, front, article, again, again))
        answer = front.get(article, **again)
        assert (answer.status, answer.body) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert answer.headers[name] == whole.headers[name]
        assert front.get(article, Accept_Encoding=coding, If_None_Match='"another"').status == 200


def test_each_coding_is_cached_with_its_own_etag(front: Server, article: str) -> None:
    plain, packed = front.get(article), front.get(article, **GZIP)
    assert (plain.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == (None, "gzip")
    assert plain.headers["ETag"] != packed.headers["ETag"]
    assert front.get(article, If_None_Match=packed.headers["ETag"]).status == 200


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
    accepted: str, coding: str | None, server: Server, front: Server, article: str
) -> None:
    given = {"Accept_Encoding": accepted}
    front.wait_until("a hit", lambda: is_hit(front, article, GZIP if coding else {}, given))
    assert front.get(article, **given).headers["Content-Encoding"] == coding
    assert server.get(article, **given).headers["Content-Encoding"] == coding


def test_conditions_and_negotiation_are_left_to_the_service(front: Server, article: str) -> None:
    front.get(article)
    assert front.get(article, If_Match='"another"').status == 412
    assert front.get(article, If_Match="*").status == 200
    assert front.get(article, If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status == 200
    assert front.get(article, Accept="text/csv").status == 406
    assert front.get(article, Accept="text/html,*/*;q=0.8").status == 200
    # The same holds for other types than JSON, whether they are cached or not.
    for target in ("/docs", "/openapi.yaml", f"{article}/source"):
        kinds = ("*/*", "application/json", "*/*;q=0", "")
        assert [front.get(target, Accept=each).status for each in kinds] == [200, 406, 406, 200]
    assert front.get(article, Accept="*/*, application/json;q=0").status == 406


def test_each_request_has_its_own_id(front: Server, article: str) -> None:
    front.wait_until("a hit", lambda: is_hit(front, article, {}, {}))
    assert front.get(article, X_Request_ID="a.b-c_1").headers["X-Request-ID"] == "a.b-c_1"
    made = {
        front.get(article, X_Request_ID=given).headers["X-Request-ID"] for given in ("", "a b", "a" * 129)
    }
    assert len(made) == 3
    assert all(len(each) == 32 for each in made)


def test_links_of_any_length_pass(server: Server, front: Server) -> None:
    # `Link` contains the address twice.
    target = f"/v1/articles?{'&'.join(f'entity=nowhere-{number}' for number in range(211))}"
    assert len(target) > 3_900
    assert comparable(front.get(target)) == comparable(server.get(target))
    assert front.get(target).status == 200


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
    request_bytes: bytes, status: int, front: Server
) -> None:
    head, _, body = front.exchange(request_bytes).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    problem = json.loads(body)
    assert list(problem) == ["type", "title", "status", "detail", "instance", "request_id"]
    assert (problem["status"], problem["request_id"]) == (status, fields["X-Request-ID"])
    assert (fields["Content-Type"], fields["Cache-Control"]) == (PROBLEM, "no-store")
    assert ("Allow" in fields) == (status == 405)


def test_a_client_that_sends_too_many_requests_is_told_to_wait(server: Server, tmp_path: Path) -> None:
    with fronting([server], tmp_path, {"rate=100r/s": "rate=1r/m", "burst=200": "burst=1"}) as front:
        answers = [front.get("/v1/articles?'") for _ in range(3)]
    assert answers[-1].status == 429
    assert (answers[-1].headers["Retry-After"], answers[-1].headers["Content-Type"]) == ("1", PROBLEM)
    assert json.loads(answers[-1].body)["instance"] == "/v1/articles"


def test_few_of_many_simultaneous_requests_are_passed_on(server: Server, front: Server) -> None:
    asked = 30

    def collapses() -> bool:
        target = f"/v1/articles?limit=1&updated_after={time.time_ns() % 9000 + 1000}-01-01T00:00:00Z"
        with ThreadPoolExecutor(asked) as pool:
            answers = [*pool.map(front.get, [target] * asked)]
        assert {answer.status for answer in answers} == {200}
        states = [answer.headers["X-Cache-Status"] for answer in answers]
        return states.count("MISS") < asked / 3

    assert server.get("/v1/articles").status == 200
    front.wait_until("a burst that was collapsed", collapses)


def test_a_host_that_does_not_answer_is_skipped(database: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        folders = [tmp_path / name for name in ("first", "second", "front")]
        for folder in folders:
            folder.mkdir()
        servers = [stack.enter_context(serving(database, folder)) for folder in folders[:2]]
        front = stack.enter_context(fronting(servers, folders[2]))
        for left, server in ((1, servers[1]), (0, servers[0])):
            server.process.terminate()
            server.wait()
            answers = [front.get(f"/v1/articles?limit={number}") for number in range(1, 21)]
            assert {answer.status for answer in answers} == {200 if left else 503}
        assert answers[-1].headers["Retry-After"] == "5"
        assert json.loads(answers[-1].body)["status"] == 503


@contextmanager
def published(app: Flask, database_url: str, folder: Path) -> Iterator[Server]:
    """Seed one article and yield nginx in front of a service on that database."""
    assert seed(app, write(folder / "pages", "harbour", BEFORE)).exit_code == 0
    (folder / "server").mkdir()
    (folder / "front").mkdir()
    with (
        serving(database_url, folder / "server") as server,
        fronting([server], folder / "front") as front,
    ):
        yield front
    with app.app_context():
        db.engine.dispose()


def summaries(front: Server, **headers: str) -> set[str]:
    """Return the summaries of the article in the list and in the article itself."""
    (item,) = json.loads(front.get("/v1/articles", **headers).body)["data"]
    whole = json.loads(front.get(item["links"]["self"], **headers).body)
    return {item["summary"], whole["summary"]}


def correct(app: Flask, folder: Path) -> None:
    assert seed(app, write(folder / "pages", "harbour", AFTER)).exit_code == 0


def test_a_correction_is_served_within_the_bound_during_many_requests(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    # When each request began, and whether its answer was outdated.
    seen: list[tuple[float, bool]] = []
    done = threading.Event()

    def ask(front: Server) -> None:
        while not done.is_set():
            began = time.monotonic()
            seen.append((began, AFTER.summary not in summaries(front)))
            time.sleep(0.05)

    with published(app, database_url, tmp_path) as front, ThreadPoolExecutor(2) as pool:
        askers = [pool.submit(ask, front) for _ in range(2)]
        try:
            front.wait_until("answers", lambda: len(seen) > 10)
            correct(app, tmp_path)
            corrected = time.monotonic()
            front.wait_until("the correction", lambda: summaries(front) == {AFTER.summary})
            # No outdated answer follows.
            time.sleep(BOUND_SECONDS)
        finally:
            done.set()
        for asker in askers:
            asker.result()
    assert max(began for began, is_old in seen if is_old) < corrected + BOUND_SECONDS + SLACK_SECONDS


def test_the_first_request_after_a_quiet_time_gets_the_correction(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    with published(app, database_url, tmp_path) as front:
        front.wait_until("a hit", lambda: is_hit(front, "/v1/articles", {}, {}))
        assert summaries(front) == {BEFORE.summary}
        correct(app, tmp_path)
        time.sleep(BOUND_SECONDS + 0.1)
        assert summaries(front) == {AFTER.summary}


def test_a_request_with_no_cache_gets_the_correction_at_once(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    with published(app, database_url, tmp_path) as front:
        assert summaries(front) == {BEFORE.summary}
        correct(app, tmp_path)
        for given in ("no-cache", "No-Cache", "max-age=0"):
            assert summaries(front, Cache_Control=given) == {AFTER.summary}


def test_a_request_with_no_cache_is_sent_to_the_latest_database(database: str, tmp_path: Path) -> None:
    other = database.replace("briefs.db", "behind.db")
    assert make_app(other).test_cli_runner().invoke(args=["db", "upgrade"]).exit_code == 0
    folders = [tmp_path / name for name in ("latest", "behind", "front")]
    for folder in folders:
        folder.mkdir()
    with (
        serving(database, folders[0]) as latest,
        serving(other, folders[1]) as behind,
        fronting([latest, behind], folders[2]) as front,
    ):
        found = {front.get(f"/v1/articles?limit={number}").body[:10] for number in range(1, 21)}
        assert len(found) == 2
        copied = [
            front.get(f"/v1/articles?limit={number}", Cache_Control="no-cache") for number in range(1, 21)
        ]
        fed = [front.get(f"/v1/changes?limit={number}") for number in range(1, 21)]
    assert all(json.loads(answer.body)["data"] for answer in [*copied, *fed])
