"""Tests of the byte cache: responses are the same with and without it, and never outdated."""

import gc
import tracemalloc
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import Client, TestResponse

from api.database.revision_watch import RevisionWatch
from api.web.byte_cache import OVERHEAD_BYTES, ByteCache
from api.web.client_address import ClientAddresses
from api.web.request_records import RequestRecords
from tests.api.conftest import ClientWith
from tests.api.rows import render
from tests.seeds.documents import Page, remove_article, seed_pages, submit

HARBOUR = Page()
PAGES = {
    "harbour": HARBOUR,
    "sirens": Page(title="Sirens Tested in Shanghai", related=((HARBOUR.title, None),)),
    "wall": Page(title="China Raises a Wall", takeaways=("Beijing pays for it.",)),
}
TARGETS = (
    *(
        "/",
        "/openapi.json",
        "/docs",
        "/docs/specification.json",
        "/healthz",
        "/readyz",
        "/nothing",
        "/v1/nothing",
        "//",
    ),
    *("/v1/articles", "/v1/articles?limit=1", "/v1/articles?limit=0", "/v1/articles?q=China&total=true"),
    *("/v1/articles/harbour", "/v1/articles/sirens", "/v1/articles/wall", "/v1/articles/none"),
    *("/v1/articles/sirens/related", "/v1/articles/harbour/source", "/v1/articles/wall/revisions"),
    *("/v1/articles/harbour.md", "/v1/articles/sirens.jsonld", "/v1/articles/wall.ninjs"),
    *("/.well-known/api-catalog", "/llms.txt"),
    *("/v1/feed.json", "/v1/feed.atom?q=China&content=summary", "/v1/feed.atom?limit=1"),
    *("/v1/takeaways", "/v1/entities?type=place", "/v1/entities/china", "/v1/related-links", "/v1/changes"),
    *(
        "/browse/articles/harbour",
        "/browse/articles/sirens",
        "/browse/stories/wall",
        "/browse/entities/china",
    ),
    *("/browse?q=China", "/browse/changes"),
    "/v1/articles?" + "x" * 5_000,
)
HEADERS: tuple[dict[str, str], ...] = (
    *({}, {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "gzip;q=0.1, identity"}, {"Accept": "text/html"}),
    *({"Accept": "application/json"}, {"Origin": "https://example.org"}, {"If-None-Match": "*"}),
    *({"If-None-Match": '"other"'}, {"If-Match": '"other"'}, {"Range": "bytes=0-9"}),
)


class FakeWatch(RevisionWatch):
    """A revision watch for tests of the byte cache.

    A test sets the database version and the outage that the watch reports.
    """

    def __init__(self) -> None:
        self.current: int | None = 1
        self.was_now = False
        self.outage: float | None = None

    def version(self, *, now: bool = False) -> int | None:
        self.was_now = now
        return self.current

    def outage_seconds(self) -> float | None:
        return self.outage


class NumberingApplication:
    """A WSGI application that numbers its responses, so that a test can see which come from the cache.

    It calls the function `then` during each request.
    """

    def __init__(self) -> None:
        self.requests = 0
        self.size = 0
        self.then: Callable[[], object] = bool

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer with the number of the request, or with an error under `/fail`."""
        self.requests += 1
        number = self.requests
        self.then()
        status = "404 NOT FOUND" if environ["PATH_INFO"] == "/fail" else "200 OK"
        headers = [("ETag", f'"{number}"')] if status == "200 OK" else []
        start_response(status, headers)
        return [str(number).encode(), b" " * self.size]


@pytest.fixture
def watch() -> FakeWatch:
    return FakeWatch()


@pytest.fixture
def application() -> NumberingApplication:
    return NumberingApplication()


@pytest.fixture
def cached(application: NumberingApplication, watch: FakeWatch) -> Client:
    """Return a client of the application behind a cache of a few kilobytes."""
    return Client(ByteCache(application, watch, 5 * OVERHEAD_BYTES))


def body_of(response: TestResponse) -> str:
    return response.get_data(as_text=True).strip()


def comparable(response: TestResponse) -> tuple[Any, ...]:
    """Return the status, headers and body of a response, without the request id, which always differs."""
    headers = sorted(pair for pair in response.headers if pair[0] != "X-Request-ID")
    return response.status, headers, response.data.replace(response.headers["X-Request-ID"].encode(), b"")


def test_every_answer_is_the_same_with_and_without_the_cache(app: Flask, client_with: ClientWith) -> None:
    random = Random(6)  # noqa: S311
    plain, cached = client_with(BRIEFS_CACHE_BYTES="0"), client_with(BRIEFS_CACHE_BYTES="1000000")
    # This application has neither the cache nor the shortcut.
    bare = plain.application
    bare_flask = partial(Flask.wsgi_app, bare)
    bare.wsgi_app = RequestRecords(bare_flask, ClientAddresses(()), [])  # type: ignore[method-assign]
    etags = {"If-None-Match": '"none yet"'}

    def compare(client: FlaskClient, other: FlaskClient) -> None:
        for target in random.sample(TARGETS, 8):
            headers = random.choice((*HEADERS, etags))
            method = random.choice(("GET", "GET", "HEAD", "OPTIONS", "POST"))
            first, *others = (
                each.open(target, method=method, headers=headers) for each in (client, other, other, other)
            )
            assert [comparable(each) for each in others] == [comparable(first)] * 3, (method, target, headers)
            etags["If-None-Match"] = first.headers.get("ETag", etags["If-None-Match"])

    for round_ in range(12):
        key = random.choice([*PAGES])
        version = replace(PAGES[key], summary=f"In its state of round {round_}.")
        seed_pages(app, [submit(key, version, f"slug: {key}")])
        compare(plain, cached)
        if random.random() < 0.5:
            render(app)
            compare(plain, cached)
        if random.random() < 0.3:
            remove_article(app, key)
            compare(plain, cached)


def test_an_answer_is_cached_at_the_second_request(cached: Client, application: NumberingApplication) -> None:
    assert [body_of(cached.get("/a")) for _ in range(4)] == ["1", "2", "2", "2"]
    assert body_of(cached.get("/b")) == "3"
    assert body_of(cached.get("/a?x=1")) == "4"
    assert application.requests == 4


def test_a_request_is_forgotten_after_more_requests_than_the_cache_has_room_for(cached: Client) -> None:
    # The cache has room for five answers, so each of its two generations remembers two requests.
    paths = {"/a": "1", "/b": "2", "/c": "3", "/d": "4", "/e": "5"}
    assert {path: body_of(cached.get(path)) for path in paths} == paths
    # The first two requests are forgotten, so the third is cached first.
    assert [body_of(cached.get("/c")) for _ in range(2)] == ["6", "6"]
    assert [body_of(cached.get("/a")) for _ in range(3)] == ["7", "8", "8"]


def test_a_change_of_the_database_empties_the_cache(cached: Client, watch: FakeWatch) -> None:
    assert [body_of(cached.get(path)) for path in ("/a", "/b", "/a", "/a", "/b")] == ["1", "2", "3", "3", "4"]
    watch.current = 2
    assert [body_of(cached.get(path)) for path in ("/a", "/b", "/a")] == ["5", "6", "5"]


def test_an_answer_is_not_cached_if_the_database_changes_meanwhile(
    cached: Client, application: NumberingApplication, watch: FakeWatch
) -> None:
    def change() -> None:
        watch.current = 2
        application.then = bool
        # Another request notices the change first.
        assert body_of(cached.get("/b")) == "4"

    assert [body_of(cached.get(path)) for path in ("/a", "/b")] == ["1", "2"]
    application.then = change
    assert [body_of(cached.get(path)) for path in ("/a", "/a", "/a", "/b")] == ["3", "5", "5", "4"]


def test_nothing_is_cached_while_the_version_is_unknown(cached: Client, watch: FakeWatch) -> None:
    watch.current = None
    assert [body_of(cached.get("/a")) for _ in range(2)] == ["1", "2"]


def test_while_the_database_is_unavailable_cached_answers_are_sent_until_they_are_too_old(
    application: NumberingApplication, watch: FakeWatch
) -> None:
    cached = Client(ByteCache(application, watch, 5 * OVERHEAD_BYTES, stale_seconds=30))
    for _ in range(2):
        assert "Age" not in cached.get("/a").headers
    watch.current = None
    for outage, expected in (
        (0.0, ("2", "0")),
        (29.9, ("2", "29")),
        (30.1, ("3", None)),
        (29.0, ("2", "29")),
    ):
        watch.outage = outage
        response = cached.get("/a", headers={"Cache-Control": "no-cache"})
        assert (body_of(response), response.headers.get("Age")) == expected
    assert body_of(cached.get("/b")) == "4"
    not_modified = cached.get("/a", headers={"If-None-Match": '"2"'})
    assert (not_modified.status_code, not_modified.headers["Age"]) == (304, "29")
    head = cached.head("/a")
    assert (head.data, head.headers["Age"], head.headers["ETag"]) == (b"", "29", '"2"')
    # The database is available, but its version is unknown.
    watch.outage = None
    assert body_of(cached.get("/a")) == "5"
    watch.current = 2
    assert body_of(cached.get("/a")) == "6"


def test_a_request_with_no_cache_requires_the_current_version(cached: Client, watch: FakeWatch) -> None:
    headers = {"no-cache": True, "max-age=9, No-Cache": True, "max-age=0": True, "max-age=09": False}
    for header, is_now in headers.items():
        cached.get("/a", headers={"Cache-Control": header})
        assert watch.was_now == is_now


def test_each_coding_media_type_and_origin_has_its_own_answer(cached: Client) -> None:
    headers = [{"Accept-Encoding": "gzip"}, {"Accept": "text/html"}, {"Origin": "https://example.org"}, {}]
    for expected in ("1234", "5678", "5678"):
        assert [body_of(cached.get("/a", headers=each)) for each in headers] == list(expected)
    # Headers with the same meaning share an answer.
    assert body_of(cached.get("/a", headers={"Accept-Encoding": "deflate, gzip;q=1"})) == "5"


def test_errors_health_checks_and_metrics_are_not_cached(
    cached: Client, application: NumberingApplication
) -> None:
    for path in ("/fail", "/healthz", "/readyz", "/metrics"):
        for _ in range(3):
            cached.get(path)
    assert application.requests == 12


def test_other_methods_and_requests_with_if_match_are_passed_on(
    cached: Client, application: NumberingApplication
) -> None:
    assert [body_of(cached.get("/a")) for _ in range(2)] == ["1", "2"]
    assert body_of(cached.post("/a")) == "3"
    assert body_of(cached.get("/a", headers={"If-Match": '"1"'})) == "4"
    assert application.requests == 4


def test_a_client_with_the_current_etag_gets_304_and_the_body_is_cached_for_others(
    cached: Client, application: NumberingApplication
) -> None:
    cached.get("/a")
    for _ in range(2):
        response = cached.get("/a", headers={"If-None-Match": 'W/"2"'})
        assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", '"2"')
    assert (body_of(cached.get("/a")), application.requests) == ("2", 2)


def test_head_is_answered_from_the_cached_answer_to_get(
    cached: Client, application: NumberingApplication
) -> None:
    for _ in range(2):
        cached.get("/a")
    response = cached.head("/a")
    assert (response.headers["ETag"], response.data, application.requests) == ('"2"', b"", 2)


def test_the_least_recently_used_answers_are_dropped_when_the_cache_is_full(
    cached: Client, application: NumberingApplication
) -> None:
    application.size = OVERHEAD_BYTES // 4
    for path in "aabbccaddee":
        cached.get(f"/{path}")
    kept = application.requests
    assert [body_of(cached.get(f"/{path}")) for path in "eda"] == ["10", "8", "2"]
    assert application.requests == kept
    assert body_of(cached.get("/b")) == str(kept + 1)


def test_an_answer_larger_than_the_cache_is_not_cached(
    cached: Client, application: NumberingApplication
) -> None:
    application.size = 6 * OVERHEAD_BYTES
    assert [body_of(cached.get("/a")) for _ in range(3)] == ["1", "2", "3"]


def test_hits_and_misses_are_counted() -> None:
    cache = ByteCache(NumberingApplication(), FakeWatch(), 1 << 20)
    client = Client(cache)
    for path in ("/a", "/a", "/b", "/a", "/b", "/c"):
        client.get(path)
    assert (cache.hits, cache.misses) == (1, 5)
    assert 2 * OVERHEAD_BYTES < cache.bytes < 3 * OVERHEAD_BYTES


@pytest.mark.usefixtures("seeded")
def test_the_cache_counts_all_memory_of_its_answers(client_with: ClientWith, watch: FakeWatch) -> None:
    client = client_with(BRIEFS_CACHE_BYTES="100000000")
    # The outer middleware makes records of requests and admits clients.
    cache = client.application.wsgi_app.application.application  # type: ignore[attr-defined]
    # The links of an answer repeat a long target, so that the answer and its `Link` field are long.
    entities = orjson.loads(client.get("/v1/entities?limit=100").data)["data"]
    cache.watch = watch
    named = "".join(f"&entity={each['slug']}" for each in entities)[:3_000].rpartition("&")[0]
    targets = [f"/v1/articles?published_before=2030-01-01T00:00:{n}Z{named}" for n in range(10, 40)]
    for target in targets:
        client.get(target)
    tracemalloc.start()
    for target in targets:
        assert client.get(target).status_code == 200
    gc.collect()
    with_all, counted = tracemalloc.get_traced_memory()[0], cache.bytes
    watch.current = 2
    client.get("/nothing")
    gc.collect()
    taken = with_all - tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert cache.bytes == 0
    assert cache.misses == 2 * len(targets) + 2
    assert counted / 4 < taken < counted


def test_a_cached_answer_has_its_own_request_id_and_line_in_the_log(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    given = ["first", "second", "third"]
    for each in given:
        assert client.get("/v1/articles", headers={"X-Request-ID": each}).headers["X-Request-ID"] == each
    lines = [(vars(record)["request_id"], vars(record)["route"]) for record in caplog.records]
    assert lines == [(each, "/v1/articles") for each in given]
